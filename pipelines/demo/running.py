"""Runs the demo: its site, its office, and the people who can log in."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pipelines import wiring
from pipelines.config import Config, load
from pipelines.demo.office import USERS, prepare
from pipelines.demo.site import DemoSite

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


@contextmanager
def demo(var: Path, say: Callable[[str], None]) -> Iterator[Path]:
    """Serve the demo's site while the block runs; yields the path of its shengyuan.toml.

    Says that this is a demo, where its console is and how to log in. A demo started again in the
    same folder goes on with what it knew, at the same address when that is free.
    """
    var = var.resolve()
    site = _start_site(var / "port")
    try:
        path = prepare(var, wiring.now(), site.base_url)
        config = load(path)
        passwords = create_users(config)
        say("这是演示：地名、机构、人物和事件全部为虚构，只访问本机。")
        say("正式使用请先运行 shengyuan init")
        say(f"演示站点：{site.base_url}/    收到的消息：{var / 'inbox'}")
        say(f"控制台：{config.console.url}（启动后用浏览器打开）")
        for user in USERS:
            say(f"  用户名 {user.username:<8}密码 {passwords[user.username]}  {user.name}")
        yield path
    finally:
        site.stop()


def create_users(config: Config) -> dict[str, str]:
    """Create the demo's users, each with a new password; returns the passwords by user name."""
    wiring.open_ledger(config)
    from alerts.ledger.models import User

    passwords = {user.username: _password() for user in USERS}
    for user in USERS:
        row, _ = User.objects.update_or_create(
            username=user.username,
            defaults={
                "first_name": user.name,
                "department": user.department,
                "division": user.division,
                "role": user.role,
                "is_staff": user.admin,
                "is_superuser": user.admin,
            },
        )
        row.set_password(passwords[user.username])
        row.save()
    return passwords


def _start_site(port_file: Path) -> DemoSite:
    """The site at the port it had last time, so that posts keep their addresses; else at any."""
    last = port_file.read_text() if port_file.exists() else ""
    site = DemoSite(wiring.now, port=int(last) if last.isdigit() else 0)
    try:
        site.start()
    except OSError:
        site = DemoSite(wiring.now)
        site.start()
    port_file.parent.mkdir(parents=True, exist_ok=True)
    port_file.write_text(site.base_url.rpartition(":")[2])
    return site


def _password() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))
