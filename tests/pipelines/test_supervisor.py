"""Processes are restarted when they die and end together, with real processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.supervisor import Supervisor

SLEEPER = "import sys,time; open(sys.argv[1],'a').write('x\\n'); time.sleep(60)"
LIFELINE = (
    "from pipelines.supervisor import hold_lifeline; import os,sys,time; hold_lifeline();"
    "open(sys.argv[1],'w').write(str(os.getpid())); time.sleep(60)"
)


def eventually(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        threading.Event().wait(0.05)
    return False


def lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def test_a_dead_process_is_restarted_and_told_and_all_end_together(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    told: list[str] = []
    supervisor = Supervisor({"抓取": [sys.executable, "-c", SLEEPER, str(mark)]}, told.append)
    result: list[int] = []
    thread = threading.Thread(target=lambda: result.append(supervisor.run()))
    thread.start()
    assert eventually(lambda: lines(mark) == 1)
    child = supervisor._children[0].process
    assert child is not None
    child.kill()
    assert eventually(lambda: lines(mark) == 2)
    assert any("意外退出" in line for line in told) and any("重新启动" in line for line in told)
    supervisor.stop.set()
    thread.join(20)
    assert result == [0]


def test_a_configuration_error_stops_the_whole(tmp_path: Path) -> None:
    supervisor = Supervisor(
        {
            "值班台": [sys.executable, "-c", "raise SystemExit(2)"],
            "抓取": [sys.executable, "-c", SLEEPER, str(tmp_path / "m")],
        },
        lambda line: None,
    )
    assert supervisor.run() == 2


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    program = (
        "import sys; from pipelines.supervisor import Supervisor;"
        f"Supervisor({{'x': [sys.executable, '-c', {LIFELINE!r}, {str(mark)!r}]}}, print).run()"
    )
    process = subprocess.Popen([sys.executable, "-c", program])
    assert eventually(lambda: mark.exists() and mark.read_text() != "")
    pid = int(mark.read_text())
    assert alive(pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert eventually(lambda: not alive(pid))
