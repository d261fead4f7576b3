"""Files that officers add to an incident, and how they get them back."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from alerts.errors import AlertError, LedgerUnavailable
from alerts.ledger.attachments import MOST_BYTES
from alerts.ledger.models import Attachment, Incident, User
from pipelines.console.access import help_of, may_act
from pipelines.console.office import current
from pipelines.console.views.incident import officer, seen


@require_POST
def attach(request: HttpRequest, identifier: str) -> HttpResponse:
    """Keep one file with the incident."""
    site, incident = current(), _working(request, identifier)
    given = request.FILES.get("file")
    if given is None or not given.name:
        messages.error(request, "请先选择要添加的文件")
        return redirect("incident", identifier=incident.id)
    # One byte more than allowed is enough to know that it is too large.
    content = given.read(MOST_BYTES + 1)
    try:
        site.ledger.attach(
            incident.id, officer(request), site.clock(), name=given.name, content=content
        )
    except LedgerUnavailable:
        raise
    except AlertError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "附件已保存，摘要已记入日志")
    return redirect("incident", identifier=incident.id)


@require_POST
def fetch(request: HttpRequest, number: int) -> HttpResponse:
    """One file for whoever works on its incident; the look is logged, so it is no GET."""
    site = current()
    kept = Attachment.objects.filter(id=number).only("id", "incident").first()
    if kept is None:
        raise Http404
    _working(request, kept.incident_id)
    file = site.ledger.attachment(number, officer(request), site.clock())
    # Never shown inside the console's origin: a file of strangers must not run there.
    answer = HttpResponse(file.content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = _disposition(file.name)
    return answer


def _disposition(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


def _working(request: HttpRequest, identifier: str) -> Incident:
    incident, user = seen(request, identifier), cast(User, request.user)
    if not may_act(user, current().organisation, incident) and help_of(user, incident) is None:
        raise PermissionDenied("附件只对主责、协办和牵头部门开放。")
    return incident
