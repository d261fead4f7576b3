"""What several commands write of an assessment, as JSON objects."""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from nlp.assessment import Place


class Weighed(Protocol):
    """A piece of a text and what it adds to the decision."""

    @property
    def field(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def weight(self) -> float: ...


def place_object(place: "Place") -> dict[str, Any]:
    """A division that the text names, and where it stands."""
    return {
        "code": place.code,
        "name": place.name,
        "scene": place.scene,
        "confidence": place.confidence,
        "field": place.field,
        "start": place.start,
        "end": place.end,
    }


def span_object(one: Weighed) -> dict[str, Any]:
    """A weighed piece of the text, and where it stands."""
    return {
        "field": one.field,
        "start": one.start,
        "end": one.end,
        "text": one.text,
        "weight": one.weight,
    }
