"""clean: the first stage. What is invisible or broken in a post's text is put right."""

import re
from dataclasses import replace
from html import unescape

from crawlers.items import Post, content_digest

MAX_TITLE, MAX_BODY = 500, 50_000
"""Code points; what a page has beyond them is no post's own text."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"[ \t\u00a0\u3000]+")
_LINES = re.compile(r"\s*[\n\u2028\u2029]\s*")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")


class CleanPipeline:
    """Normalises the text of every post."""

    def process_item(self, item: Post) -> Post:
        return clean(item)


def clean(post: Post) -> Post:
    """The post with tidy text; its id stays, its content hash is that of the tidy text."""
    title = tidy(post.title).replace("\n", " ")[:MAX_TITLE]
    body = tidy(post.body)[:MAX_BODY]
    if (title, body) == (post.title, post.body):
        return post
    return replace(post, title=title, body=body, content_hash=content_digest(title, body))


def tidy(text: str) -> str:
    """Without control and invisible characters, left-over entities, runs of spaces, empty lines."""
    if _ENTITY.search(text):
        text = unescape(text)
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()
