"""Charts as figures of matplotlib.

Words stay words, so that they can be searched and edited; nothing depends on the time or on chance,
so that a recipe makes the same bytes again.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from diffvis.errors import UserError
from diffvis.rendering.chart import Chart, named_colour
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.scene.marks import Plot
from diffvis.rendering.scene.recorder import stands_for
from diffvis.rendering.sheet import TextLine
from diffvis.rendering.style import Colour

DPI = 96  # a pixel of the layout is one of CSS
POINT = 72 / DPI
SETTINGS = {
    "font.family": "DejaVu Sans",
    "svg.fonttype": "none",
    "svg.hashsalt": "diffvis",
    "pdf.fonttype": 42,
    "axes.unicode_minus": True,
    "text.parse_math": False,  # other people's words may have a dollar in them
}
DASHES = {"solid": "-", "dash": (0, (6, 3)), "dot": (0, (1.5, 2)), "dash-dot": (0, (6, 2, 1.5, 2))}
ROOMY = 16  # pixels of an em; below, gaps shrink with the words, or these would be cut off
ROWS = 4  # of words over the curves, before they begin at the top again


def draw_chart(chart: Chart, transparent: bool = False) -> Pixels:
    """As pixels, uint8 (height, width, 3), or with opacity (height, width, 4)."""
    with settings():
        canvas = FigureCanvasAgg(_chart(chart, transparent))
        canvas.draw()
        pixels = np.array(canvas.buffer_rgba())
    picture = pixels if transparent else np.ascontiguousarray(pixels[..., :3])
    return stands_for(picture, Plot(Rect(0, 0, *chart.size), chart))


def chart_svg(chart: Chart) -> str:
    """As SVG in points, without what lies behind it."""
    made = io.StringIO()
    with settings():
        _chart(chart, transparent=True).savefig(made, format="svg", metadata={"Date": None})
    return made.getvalue()


@contextmanager
def settings() -> Iterator[None]:
    """Our settings, whatever the user's own are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def empty_figure(size: tuple[int, int]) -> Figure:
    """Of so many pixels (width, height), with nothing behind it."""
    figure = Figure(figsize=(size[0] / DPI, size[1] / DPI), dpi=DPI)
    figure.patch.set_facecolor("none")
    return figure


def _write(figure: Figure, word: TextLine, at: Rect, size: tuple[int, int]) -> None:
    figure.text(
        (at.x + word.x) / size[0],
        # the baseline, as rendering.text has it
        1 - (at.y + word.y + 0.36 * word.size) / size[1],
        word.text,
        fontsize=word.size * POINT,
        color=_rgb(word.colour),
        fontweight="bold" if word.bold else "normal",
        ha={"left": "left", "centre": "center", "right": "right"}[word.align],
        va="baseline",
    )


def _chart(chart: Chart, transparent: bool) -> Figure:
    figure = empty_figure(chart.size)
    if not transparent:
        figure.patch.set_facecolor(_rgb(chart.style.panel))
    add_chart(figure, chart, Rect(0, 0, *chart.size), chart.size)
    return figure


def add_chart(figure: Figure, chart: Chart, at: Rect, size: tuple[int, int]) -> None:
    """Draw ``chart`` at a place of a figure of ``size`` pixels.

    Raises:
        UserError: its words leave no room for its axes.
    """
    style, (width, height) = chart.style, chart.size
    em = max(9.0, min(height / 40, width / 60)) * style.text_scale
    below = (4.4 if chart.caption else 3.2) * em / height
    left, top = 5.2 * em / width, 3.0 * em / height
    place = left, below, 1 - left - 1.6 * em / width, 1 - below - top
    if min(place) <= 0:
        raise UserError(
            f"a chart has no room in {width} x {height} pixels",
            "choose a larger size",
            field="size",
        )
    if (at.width, at.height) != size:
        across, up = width / size[0], height / size[1]
        place = (
            at.x / size[0] + place[0] * across, 1 - at.bottom / size[1] + place[1] * up,
            place[2] * across, place[3] * up,
        )  # fmt: skip
    axes = figure.add_axes(place)
    axes.patch.set_facecolor("none")
    for curve in chart.curves:
        tone, wide = _rgb(named_colour(style, curve.colour)), 0.16 * em * POINT
        axes.plot(
            curve.x, curve.y, label=curve.name if curve.listed else "_",
            color=tone, linestyle=DASHES[curve.dash],
            linewidth=0.5 * wide if curve.faint else wide,
            alpha=0.5 if curve.faint else 1.0,
            marker="o" if curve.dots else "", markersize=4 * wide,
        )  # fmt: skip
        if curve.error is not None:
            low, high = curve.y - curve.error, curve.y + curve.error
            axes.vlines(curve.x, low, high, color=tone, linewidth=0.7 * wide)
    _scales(axes, chart)
    _mark(axes, chart, em)
    _dress(axes, chart, em)
    if chart.caption:
        words = TextLine(
            chart.caption, width - round(1.6 * em), height - round(0.9 * em), round(0.85 * em),
            style.muted, align="right",
        )  # fmt: skip
        _write(figure, words, at, size)


def _mark(axes: Axes, chart: Chart, em: float) -> None:
    """Lines from bottom to top, with words beside them, each a row lower than the one before."""
    low, high = axes.get_xlim()
    for place, mark in enumerate(sorted(chart.marks, key=lambda mark: mark.x)):
        tone = _rgb(named_colour(chart.style, mark.colour))
        axes.axvline(mark.x, color=tone, linestyle=":", linewidth=0.08 * em * POINT)
        late = mark.x > (low + high) / 2  # there is more room at its left
        axes.annotate(
            mark.words, (mark.x, 1), xycoords=("data", "axes fraction"),
            xytext=((-0.3 if late else 0.3) * em * POINT, -(place % ROWS + 0.2) * 1.2 * em * POINT),
            textcoords="offset points", ha="right" if late else "left", va="top",
            color=tone, fontsize=0.85 * em * POINT,
        )  # fmt: skip


def _scales(axes: Axes, chart: Chart) -> None:
    """Logarithmic where it is asked for and something is positive."""
    if chart.log_x and any((curve.x > 0).any() for curve in chart.curves):
        axes.set_xscale("log")
        _number(axes.xaxis)
    if chart.log_y and any((curve.y > 0).any() for curve in chart.curves):
        axes.set_yscale("log")
        _number(axes.yaxis)
    axes.margins(x=0.04 if any(curve.dots for curve in chart.curves) else 0.01)
    if chart.ticks:
        axes.set_xticks([x for x, _ in chart.ticks], [word for _, word in chart.ticks])
        axes.set_xticks([], minor=True)
    if chart.top is not None:
        axes.set_ylim(0, chart.top)


def _number(axis: Axis) -> None:
    """A logarithmic axis in plain numbers, 1, 2 and 5 of each decade: formulas are not parsed."""

    def minor(value: float, _: int) -> str:
        return f"{value:g}" if f"{value:e}"[0] in "25" else ""

    axis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_minor_formatter(minor)


def _dress(axes: Axes, chart: Chart, em: float) -> None:
    """Colours and type as everywhere else."""
    style = chart.style
    text, muted, border = _rgb(style.text), _rgb(style.muted), _rgb(style.border)
    size = em * POINT
    axes.set_title(chart.title, color=text, fontsize=1.15 * size, fontweight="bold", pad=0.6 * size)
    gap = min(1.0, em / ROOMY)
    axes.set_xlabel(chart.x_label, color=muted, fontsize=size, labelpad=4 * gap)
    axes.set_ylabel(chart.y_label, color=muted, fontsize=size, labelpad=4 * gap)
    axes.tick_params(which="both", colors=muted, labelsize=0.9 * size, pad=3.5 * gap)
    axes.tick_params(which="major", length=3.5 * gap)
    axes.grid(True, which="major", color=border, linewidth=0.06 * size)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_edgecolor(muted)
    if len(chart.curves) > 1:
        legend = axes.legend(fontsize=0.9 * size, framealpha=0.85, edgecolor=border)
        legend.get_frame().set_facecolor(_rgb(style.panel))
        for words in legend.get_texts():
            words.set_color(text)


def _rgb(colour: Colour) -> tuple[float, float, float]:
    return colour[0] / 255, colour[1] / 255, colour[2] / 255
