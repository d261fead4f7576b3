"""`shengyuan run` without a configuration: the demo's site, office and users, made anew."""

import secrets
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines import wiring
from pipelines.config import load
from pipelines.demo.office import USERS, DemoUser, prepare
from pipelines.demo.site import DemoSite
from pipelines.errors import PipelineError

DEFAULT_PORT = 8000
"""The console's, where nothing else listens on it."""


@contextmanager
def demo(folder: Path, say: Callable[[str], None]) -> Iterator[Path]:
    """Serve the demo's public site and write its office into `folder`; yields its configuration.

    Everything a demo before left in `folder` is removed first. The demo's log-ins are told once.
    Raises PipelineError when no port of this machine can be had.
    """
    folder = folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    site = DemoSite(wiring.now)
    try:
        base_url = site.start()
    except OSError as error:
        raise PipelineError(f"演示网站启动不了：{error.strerror}，请检查本机网络设置") from error
    try:
        path = prepare(folder, wiring.now(), base_url)
        if not _is_free(DEFAULT_PORT):
            with path.open("a", encoding="utf-8") as file:
                file.write(f"\n[console]\nport = {_free_port()}\n")
        config = load(path)
        say("没有找到 shengyuan.toml：这是演示。人物、地点和事件全部虚构，只访问本机。")
        say(f"演示网站：{base_url}（数据在 {folder}，每次启动重新生成）")
        say(f"控制台：{config.console.url}")
        wiring.open_ledger(config)
        for user in USERS:
            password = secrets.token_hex(4)
            _add(user, password)
            say(f"  登录：{user.username} / {password}（{user.name}）")
        yield path
    finally:
        site.stop()


def _add(user: DemoUser, password: str) -> None:
    from alerts.ledger.officers import NewOfficer, add_officer

    officer = NewOfficer(
        username=user.username,
        name=user.name,
        department=user.department,
        division=user.division,
        role=user.role,
        admin=user.admin,
    )
    add_officer(officer, password)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
