"""Headers of every answer, and the product's own errors as pages."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from alerts.errors import AlertError, Conflict, LedgerUnavailable
from pipelines.console.views.trouble import broken, page

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing inline, nothing from elsewhere: text of strangers can neither run nor call home."""

_FORM = 1024 * 1024
"""What a form may hold beside its file."""

Respond = Callable[[HttpRequest], HttpResponse]


class PolicyMiddleware:
    """Content policy and no caching: a page holds case data, a shared computer keeps nothing."""

    def __init__(self, get_response: Respond) -> None:
        self._respond = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._refused(request) or self._respond(request)
        response["Content-Security-Policy"] = POLICY
        response["X-Frame-Options"] = "DENY"
        response["Cache-Control"] = "no-store"
        return response

    def _refused(self, request: HttpRequest) -> HttpResponse | None:
        """An answer to what is too large, before any of it is read."""
        # The ledger's models exist only once Django is set up.
        from alerts.ledger.attachments import MOST_BYTES

        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) <= MOST_BYTES + _FORM:
            return None
        return broken(
            413, "上传的内容太大", f"附件不能超过 {MOST_BYTES >> 20} MB，请压缩或分成几份。"
        )


class TroubleMiddleware:
    """Turns the ledger's errors into a page that says what is wrong and what to do."""

    def __init__(self, get_response: Respond) -> None:
        self._respond = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for an error that we raise on purpose; any other goes on to the log."""
        if isinstance(error, LedgerUnavailable):
            return broken(503, "台账暂时不可用", str(error))
        if isinstance(error, DatabaseError):
            detail = "台账数据库没有应答，请管理员运行 shengyuan doctor 检查。"
            return broken(503, "台账暂时不可用", detail)
        if isinstance(error, Conflict):
            return page(request, 409, "未能完成操作", str(error))
        if isinstance(error, AlertError):
            return page(request, 404, "没有找到或不能办理", str(error))
        return None
