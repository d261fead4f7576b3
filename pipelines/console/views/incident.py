"""One incident: what is known, why it came here, what was done, what can be done now."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from alerts.errors import AlertError, LedgerUnavailable
from alerts.ledger.actions import Officer
from alerts.ledger.codec import unpack
from alerts.ledger.models import Alert, Event, Incident, Original, SignalRow, User
from alerts.ledger.repeats import repeats
from alerts.loop import FINISHED, Action, State, allowed
from alerts.signal import Signal
from pipelines.console.access import help_of, may_act, may_unmask, visible
from pipelines.console.forms import ActionForm, Comment, form_for
from pipelines.console.office import current

_POSTS = 50


@dataclass(frozen=True, slots=True)
class ShownPost:
    """One post of the incident, masked; `has_original` when an original text is kept."""

    signal: Signal
    fold_reason: str
    has_original: bool


@dataclass(frozen=True, slots=True)
class OfferedAction:
    """An action possible now; `wanted` is the next step of the loop."""

    action: Action
    form: ActionForm
    wanted: bool
    wrong: bool


@dataclass(frozen=True, slots=True)
class LogLine:
    """Events of one kind by one actor that follow each other, the newest one's time."""

    at: datetime
    kind: str
    actor: str
    origin: str
    details: tuple[dict[str, Any], ...]


@require_safe
def by_alert(request: HttpRequest, identifier: str) -> HttpResponse:
    """The page that a message's link opens. Looking acknowledges nothing."""
    return _page(request, seen(request, identifier))


@require_safe
def by_incident(request: HttpRequest, identifier: str) -> HttpResponse:
    incident = seen(request, identifier)
    if incident.id != identifier:
        return redirect("incident", identifier=incident.id)
    return _page(request, incident)


@require_POST
def act(request: HttpRequest, identifier: str, action: str) -> HttpResponse:
    """Carry out one action in the name of the officer who is logged in."""
    site = current()
    user = cast(User, request.user)
    incident = seen(request, identifier)
    chosen = next((item for item in Action if item.name.lower() == action), None)
    subject = incident.id
    if not may_act(user, site.organisation, incident):
        call = help_of(user, incident)
        if call is None or chosen not in _HELPING:
            raise PermissionDenied("本事件由其他部门主责，你所在部门只能查看。")
        subject = call.id
    form = form_for(chosen, incident, site.organisation, request.POST) if chosen else None
    if chosen is None or form is None:
        raise Http404
    if not form.is_valid():
        return _page(request, incident, (chosen, form), status=422)
    try:
        form.apply(site.ledger, subject, officer(request), site.clock())
    except LedgerUnavailable:
        raise
    except AlertError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已{chosen}，已记入日志")
    return redirect("incident", identifier=incident.id)


@require_POST
def comment(request: HttpRequest, identifier: str) -> HttpResponse:
    """Add a word to the log; whoever may see the incident may speak of it."""
    site, incident = current(), seen(request, identifier)
    form = Comment(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        site.ledger.comment(incident.id, officer(request), site.clock(), text)
        messages.success(request, "留言已记入日志")
    else:
        messages.error(request, "留言不能为空，最多 4000 字")
    return redirect("incident", identifier=incident.id)


@require_POST
def original(request: HttpRequest, post: str) -> HttpResponse:
    """The unmasked text of one post: for a role that may, with a reason, and on record."""
    site = current()
    row = SignalRow.objects.filter(post=post, incident__isnull=False).order_by("-id").first()
    if row is None or row.incident_id is None:
        raise Http404
    incident = seen(request, row.incident_id)
    if not may_unmask(cast(User, request.user)):
        raise PermissionDenied("查看未脱敏原文需要值班、带班领导或管理员岗位。")
    reason = request.POST.get("reason", "").strip()
    if len(reason) < 4:
        messages.error(request, "查看未脱敏原文必须写明理由（至少 4 个字）")
        return redirect("incident", identifier=incident.id)
    title, body = site.ledger.unmask(post, officer(request), reason[:500], site.clock())
    context = {"incident": incident, "title": title, "body": body, "reason": reason}
    return render(request, "console/original.html", context)


def officer(request: HttpRequest) -> Officer:
    """Who acts, and from where, as the log will have it."""
    user = cast(User, request.user)
    name = user.get_full_name().strip()
    shown = f"{name}（{user.username}）" if name else user.username
    origin = f"控制台 {request.META.get('REMOTE_ADDR', '')}".strip()
    return Officer(name=shown, origin=origin, department=user.department)


def seen(request: HttpRequest, identifier: str) -> Incident:
    """The incident of this incident or alert id, after merges.

    Answers 404 when there is none, 403 when it is not this officer's.
    """
    site = current()
    named = Incident.objects.filter(id=identifier) or Alert.objects.filter(id=identifier)
    if not named:
        raise Http404
    incident = site.ledger.incident(identifier)
    if not visible(cast(User, request.user), site.organisation).filter(id=incident.id).exists():
        raise PermissionDenied("本事件属于其他部门或地区，你没有查看权限。")
    return incident


def _page(
    request: HttpRequest,
    incident: Incident,
    wrong: tuple[Action, ActionForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    site = current()
    user = cast(User, request.user)
    acting = may_act(user, site.organisation, incident)
    alerts = list(incident.alerts.all())
    call = None if acting else help_of(user, incident)
    waiting = [alert for alert in alerts if alert.state == State.RAISED and _asked(alert, user)]
    events = site.ledger.log(incident.id)
    context: dict[str, Any] = {
        "incident": incident,
        "alerts": alerts,
        "waiting": min(waiting, key=lambda alert: alert.acknowledge_by, default=None),
        "deadlines": incident.deadlines.all(),
        "finished": incident.state in FINISHED,
        "posts": _posts(incident),
        "more_posts": max(0, incident.posts - _POSTS),
        "log": _log(events),
        "comment": Comment(),
        "repeats": repeats(incident, visible(user, site.organisation)),
        "candidates": _suggested(incident),
        "may_act": acting,
        "may_unmask": may_unmask(user),
        "attachments": incident.attachments.defer("sealed"),
        "may_sign": acting or call is not None,
        "helping": [alert for alert in reversed(alerts) if alert.reason == Action.ASSIGN],
        "actions": _actions(incident, bool(waiting), wrong, acting, call),
        "steps": _steps(incident, events),
    }
    return render(request, "console/incident.html", context, status=status)


def _asked(alert: Alert, user: User) -> bool:
    """Whether this alert is for the officer: help is signed for by the department asked."""
    return alert.reason != Action.ASSIGN or alert.department == user.department


def _actions(
    incident: Incident,
    waiting: bool,
    wrong: tuple[Action, ActionForm] | None,
    acting: bool,
    call: Alert | None,
) -> list[OfferedAction]:
    offered = _offered(incident, waiting, wrong) if acting or call is not None else []
    return [item for item in offered if acting or item.action is Action.HANDLE]


def _posts(incident: Incident) -> list[ShownPost]:
    rows = SignalRow.objects.filter(incident=incident).order_by("-first_seen", "-id")[:_POSTS]
    newest: dict[str, SignalRow] = {}
    for row in rows:
        newest.setdefault(row.post, row)
    kept = set(Original.objects.filter(post__in=newest).values_list("post", flat=True))
    return [
        ShownPost(unpack(bytes(row.payload)), row.reason, row.post in kept)
        for row in newest.values()
    ]


def _suggested(incident: Incident) -> list[Incident]:
    """The incidents that folding thought this one might be the same as."""
    rows = SignalRow.objects.filter(incident=incident, suggested__isnull=False)
    named = rows.exclude(suggested=incident).values("suggested")
    return list(Incident.objects.filter(id__in=named, merged_into=None)[:20])


def _log(events: list[Event]) -> list[LogLine]:
    """The log newest first, ten deliveries in a row as one line."""
    lines = []
    for (kind, actor, origin), group in groupby(
        reversed(events), key=lambda event: (event.kind, event.actor, event.origin)
    ):
        members = list(group)
        details = tuple(event.data for event in members)
        lines.append(LogLine(members[0].at, kind, actor, origin, details))
    return lines


def _offered(
    incident: Incident, waiting: bool, wrong: tuple[Action, ActionForm] | None
) -> list[OfferedAction]:
    offered = []
    for action in allowed(State(incident.state)):
        if waiting and action is Action.ACKNOWLEDGE:
            continue  # The head of the page has its button.
        failed = wrong is not None and wrong[0] is action
        form = wrong[1] if wrong and failed else form_for(action, incident, current().organisation)
        if form is not None:
            offered.append(OfferedAction(action, form, action is _next(incident.state), failed))
    return offered


_LOOP = {
    State.RECORDED: Action.ACKNOWLEDGE,
    State.RAISED: Action.ACKNOWLEDGE,
    State.ACKNOWLEDGED: Action.ASSESS,
    State.ASSESSED: Action.HANDLE,
    State.HANDED_OVER: Action.ACKNOWLEDGE,
    State.HANDLED: Action.VOICE,
    State.VOICED: Action.CLOSE,
    State.CLOSED: Action.VISIT,
    State.VISITED: Action.ARCHIVE,
}
_MILESTONES = frozenset(Action) - {Action.HAND_OVER, Action.ASSIGN}
_HELPING = frozenset({Action.ACKNOWLEDGE, Action.HANDLE})
"""What a department may do that was asked to help."""


def _next(state: str) -> Action | None:
    return _LOOP.get(State(state))


def _steps(incident: Incident, events: list[Event]) -> list[tuple[str, datetime | None]]:
    """The milestones of the loop with the moment each was first reached."""
    reached: dict[str, datetime] = {}
    for event in events:
        reached.setdefault(event.kind, event.at)
    steps = [(action.value, reached.get(action)) for action in Action if action in _MILESTONES]
    return [("发现", incident.first_seen), *steps]
