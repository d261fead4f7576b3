"""A desk in a process of its own, to be killed: python -m tests.alerts.night LEDGER INBOX POINT.

POINT is the number of the write to the ledger or the inbox before which the process kills itself;
0 lets it work to the end. After it may stand the hours after START at which the desk ticks.
"""

import os
import signal as signals
import sys
from datetime import timedelta
from pathlib import Path

from alerts.channels import Channel, Delivered, Message, Refused, build
from alerts.ledger import open_ledger
from alerts.office import Office
from tests.alerts.office import ORGANISATION, ROSTER, START


class Fuse:
    """Burns down by one at each write, and kills the process with -9 at its end."""

    def __init__(self, length: int) -> None:
        self._left = length

    def burn(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signals.SIGKILL)


class FusedChannel:
    """A real channel that may be the last thing the process sees."""

    def __init__(self, channel: Channel, fuse: Fuse) -> None:
        self._channel = channel
        self._fuse = fuse

    def send(self, message: Message) -> Delivered | Refused:
        self._fuse.burn()
        result = self._channel.send(message)
        self._fuse.burn()
        return result


def main(url: str, inbox: str, point: int, hours: tuple[float, ...]) -> None:
    ledger = open_ledger(url, originals_key=b"k" * 32)

    from django.db import connection

    from alerts.desk import Desk

    fuse = Fuse(point)
    channel = FusedChannel(build("inbox", {"kind": "file", "folder": inbox}, Path("/")), fuse)

    def burning(execute, sql, params, many, context):
        if not sql.startswith("SELECT"):
            fuse.burn()
        return execute(sql, params, many, context)

    desk = Desk(ledger, Office(ORGANISATION, roster=ROSTER), {"first": channel})
    with connection.execute_wrapper(burning):
        for hour in hours:
            desk.tick(START + timedelta(hours=hour))


if __name__ == "__main__":
    given = tuple(float(hour) for hour in sys.argv[4:]) or (0, 3, 6, 30)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), given)
