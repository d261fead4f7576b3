"""Search in all posts, with the query language of the store."""

from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alerts.ledger.models import Incident, User
from pipelines.console import display
from pipelines.console.access import sees_all, visible
from pipelines.console.office import current
from pipelines.stores.protocol import QueryError, StoreError

if TYPE_CHECKING:
    from pipelines.stores.protocol import Hit

_PAGE = 30


def search(request: HttpRequest) -> HttpResponse:
    """Hits newest first; a query that cannot be read is shown with the character marked."""
    text = request.GET.get("q", "").strip()[:500]
    after = request.GET.get("after", "")[:200]
    context: dict[str, Any] = {"text": text, "after": after}
    status = 200
    if text:
        try:
            context |= _found(cast(User, request.user), text, after)
        except QueryError as error:
            status = 400
            # The rest of the message draws the caret that a page can do better.
            context["problem"] = str(error).splitlines()[0]
            context["pointed"] = display.pointed(text, error.position)
        except StoreError as error:
            status = 503
            context["problem"] = f"{error}（预警不受影响）"
    return render(request, "console/search.html", context, status=status)


def _found(user: User, text: str, after: str) -> dict[str, Any]:
    from pipelines.stores.query import parse

    site = current()
    query = parse(text)
    store = site.store()
    hits = list(store.search(query, limit=_PAGE + 1, after=after))
    shown = hits[:_PAGE]
    return {
        "hits": _permitted(user, shown),
        # A total would count what this officer may not see.
        "count": store.count(query) if sees_all(user, site.organisation) else None,
        "words": query.must,
        "next": shown[-1].id if len(hits) > _PAGE else "",
    }


def _permitted(user: User, hits: list["Hit"]) -> list["Hit"]:
    """Without the posts of incidents that this officer may not see."""
    incidents = {hit.incident for hit in hits if hit.incident}
    known = set(Incident.objects.filter(id__in=incidents).values_list("id", flat=True))
    mine = visible(user, current().organisation).filter(id__in=incidents)
    hidden = known - set(mine.values_list("id", flat=True))
    return [hit for hit in hits if hit.incident not in hidden]
