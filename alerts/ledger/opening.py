"""Configures Django for the ledger, once per process, and brings its tables up to date."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from alerts.errors import AlertError

if TYPE_CHECKING:
    from alerts.ledger.book import Ledger

APPS = ("django.contrib.contenttypes", "django.contrib.auth", "alerts.ledger.apps.LedgerConfig")
_MIGRATION_LOCK = 7301
"""The number of the PostgreSQL advisory lock under which migrations run."""


def open_ledger(
    url: str, *, originals_key: bytes, extra_settings: Mapping[str, Any] | None = None
) -> "Ledger":
    """Open (and create or migrate) the ledger at `url`, sqlite:///path or postgresql://….

    `extra_settings` are Django settings; its INSTALLED_APPS are added to the ledger's own. A later
    call in the same process points the process at another ledger. Raises AlertError for a URL that
    cannot be used and LedgerUnavailable when the database cannot be reached.
    """
    database = _database(url)
    _configure(database, dict(extra_settings or {}))

    from alerts.ledger.book import Ledger
    from alerts.ledger.guard import guarded

    with guarded(), _migration_lock(database):
        _migrate()
    return Ledger(url, originals_key)


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and url.startswith("sqlite:///"):
        return _sqlite(Path(unquote(url.removeprefix("sqlite:///"))))
    if parts.scheme in {"postgresql", "postgres"} and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
        }
    raise AlertError(
        f"台账地址 {url} 不能用：应为 sqlite:///var/ledger.db 或 "
        "postgresql://用户:密码@主机/库名，请改正 [ledger] url"
    )


def _sqlite(path: Path) -> dict[str, Any]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AlertError(
            f"建不了台账目录 {path.parent}：{error.strerror}，请检查路径和权限"
        ) from error
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        },
    }


def _configure(database: dict[str, Any], extra: dict[str, Any]) -> None:
    import django
    from django.apps import apps
    from django.conf import settings
    from django.db import connections

    added = tuple(extra.pop("INSTALLED_APPS", ()))
    installed = [*APPS, *(app for app in added if app not in APPS)]
    if not settings.configured:
        settings.configure(
            **{
                "DATABASES": {"default": database},
                "INSTALLED_APPS": installed,
                "AUTH_USER_MODEL": "ledger.User",
                "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
                "LANGUAGE_CODE": "zh-hans",
                "TIME_ZONE": "Asia/Shanghai",
                "USE_TZ": True,
                **extra,
            }
        )
        django.setup()
        return
    for name, value in extra.items():
        setattr(settings, name, value)
    if any(app not in settings.INSTALLED_APPS for app in installed):
        settings.INSTALLED_APPS = list(dict.fromkeys([*settings.INSTALLED_APPS, *installed]))
        apps.set_installed_apps(settings.INSTALLED_APPS)
    if not apps.ready:
        django.setup()
    connections["default"].close()
    del connections["default"]
    settings.DATABASES = {"default": database}
    connections.settings = connections.configure_settings(settings.DATABASES)


@contextmanager
def _migration_lock(database: Mapping[str, Any]) -> Iterator[None]:
    """Keeps two processes that start together from creating the same tables."""
    if database["ENGINE"].endswith("sqlite3"):
        with _open_lock(Path(f"{database['NAME']}.lock")) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


def _open_lock(path: Path) -> Any:
    try:
        return path.open("w")
    except OSError as error:
        raise AlertError(f"写不了 {path}：{error.strerror}，请检查目录权限和磁盘空间") from error


def _migrate() -> None:
    """Bring the tables up to date, all in one transaction: killed in between, nothing has happened.

    Django writes down some migrations only after it has committed their tables.
    """
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    # SQLite changes tables inside a transaction only while it does not check foreign keys.
    with connection.constraint_checks_disabled(), transaction.atomic():
        call_command("migrate", verbosity=0, interactive=False)
