"""The alert inbox: what waits for this officer, gravest and newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from alerts.ledger.models import Incident, Notice, User
from alerts.loop import FINISHED, State
from nlp.taxonomy import COLOURS, Category
from pipelines.console.access import sees_all, visible, waiting
from pipelines.console.office import Site, current

_PAGE = 30
VIEWS = {
    "open": ("在办", frozenset(State) - FINISHED - {State.RECORDED}),
    "waiting": ("待签收", frozenset({State.RAISED})),
    "finished": ("已办结", FINISHED),
    "all": ("全部", frozenset(State)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One incident of the list with the clocks that run: for signing, and the next legal one."""

    incident: Incident
    alert: str
    clocks: list[tuple[str, datetime]]


def inbox(request: HttpRequest) -> HttpResponse:
    """The list; its filter is in the address, so that it can be kept and shared."""
    site = current()
    user = cast(User, request.user)
    chosen = request.GET.get("view", "open")
    chosen = chosen if chosen in VIEWS else "open"
    among = waiting if chosen == "waiting" else visible
    incidents = _filtered(among(user, site.organisation), request, chosen)
    page = Paginator(_sorted(incidents), _PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "rows": _rows(page.object_list),
        "page": page,
        "views": [(key, title) for key, (title, _) in VIEWS.items()],
        "chosen": chosen,
        "grades": COLOURS.items(),
        "categories": [category.value for category in Category],
        "query": query.urlencode(),
        "on_duty": site.on_duty(),
        "notices": _notices(user, site),
    }
    return render(request, "console/inbox.html", context)


def pulse(request: HttpRequest) -> JsonResponse:
    """How many alerts wait and when the newest incident was opened: the page asks now and then."""
    mine = waiting(cast(User, request.user), current().organisation)
    newest = mine.order_by("-opened_at").values_list("id", flat=True).first()
    return JsonResponse({"waiting": mine.count(), "newest": newest or ""})


def _notices(user: User, site: Site) -> QuerySet[Notice]:
    """What an operator must know, of the last day."""
    if not sees_all(user, site.organisation):
        return Notice.objects.none()
    return Notice.objects.filter(seen_by="", at__gt=site.clock() - timedelta(days=1))[:20]


def _filtered(
    incidents: QuerySet[Incident], request: HttpRequest, chosen: str
) -> QuerySet[Incident]:
    if chosen != "waiting":
        incidents = incidents.filter(state__in=[str(state) for state in VIEWS[chosen][1]])
    grade = request.GET.get("grade", "")
    if grade in {"1", "2", "3", "4"}:
        incidents = incidents.filter(grade=int(grade))
    category = request.GET.get("category", "")
    if category in set(Category):
        # SQLite cannot look inside JSON lists; the quotes keep the code whole.
        incidents = incidents.annotate(labels=Cast("categories", TextField()))
        incidents = incidents.filter(labels__contains=f'"{category}"')
    if place := request.GET.get("place", "").strip()[:50]:
        incidents = incidents.filter(place_name__contains=place)
    return incidents


def _sorted(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    waiting = Case(
        When(state=State.RAISED, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    ordered = incidents.annotate(turn=waiting).order_by("turn", "grade", "-last_seen", "id")
    return ordered.prefetch_related("alerts", "deadlines")


def _rows(incidents: Iterable[Incident]) -> list[Row]:
    rows = []
    for incident in incidents:
        alerts = list(incident.alerts.all())
        waiting = [alert for alert in alerts if alert.state == State.RAISED]
        shown = (waiting or alerts)[:1]
        clocks = [("签收", min(alert.acknowledge_by for alert in waiting))] if waiting else []
        clocks += _next_clock(incident)
        rows.append(Row(incident, shown[0].id if shown else "", clocks))
    return rows


def _next_clock(incident: Incident) -> list[tuple[str, datetime]]:
    """The legal clock that runs out first, if one runs."""
    running = [clock for clock in incident.deadlines.all() if clock.met_at is None]
    if not running or incident.state in FINISHED:
        return []
    first = min(running, key=lambda clock: clock.due)
    return [(first.kind, first.due)]
