"""How long each department takes, for the office that coordinates them."""

from datetime import datetime, timedelta
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.clock import ZONE
from alerts.ledger.models import User
from pipelines.console.access import sees_all
from pipelines.console.office import current

_DAYS = 30


@require_safe
def times(request: HttpRequest) -> HttpResponse:
    """Times to acknowledge and to speak of the last thirty days, or since the day asked for."""
    site = current()
    if not sees_all(cast(User, request.user), site.organisation):
        raise PermissionDenied("各部门用时只对本级牵头部门开放。")
    default = site.clock().astimezone(ZONE) - timedelta(days=_DAYS)
    try:
        since = datetime.fromisoformat(request.GET.get("since", "")).replace(tzinfo=ZONE)
    except ValueError:
        since = default.replace(hour=0, minute=0, second=0, microsecond=0)
    context = {"rows": site.ledger.times(since), "since": since}
    return render(request, "console/times.html", context)
