"""Database errors of the ledger as one clear Chinese message with a remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError, connection, transaction

from alerts.errors import AlertError, LedgerUnavailable


@contextmanager
def guarded() -> Iterator[None]:
    """Turn database errors inside into LedgerUnavailable (try again) or AlertError (mend it)."""
    try:
        yield
    except OperationalError as error:
        raise LedgerUnavailable(_explain(str(error))) from error
    except DatabaseError as error:
        raise AlertError(
            f"台账数据库出错：{error}；请用 shengyuan doctor 检查，必要时从备份恢复"
        ) from error


_APPEND_LOCK = 7302
"""The number of the PostgreSQL advisory lock under which signals are appended."""


@contextmanager
def writing() -> Iterator[None]:
    """One guarded transaction: all that is written inside is kept, or nothing."""
    with guarded(), transaction.atomic():
        yield


@contextmanager
def appending() -> Iterator[None]:
    """As `writing`, one process after the other: what it finds absent stays so till it is written.

    SQLite lets nobody else write anyway; on PostgreSQL a lock of its own holds up no desk.
    """
    with writing():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_APPEND_LOCK])
        yield


def _explain(problem: str) -> str:
    lower = problem.lower()
    if "locked" in lower or "busy" in lower:
        return "台账被另一个进程占用超过 30 秒：请确认没有别的程序长时间打开它，稍后会自动重试"
    if "full" in lower or "no space" in lower:
        return "台账所在磁盘已满：请清理磁盘空间，之后会自动重试，未写入的内容不会丢失"
    if "unable to open" in lower or "readonly" in lower:
        return f"台账文件打不开或不可写（{problem}）：请检查 ledger.url 指向的路径和权限"
    return f"台账数据库暂时不可用（{problem}）：请检查 ledger.url 与数据库服务，稍后会自动重试"
