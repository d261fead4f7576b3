"""Which waiting messages go through a channel now, and which go together as one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

MOST_TOGETHER = 8
"""Messages in one: more would not fit the smallest robot, with a link for each."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits for its channel; `alone`: must not be merged with another."""

    id: int
    urgent: bool
    alone: bool
    grade: int
    created: datetime


def arrange(
    waiting: Sequence[Waiting], room: int | None, urgent_room: int | None
) -> list[tuple[Waiting, ...]]:
    """The messages to be sent now through one channel, those in one tuple as one message.

    `room` is what the channel takes now of all, `urgent_room` of urgent ones (None: any number).
    Urgent ones go first and by themselves. The others go by themselves too while all of them fit;
    under pressure they are merged, the highest grade first, the newest first within a grade.
    """
    first = [(item,) for item in waiting if item.urgent][:urgent_room]
    rest = [item for item in waiting if not item.urgent]
    left = None if room is None else max(room - len(first), 0)
    if left is None or len(rest) <= left:
        return [*first, *((item,) for item in rest)]
    rest.sort(key=lambda item: (item.grade, -item.created.timestamp(), item.id))
    groups: list[tuple[Waiting, ...]] = []
    together = [item for item in rest if not item.alone]
    groups += [(item,) for item in rest if item.alone]
    groups += [
        tuple(together[at : at + MOST_TOGETHER]) for at in range(0, len(together), MOST_TOGETHER)
    ]
    groups.sort(key=lambda group: (group[0].grade, -group[0].created.timestamp()))
    return [*first, *groups[:left]]
