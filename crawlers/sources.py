"""The catalogue of public sources: what is fetched, how often, whose it is, why it is lawful."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawlers.errors import CrawlError

SHIPPED = Path(__file__).with_name("sources.toml")
SPIDERS = ("feed", "news", "forum", "hotlist", "archive")
UNTESTED = "未实测"

_INTERVALS = range(1, 7 * 24 * 60 + 1)


@dataclass(frozen=True, slots=True)
class Source:
    """One public source.

    `place` is the division that its posts are about when their text names none, or "".
    `expected_per_day` is the usual number of new posts; far fewer or more is a finding of its own.
    `options` belong to the spider, which checks them.
    """

    name: str
    title: str
    spider: str
    start_urls: tuple[str, ...]
    platform: str
    owner: str
    legal_ground: str
    interval_minutes: int
    expected_per_day: int
    place: str = ""
    status: str = UNTESTED
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that its crawl begins at; empty for files."""
        return frozenset(filter(None, (urlsplit(url).hostname for url in self.start_urls)))


def load_catalogue(path: Path | None = None) -> dict[str, Source]:
    """The shipped sources by name; those of the office's own file added, equal names replaced.

    Raises CrawlError naming file, source and key.
    """
    catalogue = _read(SHIPPED)
    return catalogue if path is None else catalogue | _read(path)


def _read(path: Path) -> dict[str, Source]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CrawlError(f"读不了来源目录 {path}：{error.strerror}，请检查路径和权限") from error
    except UnicodeDecodeError as error:
        raise CrawlError(f"来源目录 {path} 不是 UTF-8 编码：请另存为 UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise CrawlError(f"来源目录 {path} 格式有误：{error}；请改正该行") from error
    return {name: _source(name, table, f"{path} 的来源 {name}") for name, table in tables.items()}


def _source(name: str, table: Any, where: str) -> Source:
    if not isinstance(table, dict):
        raise CrawlError(f"{where} 应为一节（[{name}]）")
    known = {f.name: f for f in fields(Source) if f.name != "name"}
    for key in table:
        if key not in known:
            raise CrawlError(f"{where}：没有 {key} 这一项，请检查拼写或删去它")
    for key, described in known.items():
        required = described.default is MISSING and described.default_factory is MISSING
        if required and key not in table:
            raise CrawlError(f"{where}：缺少 {key}，请补上")
        if key in table:
            _check_type(key, table[key], described.type, where)
    urls = tuple(table["start_urls"])
    source = Source(name=name, **{**table, "start_urls": urls})
    _check_values(source, where)
    return source


def _check_type(key: str, value: Any, kind: Any, where: str) -> None:
    if kind is int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise CrawlError(f"{where}：{key} 应为整数")
    elif kind is str:
        if not isinstance(value, str):
            raise CrawlError(f"{where}：{key} 应为文字（加引号）")
    elif key == "start_urls":
        if not isinstance(value, list) or not value or not all(isinstance(u, str) for u in value):
            raise CrawlError(f'{where}：start_urls 应为网址列表，例如 ["https://…"]')
    elif not isinstance(value, dict):
        raise CrawlError(f"{where}：{key} 应为一节（[{where.split()[-1]}.{key}]）")


def _check_values(source: Source, where: str) -> None:
    if source.spider not in SPIDERS:
        raise CrawlError(f"{where}：没有 {source.spider} 这种爬虫，可用 {'、'.join(SPIDERS)}")
    if source.interval_minutes not in _INTERVALS:
        raise CrawlError(f"{where}：interval_minutes 应在 1 到 {_INTERVALS[-1]} 分钟之间")
    if source.expected_per_day < 0:
        raise CrawlError(f"{where}：expected_per_day 不能是负数")
    if source.place and not (len(source.place) == 6 and source.place.isdigit()):
        raise CrawlError(f"{where}：place 应为六位行政区划代码，例如 420200")
    for url in source.start_urls:
        scheme = urlsplit(url).scheme
        if source.spider != "archive" and scheme not in {"http", "https"}:
            raise CrawlError(f"{where}：{url} 不是 http(s) 网址")
