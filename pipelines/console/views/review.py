"""The review queue: posts between the two thresholds, likeliest first."""

from dataclasses import dataclass
from typing import cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.ledger.codec import unpack
from alerts.ledger.models import SignalRow, User
from alerts.signal import Signal
from pipelines.console.access import sees_all
from pipelines.console.office import current

_WAITING = ("waiting", "suggested")
_NEWEST = 500
_PAGE = 30


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A post that a person must look at; `suggested` is the incident it may belong to."""

    signal: Signal
    suggested: str
    reason: str


def waiting_rows() -> QuerySet[SignalRow]:
    """What waits for a person's look, the newest first."""
    return SignalRow.objects.filter(fold__in=_WAITING).order_by("-id")


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The newest doubtful posts, those most likely to be incidents first."""
    site = current()
    if not sees_all(cast(User, request.user), site.organisation):
        raise PermissionDenied("待审队列只对本级牵头部门开放。")
    rows = waiting_rows()[:_NEWEST]
    doubtful = [
        Doubtful(unpack(bytes(row.payload)), row.suggested_id or "", row.reason) for row in rows
    ]
    doubtful.sort(key=lambda item: item.signal.probability, reverse=True)
    page = Paginator(doubtful, _PAGE).get_page(request.GET.get("page"))
    return render(request, "console/review.html", {"page": page})
