"""Starts the processes of one machine, restarts what dies, stops all together."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

SETTLED = 60.0
"""Seconds after which a process counts as healthy and its next restart is quick again."""

LIFELINE = "SHENGYUAN_LIFELINE"


@dataclass(slots=True)
class _Child:
    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    failures: int = 0
    restart_at: float = 0.0


class Supervisor:
    """Keeps named commands running until `stop` is set.

    `tell` receives one Chinese line for each start, death and restart. A child that ends with code
    2 (configuration) is not restarted: everything stops, since nobody but a person can mend it.
    """

    def __init__(self, commands: Mapping[str, Sequence[str]], tell: Callable[[str], None]) -> None:
        self._children = [_Child(name, command) for name, command in commands.items()]
        self._tell = tell
        self.stop = threading.Event()

    def run(self) -> int:
        """Supervise until stopped; returns the exit code of the whole (0 when asked to stop)."""
        code = 0
        try:
            for child in self._children:
                self._start(child)
            while not self.stop.wait(0.2):
                for child in self._children:
                    if self._watch(child) == 2:
                        code = 2
                        self.stop.set()
        finally:
            self._end()
        return code

    def _start(self, child: _Child) -> None:
        # A pipe nobody writes to: it closes when this process dies, however it dies.
        child.process = subprocess.Popen(  # noqa: S603 - our own commands
            child.command,
            stdin=subprocess.PIPE,
            env=os.environ | {LIFELINE: "1"},
            process_group=0,
        )
        child.started = time.monotonic()

    def _watch(self, child: _Child) -> int | None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.restart_at:
                self._start(child)
                self._tell(f"{child.name}已重新启动")
            return None
        code = child.process.poll()
        if code is None or code == 2:
            return code
        child.failures = 0 if now - child.started > SETTLED else child.failures + 1
        delay = min(30.0, 2.0 ** max(child.failures - 1, 0))
        self._release(child)
        child.restart_at = now + delay
        self._tell(f"{child.name}意外退出（代码 {code}），{delay:.0f} 秒后重新启动")
        return code

    def _end(self) -> None:
        running = [c for c in self._children if c.process is not None]
        for child in running:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        for child in running:
            if child.process is not None:
                try:
                    child.process.wait(15)
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()
            self._release(child)

    @staticmethod
    def _release(child: _Child) -> None:
        if child.process is not None and child.process.stdin is not None:
            child.process.stdin.close()
        child.process = None


def hold_lifeline() -> None:
    """End this process by SIGTERM when the supervisor that started it is gone."""
    if os.environ.pop(LIFELINE, "") != "1":
        return

    def wait_for_the_end() -> None:
        # Not through sys.stdin: its lock, held by a sleeping thread, aborts the interpreter's end.
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_the_end, daemon=True).start()


def stop_on_signals(stop: threading.Event) -> None:
    """Set `stop` on SIGINT and SIGTERM."""

    def handle(*_: object) -> None:
        stop.set()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
