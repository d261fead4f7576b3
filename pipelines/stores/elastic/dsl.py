"""Query → Elasticsearch DSL, and documents → what is indexed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipelines.stores.protocol import Hit, PostDocument, Query, Standing
from pipelines.stores.text import highlighted, spaced

NEWEST_FIRST = [{"first_seen": "desc"}, {"id": "asc"}]

UPSERT = """
if (ctx._source.written > params.document.written) { ctx.op = 'none'; }
else {
  def seen = ctx._source.first_seen; def time = ctx._source['@timestamp'];
  ctx._source.putAll(params.document);
  ctx._source.first_seen = seen; ctx._source['@timestamp'] = time;
}
"""
STAND = """
if (ctx._source.stood != null && ctx._source.stood > params.standing.stood) { ctx.op = 'none'; }
else { ctx._source.putAll(params.standing); }
"""


def conditions(query: Query) -> dict[str, Any]:
    """The bool query that `query` means."""
    must = [phrase for phrase in map(_phrase, query.must) if phrase]
    must_not = [phrase for phrase in map(_phrase, query.must_not) if phrase]
    terms = {
        "places.above": query.place,
        "categories": query.category,
        "platform": query.platform,
        "incident": query.incident,
        "grade": query.grade,
        "state": query.state,
        "level": query.level,
    }
    filters: list[dict[str, Any]] = [
        {"term": {name: value}} for name, value in terms.items() if value not in ("", None)
    ]
    bounds = {
        name: moment.isoformat()
        for name, moment in (("gte", query.since), ("lt", query.until))
        if moment is not None
    }
    if bounds:
        filters.append({"range": {"first_seen": bounds}})
    return {"bool": {"filter": [*must, *filters], "must_not": must_not}}


def source(document: PostDocument) -> dict[str, Any]:
    """The document as it is indexed, without the standing."""
    return {
        "@timestamp": document.first_seen.isoformat(),
        "id": document.id,
        "version": document.version,
        "written": document.written,
        "platform": document.platform,
        "source": document.source,
        "url": document.url,
        "title": document.title,
        "text": document.text,
        # Two values, far apart: no phrase runs from the title into the text.
        "characters": [spaced(document.title), spaced(document.text)],
        "words": " ".join(document.words),
        "first_seen": document.first_seen.isoformat(),
        "published": document.published.isoformat() if document.published else None,
        "author_key": document.author_key,
        "probability": document.probability,
        "level": document.level,
        "categories": [code for code, _ in document.categories],
        "category_probabilities": dict(document.categories),
        "severity": document.severity,
        "victims": list(document.victims),
        "status": document.status,
        "scope": document.scope,
        "setting": document.setting,
        "places": [
            {"code": code, "above": above(code), "name": name, "confidence": confidence}
            for code, name, confidence in document.places
        ],
        "evidence": list(document.evidence),
        "model": document.model,
    }


def standing_source(standing: Standing) -> dict[str, Any]:
    """The standing as it is indexed."""
    moment = standing.acknowledged
    return {
        "incident": standing.incident,
        "grade": standing.grade,
        "state": standing.state,
        "lead": standing.lead,
        "acknowledged": moment.isoformat() if moment else None,
        "stood": standing.written,
    }


def stored(found: Mapping[str, Any]) -> dict[str, Any]:
    """A hit's source in the shape that every store gives."""
    document = dict(found)
    probabilities = document.pop("category_probabilities", {}) or {}
    document["categories"] = [[code, probabilities.get(code, 0.0)] for code in found["categories"]]
    document["places"] = [[p["code"], p["name"], p["confidence"]] for p in found["places"]]
    document["words"] = str(document.get("words", "")).split()
    for name in ("characters", "@timestamp", "stood", "acknowledged"):
        document.pop(name, None)
    return {"incident": "", "grade": None, "state": "", "lead": ""} | document


def hit(found: Mapping[str, Any], query: Query) -> Hit:
    """A search hit."""
    return Hit(
        id=found["id"],
        title=found["title"],
        first_seen=datetime.fromisoformat(found["first_seen"]),
        platform=found["platform"],
        url=found["url"],
        categories=tuple(found["categories"]),
        places=tuple(place["code"] for place in found["places"]),
        incident=found.get("incident") or "",
        highlight=highlighted(found["title"], found["text"], query.must),
        grade=found.get("grade"),
        state=found.get("state") or "",
    )


def above(code: str) -> list[str]:
    """The division and all above it."""
    return list(dict.fromkeys((code, f"{code[:4]}00", f"{code[:2]}0000")))


def _phrase(text: str) -> dict[str, Any] | None:
    words = spaced(text)
    return {"match_phrase": {"characters": words}} if words.strip() else None
