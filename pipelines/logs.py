"""Structured logs: JSON lines in var/logs/<process>.jsonl, errors on the terminal too."""

import logging
import logging.handlers
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from pipelines.config import Config

_MEGABYTE = 1_000_000
_SECRET = re.compile(r"((?:access_token|key|sign|token|password|secret)=)[^&\s\"']+", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")


def configure(config: Config, process: str) -> None:
    """Send the logs of this process to its file, 10 MB times 5; people's numbers and secrets out.

    Raises OSError when the folder cannot be written.
    """
    folder = config.var / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    to_file = logging.handlers.RotatingFileHandler(
        folder / f"{process}.jsonl", maxBytes=10 * _MEGABYTE, backupCount=5, encoding="utf-8"
    )
    to_file.setFormatter(formatter)
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.setLevel(logging.ERROR)
    to_terminal.setFormatter(logging.Formatter(f"[{process}] %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [to_file, to_terminal]
    root.setLevel(logging.INFO)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    return {key: _clean(value) if isinstance(value, str) else value for key, value in event.items()}


def _clean(text: str) -> str:
    return _NUMBER.sub("[已隐去]", _SECRET.sub(r"\1[已隐去]", text))
