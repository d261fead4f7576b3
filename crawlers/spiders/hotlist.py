"""Hot boards that sites serve as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson
from scrapy.http import Response

from crawlers.dates import parse_date
from crawlers.errors import CrawlError
from crawlers.items import Post
from crawlers.spiders.base import SourceSpider, plain_text, text_of_page


class HotlistSpider(SourceSpider):
    """Posts of a board: `items` is the path of the list, the others paths inside one row.

    A path is keys and list positions joined by dots ("data.realtime"). `link` makes an address
    out of a row's title and id ("https://s.example/q={title}").
    """

    name = "hotlist"
    known_options = frozenset({"items", "title", "url", "id", "body", "time", "author", "link"})

    def visit(self, response: Response) -> Iterator[Post]:
        try:
            rows = read_rows(
                text_of_page(response), self.option("items"), self.option("title", "title")
            )
        except CrawlError as error:
            self.set_aside(str(error), response)
            self.stop(str(error))
            return
        for row in rows:
            try:
                yield self._post(row)
            except CrawlError as error:
                self.report(f"{response.url}：{error}")

    def _post(self, row: Mapping[str, Any]) -> Post:
        said = {
            key: _said(row, self.option(key)) for key in ("url", "id", "body", "time", "author")
        }
        title = plain_text(_said(row, self.option("title", "title")))
        link = self.option("link")
        if link and not said["url"]:
            said["url"] = link.format(title=quote(title), id=quote(said["id"]))
        return self.post(
            title=title,
            body=plain_text(said["body"]),
            url=said["url"],
            native_id=said["id"] if not said["url"] else "",
            published=parse_date(said["time"], self.clock()),
            author=said["author"],
        )


def read_rows(text: str, path: str, title: str) -> Sequence[Mapping[str, Any]]:
    """The rows at `path`, those without a title left out.

    Raises CrawlError that names the path and what is there when the board's shape has changed.
    """
    try:
        board = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CrawlError(f"榜单不是 JSON（开头是 {text.strip()[:30]!r}），请检查网址") from error
    rows = _at(board, path)
    if not isinstance(rows, list):
        found = f"最外层有 {'、'.join(list(board)[:8])}" if isinstance(board, dict) else "不是对象"
        raise CrawlError(f"榜单结构已变：{path or '最外层'} 处应为列表，{found}；请更新选项 items")
    titled = [row for row in rows if isinstance(row, dict) and _said(row, title)]
    if rows and not titled:
        keys = "、".join(list(rows[0])[:8]) if isinstance(rows[0], dict) else type(rows[0]).__name__
        raise CrawlError(f"榜单结构已变：各行没有 {title}（有 {keys}）；请更新选项 title")
    return titled


def _at(value: Any, path: str) -> Any:
    for key in filter(None, path.split(".")):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _said(row: Mapping[str, Any], path: str) -> str:
    value = _at(row, path) if path else None
    return str(value).strip() if isinstance(value, str | int | float) else ""
