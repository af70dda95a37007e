"""A scene as PNG or PDF through matplotlib, which is there for the forest plots and needs no system library."""

import io
from typing import Any, Literal

from appraisal.instruments.scene import PAPER, Disc, Group, Line, Rect, Scene, Shape, Text

PIXELS_PER_INCH = 96


def render(scene: Scene, file_format: Literal["png", "pdf"], dpi: int = 192) -> bytes:
    """The bytes of the file; the same scene gives the same bytes. `dpi` is for PNG, PDF keeps its shapes and text."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"pdf.fonttype": 42, "font.family": "sans-serif"}):
        figure = Figure(
            figsize=(scene.width / PIXELS_PER_INCH, scene.height / PIXELS_PER_INCH), facecolor=PAPER
        )
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, scene.width)
        axes.set_ylim(scene.height, 0)
        axes.set_axis_off()
        for order, shape in enumerate(scene.shapes):
            _draw(axes, shape, order)
        out = io.BytesIO()
        metadata = {"Title": scene.title}
        if file_format == "pdf":
            metadata |= {"CreationDate": None, "Subject": scene.description}  # type: ignore[dict-item]
        figure.savefig(out, format=file_format, dpi=dpi, metadata=metadata)
    return out.getvalue()


def _draw(axes: Any, shape: Shape, order: int) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

    match shape:
        case Group(shapes=shapes):
            for inner in shapes:
                _draw(axes, inner, order)
        case Rect(radius=radius):
            corner, size = (shape.x, shape.y), (shape.width, shape.height)
            rounded = f"round,pad=0,rounding_size={radius}"
            look: dict[str, Any] = {"facecolor": shape.fill, "linewidth": 0, "zorder": order}
            patch = (
                FancyBboxPatch(corner, *size, boxstyle=rounded, **look)
                if radius
                else Rectangle(corner, *size, **look)
            )
            axes.add_patch(patch)
        case Disc():
            edge = {"edgecolor": shape.stroke or "none", "linewidth": 1.1 if shape.stroke else 0}
            fill = shape.fill or "none"
            axes.add_patch(Circle((shape.x, shape.y), shape.radius, facecolor=fill, zorder=order, **edge))
        case Line():
            ends = [shape.x1, shape.x2], [shape.y1, shape.y2]
            axes.add_line(Line2D(*ends, color=shape.stroke, linewidth=0.75, zorder=order))
        case Text():
            axes.text(
                shape.x,
                shape.y,
                shape.text,
                fontsize=shape.size * 72 / PIXELS_PER_INCH,
                ha={"start": "left", "middle": "center", "end": "right"}[shape.anchor],
                va="baseline",
                fontweight="bold" if shape.bold else "normal",
                color=shape.fill,
                zorder=order + 0.5,
                parse_math=False,
            )
