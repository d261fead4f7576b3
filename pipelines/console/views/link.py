"""The page behind an acknowledge link. Opening it changes nothing; signing asks who signs."""

from typing import cast

from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from alerts.clock import moment
from alerts.ledger.actions import Officer
from alerts.ledger.models import Alert, User
from alerts.links import LinkError, Links
from alerts.loop import State
from pipelines.console.access import may_act
from pipelines.console.accounts import unlock
from pipelines.console.office import current
from pipelines.console.views.trouble import page


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is to be signed for (GET), or sign in the name of session or PIN (POST)."""
    site = current()
    try:
        identifier = Links(site.config.secret("links")).read(token, site.clock())
    except LinkError as error:
        return page(request, 403, "链接不能使用", str(error))
    alert = Alert.objects.filter(id=identifier).select_related("incident").first()
    if alert is None:
        return page(request, 404, "没有这条预警", "预警不在本台账中，请登录控制台核对。")
    if alert.state != State.RAISED:
        return page(request, 410, "链接已用过", _used(alert))
    if request.method != "POST":
        return _form(request, alert)
    return _signed(request, alert)


def _signed(request: HttpRequest, alert: Alert) -> HttpResponse:
    site, session = current(), request.user.is_authenticated
    user = cast(User | None, request.user if session else _by_pin(request))
    if user is None:
        return _form(request, alert, "用户名或 PIN 不正确。连续输错 5 次将锁定 15 分钟。", 403)
    if not may_act(user, site.organisation, alert.incident):
        return _form(request, alert, "本事件由其他部门主责，你所在部门不能签收。", 403)
    name = user.get_full_name().strip()
    shown = f"{name}（{user.username}）" if name else user.username
    origin = f"签收链接 {request.META.get('REMOTE_ADDR', '')}".strip()
    incident = site.ledger.acknowledge(alert.id, Officer(shown, origin), site.clock())
    if session:
        return redirect("incident", identifier=incident.id)
    return render(request, "console/signed.html", {"alert": alert, "name": shown})


def _by_pin(request: HttpRequest) -> User | None:
    # The field is called password so that no log of failed attempts shows it.
    username, pin = (request.POST.get(name, "").strip() for name in ("username", "password"))
    user = authenticate(request, username=username, pin=pin)
    if user is not None:
        unlock(username)
    return user


def _form(request: HttpRequest, alert: Alert, wrong: str = "", status: int = 200) -> HttpResponse:
    context = {"alert": alert, "incident": alert.incident, "wrong": wrong}
    return render(request, "console/sign.html", context, status=status)


def _used(alert: Alert) -> str:
    if alert.acknowledged_at is None:
        return f"预警 {alert.id} 已不需要签收（{alert.state}）。"
    when = moment(alert.acknowledged_at)
    return f"预警 {alert.id} 已由 {alert.acknowledged_by} 于 {when} 签收，无需重复签收。"
