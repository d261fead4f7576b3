"""Posts on their way to the annotators: from files or from the store, masked before they leave.

The store holds masked texts only. Posts of files are masked, too: a spreadsheet goes from hand to
hand, whatever the post's source. Masking a masked text changes nothing.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from alerts.clock import ZONE
from nlp.labelled import FIELDS, LABELS, LabelError, LabelledRow, read_rows, text_key
from nlp.privacy import mask
from nlp.similarity import normalise
from nlp.spreadsheet import LONGEST_CELL, to_cells

if TYPE_CHECKING:
    from alerts.ledger.labels import Given
    from pipelines.stores.protocol import PostStore, Query

SetAside = Callable[[str, bytes, str], None]
"""Told of what is no post: the reason, the content as far as it could be read, the file."""

_TEXTS = tuple(name for name in FIELDS if name not in LABELS and name != "annotator")
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that may be labelled: its fields in the stored form of labelled rows."""

    fields: Mapping[str, Any]

    @property
    def key(self) -> str:
        return str(self.fields["key"])

    @property
    def text(self) -> tuple[str, str]:
        """Title and body."""
        return self.fields.get("title", ""), self.fields.get("body", "")

    @property
    def day(self) -> str:
        """YYYY-MM-DD, or "" for a post without a date."""
        return str(self.fields.get("first_seen", ""))[:10]

    def unlabelled(self) -> "Candidate":
        """The post alone, as an annotator should meet it."""
        return Candidate({name: self.fields[name] for name in _TEXTS if name in self.fields})

    def masked(self) -> "Candidate":
        """The post as it may be shown."""
        hidden = mask(*self.text)
        texts = {"title": hidden.title, "body": hidden.body}
        return Candidate({**self.fields, **{name: text for name, text in texts.items() if text}})


def posts_of_files(files: Iterable[str], set_aside: SetAside) -> Iterator[Candidate]:
    """The posts of JSONL files (plain, .xz, .gz or "-") and CSV files, one after the other.

    Raises CrawlError or LabelError when a file cannot be read at all.
    """
    for name in files:
        read = _of_spreadsheet if name.lower().endswith(".csv") else _of_lines
        yield from read(name, set_aside)


def posts_of_store(store: "PostStore", query: "Query") -> Iterator[Candidate]:
    """The posts that match, newest first. Raises StoreError."""
    after = ""
    while ids := [hit.id for hit in store.search(query, limit=_PAGE, after=after)]:
        documents = store.get(ids)
        for post in ids:
            if post in documents:
                yield _stored(post, documents[post])
        after = ids[-1]


def posts_of_verdicts(given: Iterable["Given"], store: "PostStore") -> Iterator[Candidate]:
    """Posts that officers decided about, with their decisions as labels.

    The text is the store's if it still has the version that was decided about, else what the
    officer saw of it. Raises StoreError.
    """
    rest = iter(given)
    while page := list(islice(rest, _PAGE)):
        posts = [one.signal.post for one in page]
        documents, versions = store.get(posts), store.finished(posts)
        for one in page:
            whole = versions.get(one.signal.post) == one.signal.version
            yield _judged(one, documents.get(one.signal.post) if whole else None)


def distinct(posts: Iterable[Candidate], known: Iterable[str] = ()) -> Iterator[Candidate]:
    """Each text once, and none of the `known` ones: the same words need no second label.

    Texts that differ by punctuation, width or case alone are the same.
    """
    # Hashes, not texts: they must be held for the whole of a long stream.
    seen = {hash(normalise(text)) for text in known}
    for post in posts:
        text = hash(normalise("".join(post.text)))
        if text not in seen:
            seen.add(text)
            yield post


@dataclass(frozen=True, slots=True)
class Merged:
    """A corpus with new labels, in the stored form; how many rows were changed and added."""

    rows: Sequence[Mapping[str, Any]]
    changed: int
    added: int


def merged(fresh: Iterable[LabelledRow], corpus: Iterable[LabelledRow], annotator: str) -> Merged:
    """The corpus, rows of the same key with the new labels but their own text, then the new rows.

    `annotator` signs new labels that nobody has signed. Raises LabelError when two new rows of one
    key differ in their labels.
    """
    new: dict[str, LabelledRow] = {}
    for row in fresh:
        known = new.setdefault(row.key, row)
        if known.post != row.post:
            raise LabelError(
                f"{known.where} 和 {row.where} 是同一条（{row.key}），标注却不同，请删去其中一行"
            )
    signed = {"annotator": annotator} if annotator else {}
    rows, changed = [], 0
    for row in corpus:
        better = new.pop(row.key, None)
        if better is None:
            rows.append(row.fields)
            continue
        changed += _labels(better) != _labels(row)
        kept = {name: value for name, value in row.fields.items() if name not in LABELS}
        signature = {k: v for k, v in better.fields.items() if k == "annotator"}
        rows.append(_ordered(kept | signed | signature | _labels(better)))
    rows += [_ordered(signed | dict(row.fields)) for row in new.values()]
    return Merged(rows, changed, len(new))


def write_rows(
    rows: Iterable[Mapping[str, Any]], file: IO[bytes], *, spreadsheet: bool, more: Sequence[str]
) -> tuple[int, int]:
    """Write rows in the stored form, as CSV for spreadsheets or as JSONL.

    `more` are columns beside the stored form, for people. Returns how many rows were written, and
    how many texts were too long for a cell and were cut.
    """
    if spreadsheet:
        return _write_spreadsheet(rows, file, more)
    written = 0
    for row in rows:
        file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        written += 1
    return written, 0


def _labels(row: LabelledRow) -> dict[str, Any]:
    return {name: value for name, value in row.fields.items() if name in LABELS}


def _ordered(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: fields[name] for name in FIELDS if name in fields}


def _write_spreadsheet(
    rows: Iterable[Mapping[str, Any]], file: IO[bytes], more: Sequence[str]
) -> tuple[int, int]:
    columns = [*more, *FIELDS]
    written = cut = 0

    class _Lines:
        """What csv.writer needs of a file."""

        def write(self, text: str) -> None:
            # Half an emoji has no UTF-8; a spreadsheet could not show it anyway.
            file.write(text.encode("utf-8", "replace"))

    file.write(b"\xef\xbb\xbf")
    writer = csv.DictWriter(_Lines(), columns, restval="", extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        cut += any(isinstance(text, str) and len(text) > LONGEST_CELL for text in row.values())
        writer.writerow(to_cells(row))
        written += 1
    return written, cut


def _of_lines(name: str, set_aside: SetAside) -> Iterator[Candidate]:
    from crawlers.errors import CrawlError
    from crawlers.spiders.archive import read_rows as read_lines

    for number, row in read_lines(name):
        if isinstance(row, CrawlError):
            set_aside(str(row), b"", name)
        elif reason := _fault(row):
            set_aside(f"{name} 第 {number} 行{reason}", orjson.dumps(row), name)
        else:
            yield _candidate(row)


def _of_spreadsheet(name: str, set_aside: SetAside) -> Iterator[Candidate]:
    for row in read_rows(Path(name)):
        if isinstance(row, LabelError):
            set_aside(str(row), b"", name)
        elif reason := _fault(row.fields):
            set_aside(f"{row.where}{reason}", orjson.dumps(row.fields), name)
        else:
            yield _candidate(row.fields)


def _fault(row: Mapping[str, Any]) -> str:
    """Why a row is no post, in Chinese; "" if it is one."""
    title, body = row.get("title") or "", row.get("body") or ""
    if not isinstance(title, str) or not isinstance(body, str):
        return "的 title 或 body 不是文字，请改为字符串"
    if not title.strip() and not body.strip():
        return "的 title 和 body 都是空的，请补上其中一个"
    return ""


def _candidate(row: Mapping[str, Any]) -> Candidate:
    fields = {name: row[name] for name in FIELDS if row.get(name) not in (None, "")}
    if "key" not in fields:
        given = row.get("id")
        title, body = fields.get("title", ""), fields.get("body", "")
        fields = {"key": str(given) if given else text_key(title, body), **fields}
    return Candidate(fields)


def _judged(given: "Given", document: Mapping[str, Any] | None) -> Candidate:
    signal, labels = given.signal, given.labels
    row = {
        "key": signal.post,
        "platform": signal.platform,
        "first_seen": signal.first_seen.astimezone(ZONE).isoformat(),
        "source": signal.source,
        "annotator": given.officer,
        "title": document["title"] if document else signal.title,
        "body": document["text"] if document else signal.excerpt,
    }
    said: dict[str, Any] = {"incident": labels.incident, "scope": labels.scope}
    if labels.incident:
        said |= {
            "categories": list(labels.categories),
            "victims": "both" if len(labels.victims) > 1 else labels.victims[0],
            "severity": labels.severity,
            "status": labels.status,
        }
    return Candidate({name: value for name, value in row.items() if value} | said)


def _stored(post: str, document: Mapping[str, Any]) -> Candidate:
    row = {
        "key": post,
        "platform": document["platform"],
        "first_seen": str(document["first_seen"]),
        "source": document["source"],
        "title": document["title"],
        "body": document["text"],
    }
    return Candidate({name: value for name, value in row.items() if value})
