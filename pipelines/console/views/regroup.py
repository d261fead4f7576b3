"""Merge and split by hand, from the page of one incident."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from alerts.errors import AlertError, LedgerUnavailable
from alerts.ledger.models import Incident, User
from pipelines.console.access import may_act
from pipelines.console.office import current
from pipelines.console.views.incident import officer, seen


@require_POST
def merge(request: HttpRequest, identifier: str) -> HttpResponse:
    """Put this incident into another; the officer must be allowed to act on both."""
    site, gone = current(), _acting(request, identifier)
    into = request.POST.get("into", "").strip()
    known = Incident.objects.filter(id=into) or Incident.objects.filter(alerts__id=into)
    if not known:
        messages.error(request, f"没有编号为 {into} 的事件：请从列表中选，或核对编号")
        return redirect("incident", identifier=gone.id)
    target, reason = _acting(request, into), request.POST.get("reason", "")[:4000]
    try:
        kept = site.ledger.merge(gone.id, target.id, officer(request), site.clock(), reason=reason)
    except LedgerUnavailable:
        raise
    except AlertError as error:
        messages.error(request, str(error))
        return redirect("incident", identifier=gone.id)
    messages.success(request, f"已并案：{gone.id} 并入本事件，已记入日志")
    return redirect("incident", identifier=kept.id)


@require_POST
def split(request: HttpRequest, identifier: str) -> HttpResponse:
    """Take the chosen posts out into an incident of their own."""
    site, incident = current(), _acting(request, identifier)
    posts, reason = request.POST.getlist("post"), request.POST.get("reason", "")[:4000]
    try:
        new = site.ledger.split(incident.id, posts, officer(request), site.clock(), reason=reason)
    except LedgerUnavailable:
        raise
    except AlertError as error:
        messages.error(request, str(error))
        return redirect("incident", identifier=incident.id)
    messages.success(request, f"已拆案：{len(posts)} 条帖子成为本事件，已记入日志")
    return redirect("incident", identifier=new.id)


def _acting(request: HttpRequest, identifier: str) -> Incident:
    incident = seen(request, identifier)
    if not may_act(cast(User, request.user), current().organisation, incident):
        raise PermissionDenied("本事件由其他部门主责，你所在部门只能查看。")
    return incident
