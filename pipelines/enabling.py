"""Enabling a source: one word added to shengyuan.toml, everything else in it left as it is."""

import json
import re
from pathlib import Path

from pipelines import files
from pipelines.config import load, parse
from pipelines.errors import ConfigError

_SECTION = re.compile(r"^\[crawl\][^\n]*\n", re.MULTILINE)
_LIST = re.compile(r"^enabled\s*=\s*\[[^\]]*\]", re.MULTILINE)
_NEXT = re.compile(r"^\[", re.MULTILINE)


def enable(path: Path, name: str) -> bool:
    """Add the source to `[crawl] enabled`; returns whether it was not there before.

    Raises ConfigError when the file cannot be read, or written so that it is still valid.
    """
    enabled = load(path).crawl.enabled
    if name in enabled:
        return False
    text = with_enabled(path.read_text(encoding="utf-8"), (*enabled, name))
    if parse(text, path.resolve()).crawl.enabled != (*enabled, name):
        raise ConfigError(f'{path} 改写失败：请手工在 [crawl] enabled 中加上 "{name}"')
    files.replace(path, text)
    return True


def with_enabled(text: str, names: tuple[str, ...]) -> str:
    """The configuration's text with this list of enabled sources."""
    line = f"enabled = {json.dumps(list(names), ensure_ascii=False)}"
    section = _SECTION.search(text)
    if section is None:
        return f"{text.rstrip()}\n\n[crawl]\n{line}\n"
    following = _NEXT.search(text, section.end())
    end = following.start() if following else len(text)
    body = text[section.end() : end]
    changed = _LIST.sub(lambda _: line, body, count=1) if _LIST.search(body) else f"{line}\n{body}"
    return text[: section.end()] + changed + text[end:]
