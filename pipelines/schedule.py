"""When each source is visited: one APScheduler job a source."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawlers.sources import Source
from pipelines.visits import Visit

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

STAGGER = timedelta(seconds=0.5)
"""Between the first visits, so that a start with many sources is no burst."""


def next_visit(source: Source, last: Visit | None, now: datetime) -> datetime:
    """When a source is due after a start of the process.

    At once when it was never visited or its last visit failed, else one interval after that; never
    before the site allows it.
    """
    due = now
    if last is not None and last.ok:
        due = last.finished + timedelta(minutes=source.interval_minutes)
    if last is not None and last.resume_at is not None:
        due = max(due, last.resume_at)
    return max(due, now)


def schedule_visits(
    sources: Sequence[Source],
    last: Mapping[str, Visit | None],
    visit: Callable[[Source], Awaitable[object]],
    now: datetime,
) -> "AsyncIOScheduler":
    """A started scheduler that visits each source at its interval; a late run is made once."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    scheduler = AsyncIOScheduler(timezone=UTC)
    for position, source in enumerate(sources):
        scheduler.add_job(
            visit,
            "interval",
            args=(source,),
            id=source.name,
            minutes=source.interval_minutes,
            next_run_time=next_visit(source, last.get(source.name), now) + position * STAGGER,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler
