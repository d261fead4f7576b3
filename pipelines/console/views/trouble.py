"""Pages for what went wrong: what it is and what to do, never a traceback."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page(request: HttpRequest, status: int, title: str, detail: str) -> HttpResponse:
    """An error page."""
    context = {"title": title, "detail": detail}
    return render(request, "console/trouble.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 400, "请求无效", "地址或表单内容不完整，请返回后重试。")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = str(exception) or "你的部门或岗位没有这项权限，请联系管理员。"
    return page(request, 403, "没有权限", detail)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 404, "没有这个页面", "地址可能抄错了，请从收件箱进入。")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(request, 403, "表单已过期", "请返回上一页，刷新后重新提交；未做任何改动。")


def server_error(request: HttpRequest) -> HttpResponse:
    detail = "若仍出错，请把时间和地址告诉管理员（详情在 var/logs 的控制台日志里）。"
    return broken(500, "程序出错", detail)


def broken(status: int, title: str, detail: str) -> HttpResponse:
    """A page without the frame of the others: that asks the ledger, which may be what failed."""
    context = {"title": title, "detail": detail}
    return render(None, "console/broken.html", context, status=status)
