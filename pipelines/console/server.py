"""Builds the console's WSGI application and serves it with waitress."""

import errno
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import wiring
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from pipelines.config import Config

STATIC = Path(__file__).parent / "static"
_THREADS = 8


def application(config: "Config", clock: Callable[[], datetime] = wiring.now) -> Any:
    """The WSGI application of one office's console, its tables up to date.

    Raises AlertError when the ledger or the organisation cannot be used.
    """
    from pipelines.console.settings import for_office

    wiring.use_divisions(config)
    ledger = wiring.open_ledger(config, for_office(config))

    from django.core.wsgi import get_wsgi_application
    from whitenoise import WhiteNoise

    from pipelines.console.office import Site, install

    install(Site(config, ledger, wiring.organisation(config), clock))
    return WhiteNoise(get_wsgi_application(), root=STATIC, prefix="static/", max_age=3600)


def serve(config: "Config") -> None:
    """Serve the console until the process is told to stop.

    Raises PipelineError when the port cannot be had.
    """
    from waitress.server import create_server

    host, port = config.console.host, config.console.port
    site = application(config)
    try:
        server = create_server(
            site, host=host, port=port, threads=_THREADS, ident="shengyuan", **_proxy(config)
        )
    except OSError as error:
        raise PipelineError(port_problem(error, host, port)) from error
    try:
        server.run()
    finally:
        server.close()


def _proxy(config: "Config") -> dict[str, Any]:
    """Believe a TLS proxy on this machine about the visitor's address and scheme, nobody else."""
    if not config.console.url.startswith("https:"):
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    return {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": headers}


def port_problem(error: OSError, host: str, port: int) -> str:
    """Why the console cannot listen there, and what to do."""
    remedy = "在 shengyuan.toml 的 [console] 里换一个 port，或停止占用它的程序"
    if error.errno == errno.EADDRINUSE:
        return f"控制台端口 {host}:{port} 已被占用：{remedy}"
    if error.errno == errno.EACCES:
        return f"没有权限使用控制台端口 {host}:{port}：请用 1024 以上的端口"
    reason = os.strerror(error.errno or 0)
    return f"控制台不能在 {host}:{port} 上提供服务（{reason}）：请检查 [console] host"
