"""Whether the watch is awake: sources, messages, the process itself."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.ledger.models import User
from pipelines.config import Config
from pipelines.console.access import sees_all
from pipelines.console.office import current
from pipelines.visits import read_visits

_MESSAGES = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """One message as a file channel wrote it."""

    channel: str
    written: datetime
    subject: str
    text: str
    link: str
    urgent: bool


@login_not_required
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """For a process supervisor: the console answers and the ledger can be read."""
    current().ledger.pending()
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """The last visit to each source, the troubled ones first."""
    config = current().config
    visits = sorted(read_visits(config.var / "sources"), key=lambda v: (v.ok, v.source))
    visited = {visit.source for visit in visits}
    context = {
        "visits": visits,
        "troubled": sum(not visit.ok for visit in visits),
        "unvisited": [name for name in config.crawl.enabled if name not in visited],
    }
    return render(request, "console/sources.html", context)


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """What the file channels took, newest first."""
    site = current()
    if not sees_all(cast(User, request.user), site.organisation):
        raise PermissionDenied("消息箱只对本级牵头部门开放。")
    kept = sorted(_kept(site.config), key=lambda message: message.written, reverse=True)
    return render(request, "console/messages.html", {"kept": kept[:_MESSAGES]})


def _kept(config: Config) -> list[Kept]:
    found = []
    for name, table in config.channels.items():
        if table.get("kind") != "file" or not isinstance(table.get("folder"), str):
            continue
        paths = sorted((config.root / table["folder"]).glob("*.json"), key=_changed, reverse=True)
        for path in paths[:_MESSAGES]:
            if (fields := _object(path)) and (message := _message(name, fields)):
                found.append(message)
    return found


def _message(channel: str, fields: dict[str, Any]) -> Kept | None:
    try:
        return Kept(
            channel=channel,
            written=datetime.fromisoformat(fields["written"]),
            subject=str(fields["subject"]),
            text=str(fields["text"]),
            link=str(fields["link"]),
            urgent=bool(fields["urgent"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _object(path: Path) -> dict[str, Any] | None:
    """A JSON object, or None while the file is being replaced or is something else."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
