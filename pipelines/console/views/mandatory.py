"""The draft of the mandatory report of one incident, to be printed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from alerts.ledger.outbox import mandatory_report
from pipelines.console.office import current
from pipelines.console.views.incident import seen


@require_safe
def report(request: HttpRequest, identifier: str) -> HttpResponse:
    """The page that is also attached to the alert; 404 when no minor is concerned."""
    incident = seen(request, identifier)
    if not incident.urgent:
        raise Http404
    link = f"{current().config.console.url}/incidents/{incident.id}"
    return HttpResponse(mandatory_report(incident, link))
