"""A drawing as a list of shapes, written as SVG here and as PNG or PDF by `raster`: one layout, three formats."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

INK, INK_2, LINE, PAPER = "#1a1a1f", "#4a4a53", "#cfcfc8", "#ffffff"
FONT = "Inter, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
# XML 1.0 has no way to write these.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    fill: str
    radius: float = 0
    role: str = ""  # data-r: the stylesheet of a page colours the shape by it


@dataclass(frozen=True)
class Disc:
    x: float
    y: float
    radius: float
    fill: str  # empty for a ring
    stroke: str = ""
    role: str = ""


@dataclass(frozen=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str = LINE


@dataclass(frozen=True)
class Text:
    x: float
    y: float  # of the baseline
    text: str
    size: float = 13
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False
    fill: str = INK
    role: str = ""  # data-on: text on a coloured shape


@dataclass(frozen=True)
class Group:
    """Shapes that say one thing; the title is what they say."""

    title: str
    shapes: tuple["Rect | Disc | Line | Text", ...]


Shape = Rect | Disc | Line | Text | Group


@dataclass(frozen=True)
class Scene:
    width: float
    height: float
    title: str
    description: str
    shapes: tuple[Shape, ...]


def to_svg(scene: Scene, name: str = "plot") -> str:
    """The scene as an SVG element; `name` keeps the ids of several plots on one page apart.

    Colours are presentation attributes, which any stylesheet overrides: `[data-r]` for shapes, `[data-on]` for the
    text on them, `.ink`, `.ink-2`, `.line`, `.paper`. There is no style attribute and no script.
    """
    ids = f"{name}-title", f"{name}-desc"
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" viewBox="0 0 {_n(scene.width)} '
            f'{_n(scene.height)}" width="{_n(scene.width)}" height="{_n(scene.height)}" '
            f"aria-labelledby={_attribute(' '.join(ids))} font-family={_attribute(FONT)}>"
        ),
        f"<title id={_attribute(ids[0])}>{_xml(scene.title)}</title>",
        f"<desc id={_attribute(ids[1])}>{_xml(scene.description)}</desc>",
        f'<rect class="paper" width="{_n(scene.width)}" height="{_n(scene.height)}" fill="{PAPER}"/>',
    ]
    for shape in scene.shapes:
        lines.extend(_written(shape))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _written(shape: Shape) -> Iterator[str]:
    match shape:
        case Group(title=title, shapes=shapes):
            yield f"<g><title>{_xml(title)}</title>"
            for inner in shapes:
                yield from _written(inner)
            yield "</g>"
        case Rect():
            yield (
                f'<rect x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" height="{_n(shape.height)}" '
                f'rx="{_n(shape.radius)}" fill="{shape.fill}"{_data("r", shape.role)}/>'
            )
        case Disc():
            ring = f' stroke="{shape.stroke}" stroke-width="1.5"' if shape.stroke else ""
            yield (
                f'<circle cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}" '
                f'fill="{shape.fill or "none"}"{ring}{_data("r", shape.role)}/>'
            )
        case Line():
            yield (
                f'<line class="line" x1="{_n(shape.x1)}" y1="{_n(shape.y1)}" x2="{_n(shape.x2)}" '
                f'y2="{_n(shape.y2)}" stroke="{shape.stroke}"/>'
            )
        case Text():
            ink = "" if shape.role else f' class="{"ink" if shape.fill == INK else "ink-2"}"'
            bold = ' font-weight="620"' if shape.bold else ""
            yield (
                f'<text x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}" '
                f'text-anchor="{shape.anchor}" fill="{shape.fill}"{bold}{ink}{_data("on", shape.role)}>'
                f"{_xml(shape.text)}</text>"
            )


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _xml(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _data(name: str, value: str) -> str:
    return f' data-{name}="{value}"' if value else ""


def text_width(text: str, size: float) -> float:
    """A width that holds the text in any of the fonts used; wide scripts count double."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.6 for character in text) * size
