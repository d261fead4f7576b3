"""Post: the one thing a spider may yield."""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawlers.errors import CrawlError

_TRACKING = re.compile(r"^(utm_\w+|spm|from|share\w*|scene|weibo_id|wfr|isappinstalled|nsukey)$")
_CANONICAL = re.compile(r"https?://[a-z0-9.-]+/[^?#\s]*")
"""Addresses that are as they should be already: most are, and taking them apart is slow."""

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, repr=False)
class Post:
    """One public post as it was seen, before anything was concluded from it.

    `id` is stable: the same post fetched twice has the same id. `content_hash` changes when its
    title or body changes, so (id, content_hash) names a version. Times carry a zone. An author is
    known only as a keyed hash, never by name. Its text names people, so it never prints itself.
    """

    id: str
    platform: str
    source: str
    url: str
    title: str
    body: str
    first_seen: datetime
    published: datetime | None
    author_key: str | None
    content_hash: str
    place: str = ""

    def __repr__(self) -> str:
        return f"Post(id={self.id!r}, source={self.source!r}, url={self.url!r})"

    @property
    def text(self) -> str:
        """Title and body as one text, the title on its own line."""
        return f"{self.title}\n{self.body}" if self.title and self.body else self.title or self.body


def make_post(  # noqa: PLR0913 - the fields of a post, all by name
    *,
    platform: str,
    source: str,
    first_seen: datetime,
    title: str = "",
    body: str = "",
    url: str = "",
    native_id: str = "",
    published: datetime | None = None,
    author: str = "",
    author_hash_key: bytes = b"",
    place: str = "",
) -> Post:
    """Build a Post with its id, content hash and author key.

    The id comes from platform + native id, else from platform + canonical URL, else from
    platform + normalised title (+ body when there is no title): boards without links show the
    same title again and again, and that is one post.

    Raises CrawlError when there is neither title nor body, or a time has no zone.
    """
    title, body = _SPACE.sub(" ", title).strip(), body.strip()
    if not title and not body:
        raise CrawlError(f"帖子没有标题也没有正文：{url or native_id or source}")
    for moment in (first_seen, published):
        if moment is not None and moment.tzinfo is None:
            raise CrawlError(f"时间缺少时区：{moment.isoformat()}（{url or source}）")
    if not _sensible(first_seen):
        raise CrawlError(f"时间不合情理：{first_seen.isoformat()}（{url or title or source}）")
    if published is not None and not _sensible(published):
        published = None
    url = canonical_url(url) if url else ""
    author_key = author_hash(author, author_hash_key) if author and author_hash_key else None
    return Post(
        id=post_id(platform, native_id=native_id, url=url, text=title or body),
        platform=platform,
        source=source,
        url=url,
        title=title,
        body=body,
        first_seen=first_seen,
        published=published,
        author_key=author_key,
        content_hash=content_digest(title, body),
        place=place,
    )


def _sensible(moment: datetime) -> bool:
    """Whether a time can be a post's: no web is older, and arithmetic must stay possible."""
    return 1990 <= moment.year <= 2200


def post_id(platform: str, *, native_id: str = "", url: str = "", text: str = "") -> str:
    """The id that `make_post` gives: a list page knows a post's id before its text is fetched."""
    return _digest(platform, native_id or (canonical_url(url) if url else "") or _folded(text))


def content_digest(title: str, body: str) -> str:
    """The content hash of a post with this title and body."""
    return _digest(title, body)


def canonical_url(url: str) -> str:
    """The URL without fragment, tracking parameters and default port, its host in lower case.

    A string that is no URL comes back stripped, unchanged.
    """
    url = url.strip()
    if _CANONICAL.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if not parts.scheme or not parts.hostname:
        return url
    host = parts.hostname.lower()
    if port and (parts.scheme, port) not in {("http", 80), ("https", 443)}:
        host = f"{host}:{port}"
    kept = [p for p in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(p[0])]
    return urlunsplit((parts.scheme.lower(), host, parts.path or "/", urlencode(sorted(kept)), ""))


def author_hash(author: str, key: bytes) -> str:
    """A keyed hash of an author id: equal for equal authors, useless without the office's key."""
    return hmac.new(key, author.encode(), hashlib.sha256).hexdigest()[:32]


def _folded(text: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).lower()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
