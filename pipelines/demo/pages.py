"""Pure rendering of the demo's pages and feeds: entries and a start time → text."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from xml.etree import ElementTree

from pipelines.demo.content import BOARDS, Entry

PAGE_SIZE: Final = 10
SITES: Final = {
    "news": "云汀新闻网",
    "rss": "云汀发布",
    "atom": "青江日报数字版",
    "hot": "青江热榜",
    "forum": "云汀论坛",
}
_TEMPLATES: Final = Path(__file__).with_name("templates")
_ATOM: Final = "http://www.w3.org/2005/Atom"


def page_count(entries: Sequence[Entry]) -> int:
    """How many list pages these entries fill; at least one."""
    return max(1, -(-len(entries) // PAGE_SIZE))


def news_list(entries: Sequence[Entry], page: int, start: datetime) -> str:
    """One page of the news list, newest first."""
    items = "\n".join(
        f'<li><a href="{e.path}">{escape(e.title)}</a>'
        f'<span class="date">{_minute(e.published(start))}</span></li>'
        for e in _page(entries, page)
    )
    links = _page_links(page_count(entries), page, "/news/index_{}.html")
    return _fill("news_list.html", items=items, pages=links)


def article(entry: Entry, others: Sequence[Entry], start: datetime) -> str:
    """A news page, with the blocks of other titles around the text that real sites have."""
    paragraphs = [p.strip() for p in (entry.body or entry.title).split("\n") if p.strip()]
    published = entry.published(start)
    return _fill(
        "article.html",
        title=escape(entry.title),
        site=SITES[entry.channel],
        author=escape(entry.author or SITES[entry.channel]),
        published=_minute(published),
        published_iso=published.isoformat(timespec="seconds"),
        paragraphs="\n".join(f"<p>　　{escape(p)}</p>" for p in paragraphs),
        related=_links(others[:8]),
        ranking=_links(others[8:18]),
    )


def board(name: str, entries: Sequence[Entry], page: int, start: datetime) -> str:
    """One page of a board's threads."""
    rows = "\n".join(
        f'<tbody id="normalthread_{e.id}"><tr>'
        f'<th class="common"><a href="{e.path}" class="s xst">{escape(e.title)}</a></th>'
        f'<td class="by"><cite>{escape(e.author)}</cite>'
        f"<em><span>{_minute(e.published(start))}</span></em></td>"
        f'<td class="num">{len(e.replies)}</td></tr></tbody>'
        for e in _page(entries, page)
    )
    links = _page_links(page_count(entries), page, f"/bbs/forum-{BOARDS[name]}-{{}}.html")
    return _fill("board.html", board=name, boards=_boards(), threads=rows, pages=links)


def thread(entry: Entry, others: Sequence[Entry], start: datetime) -> str:
    """A thread: the first post, then its replies."""
    texts = [(entry.author, entry.body), *(("网友", reply) for reply in entry.replies)]
    posts = "\n".join(
        f'<div id="post_{entry.id}{number:02d}" class="plhin">'
        f'<div class="authi"><a class="xw1">{escape(author)}</a> <em>发表于 '
        f"{_minute(entry.published(start) + timedelta(minutes=3 * number))}</em></div>"
        f'<div class="t_f" id="postmessage_{entry.id}{number:02d}">'
        f"{escape(text).replace(chr(10), '<br />')}</div></div>"
        for number, (author, text) in enumerate(texts)
    )
    return _fill(
        "thread.html",
        title=escape(entry.title),
        board=entry.board,
        board_path=f"/bbs/forum-{BOARDS[entry.board]}-1.html",
        boards=_boards(),
        posts=posts,
        related=_links(others[:5]),
    )


def rss(entries: Sequence[Entry], base_url: str, start: datetime) -> str:
    """An RSS 2.0 feed with the full text of each item."""
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    _add(channel, "title", SITES["rss"])
    _add(channel, "link", f"{base_url}/")
    _add(channel, "description", "云汀市各部门的通报与通知（虚构）")
    for entry in entries:
        item = ElementTree.SubElement(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", base_url + entry.path)
        _add(item, "guid", base_url + entry.path)
        _add(item, "author", entry.author)
        _add(item, "pubDate", format_datetime(entry.published(start)))
        _add(item, "description", f"<p>{escape(entry.body)}</p>")
    return _xml(root)


def atom(entries: Sequence[Entry], base_url: str, start: datetime) -> str:
    """An Atom feed with the full text of each entry."""
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed")
    _add(root, f"{{{_ATOM}}}title", SITES["atom"])
    _add(root, f"{{{_ATOM}}}id", f"{base_url}/feed/atom.xml")
    newest = max((entry.published(start) for entry in entries), default=start)
    _add(root, f"{{{_ATOM}}}updated", newest.isoformat(timespec="seconds"))
    for entry in entries:
        node = ElementTree.SubElement(root, f"{{{_ATOM}}}entry")
        _add(node, f"{{{_ATOM}}}title", entry.title)
        _add(node, f"{{{_ATOM}}}id", base_url + entry.path)
        ElementTree.SubElement(
            node, f"{{{_ATOM}}}link", {"rel": "alternate", "href": base_url + entry.path}
        )
        author = ElementTree.SubElement(node, f"{{{_ATOM}}}author")
        _add(author, f"{{{_ATOM}}}name", entry.author)
        moment = entry.published(start).isoformat(timespec="seconds")
        _add(node, f"{{{_ATOM}}}published", moment)
        _add(node, f"{{{_ATOM}}}updated", moment)
        content = ElementTree.SubElement(node, f"{{{_ATOM}}}content", {"type": "html"})
        content.text = f"<p>{escape(entry.body)}</p>"
    return _xml(root)


def hot_board(entries: Sequence[Entry], base_url: str) -> str:
    """A hot-search board as JSON, as the big sites serve it."""
    rows = [
        {
            "rank": rank,
            "word": entry.title,
            "hot": 9_876_543 - 123_457 * rank,
            "id": str(entry.id),
            "url": base_url + entry.path,
        }
        for rank, entry in enumerate(entries, 1)
    ]
    return json.dumps({"code": 0, "data": {"realtime": rows}}, ensure_ascii=False)


def _fill(template: str, **values: str) -> str:
    return Template((_TEMPLATES / template).read_text("utf-8")).substitute(values)


def _page(entries: Sequence[Entry], page: int) -> Sequence[Entry]:
    return entries[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _page_links(count: int, page: int, pattern: str) -> str:
    links = [
        f"<strong>{number}</strong>"
        if number == page
        else f'<a href="{pattern.format(number)}">{number}</a>'
        for number in range(1, count + 1)
    ]
    if page < count:
        links.append(f'<a class="next nxt" href="{pattern.format(page + 1)}">下一页</a>')
    return " ".join(links)


def _links(entries: Sequence[Entry]) -> str:
    return "\n".join(f'<li><a href="{e.path}">{escape(e.title)}</a></li>' for e in entries)


def _boards() -> str:
    return " ".join(f'<a href="/bbs/forum-{n}-1.html">{name}</a>' for name, n in BOARDS.items())


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text


def _xml(root: ElementTree.Element) -> str:
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode")
