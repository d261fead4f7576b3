"""The review queue: posts between the two thresholds, worked one after the other with keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from alerts.errors import AlertError, LedgerUnavailable
from alerts.ledger.codec import unpack
from alerts.ledger.models import Incident, SignalRow, User
from alerts.ledger.review import waiting
from alerts.signal import Signal
from pipelines.console.access import sees_all
from pipelines.console.office import current
from pipelines.console.verdicts import CONCLUSIONS, VerdictForm, labels_said
from pipelines.console.views.incident import officer

_OLDEST = _NEWEST = 2000
_PAGE = 20
_CASES = 200
PATIENCE = 0.1
"""What a day of waiting is worth beside the probability: the unlikely come up, too, in the end."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A post that a person must look at; `suggested` is the incident it may belong to.

    `following` is the row to go on with once this one is judged, 0 after the page's last.
    """

    row: int
    signal: Signal
    suggested: Incident | None
    reason: str
    form: VerdictForm
    following: int = 0


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The doubtful posts, oldest and likeliest first."""
    _allowed(request)
    return _page(request)


@require_POST
def judge(request: HttpRequest, row: int, conclusion: str) -> HttpResponse:
    """Record one verdict in the name of the officer who is logged in, and go on to the next."""
    _allowed(request)
    found = SignalRow.objects.filter(id=row).first()
    if found is None or conclusion not in CONCLUSIONS:
        raise Http404
    form = VerdictForm(request.POST, signal=unpack(found.payload), row=row, conclusion=conclusion)
    if not form.is_valid():
        return _page(request, form, status=422)
    site = current()
    try:
        target = site.ledger.judge(
            row, labels_said(form), officer(request), site.clock(), joins=form.cleaned_data["case"]
        )
    except LedgerUnavailable:
        raise
    except AlertError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, CONCLUSIONS[conclusion].format(target))
    following = request.POST.get("following", "")
    mark = f"#row-{following}" if following.isdigit() and following != "0" else ""
    return redirect(reverse("review") + mark)


def _allowed(request: HttpRequest) -> None:
    if not sees_all(cast(User, request.user), current().organisation):
        raise PermissionDenied("待审队列只对本级牵头部门开放。")


def _page(
    request: HttpRequest, wrong: VerdictForm | None = None, status: int = 200
) -> HttpResponse:
    rows = _ranked(current().clock())
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    if wrong is not None and all(row.id != wrong.row for row, _ in shown):
        # What was filled in wrongly comes back, wherever the queue has moved meanwhile.
        shown = [(row, signal) for row, signal in rows if row.id == wrong.row] + shown[:-1]
    named = {row.suggested_id for row, _ in shown if row.suggested_id}
    suggested = Incident.objects.in_bulk(named)
    following = [*(row.id for row, _ in shown[1:]), 0][: len(shown)]
    items = [
        Doubtful(
            row.id,
            signal,
            suggested.get(row.suggested_id or ""),
            row.reason,
            wrong if wrong is not None and wrong.row == row.id else _empty(row, signal),
            then,
        )
        for (row, signal), then in zip(shown, following, strict=True)
    ]
    context = {
        "page": page,
        "items": items,
        "wrong": wrong.row if wrong is not None else 0,
        "cases": current().ledger.incidents(open_only=True)[:_CASES],
    }
    return render(request, "console/review.html", context, status=status)


def _empty(row: SignalRow, signal: Signal) -> VerdictForm:
    return VerdictForm(signal=signal, row=row.id, suggested=row.suggested_id or "")


def _ranked(now: datetime) -> list[tuple[SignalRow, Signal]]:
    """The newest version of each post that waits, by probability and time of waiting.

    Of a longer queue only the oldest and the newest part: the rest comes up as these are judged.
    """
    oldest = list(waiting()[:_OLDEST])
    newest = waiting().reverse()[:_NEWEST] if len(oldest) == _OLDEST else []
    by_post = {row.post: row for row in sorted({*oldest, *newest}, key=lambda row: row.id)}
    found = [(row, unpack(row.payload)) for row in by_post.values()]

    def worth(item: tuple[SignalRow, Signal]) -> float:
        row, signal = item
        days = (now - row.first_seen).total_seconds() / 86400
        return signal.probability + PATIENCE * max(days, 0.0)

    return sorted(found, key=worth, reverse=True)
