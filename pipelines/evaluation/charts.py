"""Charts as inline SVG: scale with the page, told apart by dash as well as colour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.evaluation.markup import Markup, tag

Point = tuple[float, float]

_SIDE: Final = 320
_LEFT, _TOP, _INNER = 44, 12, 256
_WIDTH: Final = 400
_ROW: Final = 36
_TICKS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points of the unit square; `style` is a class of the style sheet."""

    name: str
    points: Sequence[Point]
    style: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A marked point with its name, and where its upright whisker begins and ends."""

    name: str
    point: Point
    whisker: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from 0 to `value`; `inner` is a darker part of it, `low` and `high` its interval."""

    name: str
    value: float
    note: str
    low: float | None = None
    high: float | None = None
    inner: float | None = None


def square(
    title: str, axes: tuple[str, str], lines: Sequence[Line], spots: Sequence[Spot] = ()
) -> Markup:
    """A chart of the unit square: `axes` name what runs across and what runs up."""
    parts = [tag("title", title), *_grid(axes)]
    parts += [
        tag("polyline", points=" ".join(_at(point) for point in line.points), class_=line.style)
        for line in lines
    ]
    for spot in spots:
        parts += _spot(spot)
    chart = tag("svg", *parts, viewBox=f"0 0 {_SIDE} {_SIDE}", role="img", class_="square")
    legend = [
        tag("span", tag("i", class_=f"key {line.style}"), line.name) for line in lines if line.name
    ]
    caption = tag("figcaption", tag("b", title), *legend)
    return tag("figure", caption, chart)


def bars(title: str, rows: Sequence[Bar], most: float = 1.0) -> Markup:
    """Level bars below each other, full width at `most`; names stand above them."""
    parts: list[Markup] = [tag("title", title)]
    for number, row in enumerate(rows):
        parts += _bar(row, number * _ROW, most)
    size = f"0 0 {_WIDTH} {max(len(rows), 1) * _ROW}"
    chart = tag("svg", *parts, viewBox=size, role="img", class_="bars")
    return tag("figure", tag("figcaption", tag("b", title)), chart)


def _grid(axes: tuple[str, str]) -> Iterator[Markup]:
    far = _TOP + _INNER
    for tick in _TICKS:
        x, y = _LEFT + tick * _INNER, far - tick * _INNER
        yield tag("line", x1=f"{x:g}", y1=_TOP, x2=f"{x:g}", y2=far, class_="grid")
        yield tag("line", x1=_LEFT, y1=f"{y:g}", x2=_LEFT + _INNER, y2=f"{y:g}", class_="grid")
        yield tag("text", f"{tick:.1f}", x=f"{x:g}", y=far + 16, class_="middle")
        yield tag("text", f"{tick:.1f}", x=_LEFT - 6, y=f"{y + 4:g}", class_="end")
    middle = _TOP + _INNER / 2
    yield tag("text", axes[0], x=_LEFT + _INNER / 2, y=far + 38, class_="middle")
    yield tag(
        "text", axes[1], x=0, y=0, class_="middle", transform=f"translate(12 {middle}) rotate(-90)"
    )


def _spot(spot: Spot) -> Iterator[Markup]:
    x, y = _at(spot.point).split(",")
    if spot.whisker is not None:
        low, high = (_at((spot.point[0], end)).split(",")[1] for end in spot.whisker)
        yield tag("line", x1=x, y1=low, x2=x, y2=high, class_="whisker")
    yield tag("circle", tag("title", spot.name), cx=x, cy=y, r=4, class_="spot")
    if spot.whisker is None:
        # Names stand inside the square, whichever edge the point is near.
        near_right = spot.point[0] > 0.6
        shift = -8 if near_right else 8
        side = "end" if near_right else "start"
        yield tag("text", spot.name, x=float(x) + shift, y=float(y) - 6, class_=f"name {side}")


def _bar(row: Bar, top: int, most: float) -> Iterator[Markup]:
    scale = _WIDTH / most
    widths = [(row.value, "bar")] + ([(row.inner, "inner")] if row.inner is not None else [])
    yield tag("text", row.name, x=0, y=top + 13, class_="start")
    yield tag("text", row.note, x=_WIDTH, y=top + 13, class_="end")
    yield tag("rect", x=0, y=top + 18, width=_WIDTH, height=12, class_="track")
    for value, style in widths:
        width = f"{min(value, most) * scale:.1f}"
        yield tag("rect", x=0, y=top + 18, width=width, height=12, class_=style)
    if row.low is not None and row.high is not None:
        low, high = (f"{min(end, most) * scale:.1f}" for end in (row.low, row.high))
        yield tag("line", x1=low, y1=top + 24, x2=high, y2=top + 24, class_="whisker")


def _at(point: Point) -> str:
    x = _LEFT + min(max(point[0], 0.0), 1.0) * _INNER
    y = _TOP + (1 - min(max(point[1], 0.0), 1.0)) * _INNER
    return f"{x:.1f},{y:.1f}"
