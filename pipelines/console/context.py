"""What every page knows: the office, and how many alerts wait for this officer."""

from typing import Any

from django.http import HttpRequest

from alerts.ledger.review import waiting
from pipelines.console.access import sees_all
from pipelines.console.access import waiting as waiting_for
from pipelines.console.office import current

_MOST_COUNTED = 999


def office(request: HttpRequest) -> dict[str, Any]:
    """Template variables for the page's frame."""
    site = current()
    user = getattr(request, "user", None)
    values: dict[str, Any] = {
        "office_name": site.config.office.name,
        "demo": site.config.demo,
        "now": site.clock(),
    }
    if user is not None and user.is_authenticated:
        values["waiting_count"] = waiting_for(user, site.organisation).count()
        if sees_all(user, site.organisation):
            values["doubtful_count"] = waiting()[:_MOST_COUNTED].count()
        values["department_name"] = site.department_name(user.department)
    return values
