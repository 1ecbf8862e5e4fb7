"""Sheets and charts as figures of matplotlib, which writes SVG and PDF.

Words stay words, so that they can be searched and edited; nothing in a file depends on the time or
on chance, so that a recipe makes the same bytes again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import diffvis
from diffvis.rendering.chart import Chart, named_colour
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.sheet import Sheet, TextLine
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
ROWS = 4  # of words over the curves, before they begin at the top again


def draw_chart(chart: Chart, transparent: bool = False) -> Pixels:
    """As pixels, uint8 (height, width, 3), or with opacity (height, width, 4)."""
    with _settings():
        canvas = FigureCanvasAgg(_chart(chart, transparent))
        canvas.draw()
        pixels = np.array(canvas.buffer_rgba())
    return pixels if transparent else np.ascontiguousarray(pixels[..., :3])


def save_figure(
    drawing: Sheet | Chart, file: BinaryIO, suffix: str, comment: str, transparent: bool = False
) -> None:
    """Write a ``.svg`` or ``.pdf`` with ``comment`` among what it says about itself."""
    with _settings():
        if isinstance(drawing, Chart):
            figure = _chart(drawing, transparent)
        else:
            figure = _sheet(drawing, transparent)
        creator = f"diffvis {diffvis.__version__}"
        if suffix == ".svg":
            about = {"Creator": creator, "Date": None, "Description": comment}
        else:
            about = {"Creator": creator, "CreationDate": None, "Subject": comment}
        about["Title"] = drawing.title
        figure.savefig(file, format=suffix.removeprefix("."), metadata=about)


@contextmanager
def _settings() -> Iterator[None]:
    """Our settings, whatever the user's own are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def _figure(size: tuple[int, int], colour: Colour, transparent: bool) -> Figure:
    figure = Figure(figsize=(size[0] / DPI, size[1] / DPI), dpi=DPI)
    figure.patch.set_facecolor("none" if transparent else _rgb(colour))
    return figure


def _sheet(sheet: Sheet, transparent: bool) -> Figure:
    width, height = sheet.size
    figure = _figure(sheet.size, sheet.style.panel, transparent)
    for picture in sheet.pictures:
        rect = picture.rect
        place = (
            rect.x / width, 1 - rect.bottom / height, rect.width / width, rect.height / height
        )  # fmt: skip
        axes = figure.add_axes(place)
        axes.set_axis_off()
        axes.imshow(picture.pixels, interpolation="none", aspect="auto")
    for word in sheet.words:
        _write(figure, word, sheet.size)
    return figure


def _write(figure: Figure, word: TextLine, size: tuple[int, int]) -> None:
    figure.text(
        word.x / size[0],
        1 - (word.y + 0.36 * word.size) / size[1],  # the baseline, as rendering.text has it
        word.text,
        fontsize=word.size * POINT,
        color=_rgb(word.colour),
        fontweight="bold" if word.bold else "normal",
        ha={"left": "left", "centre": "center", "right": "right"}[word.align],
        va="baseline",
    )


def _chart(chart: Chart, transparent: bool) -> Figure:
    style, (width, height) = chart.style, chart.size
    em = max(9.0, min(height / 40, width / 60)) * style.text_scale
    figure = _figure(chart.size, style.panel, transparent)
    below = (4.4 if chart.caption else 3.2) * em / height
    left, top = 5.2 * em / width, 3.0 * em / height
    axes = figure.add_axes((left, below, 1 - left - 1.6 * em / width, 1 - below - top))
    axes.patch.set_facecolor("none")
    for curve in chart.curves:
        axes.plot(
            curve.x, curve.y, label=curve.name if curve.listed else "_",
            color=_rgb(named_colour(style, curve.colour)), linestyle=DASHES[curve.dash],
            linewidth=(0.08 if curve.faint else 0.16) * em * POINT,
            alpha=0.5 if curve.faint else 1.0,
        )  # fmt: skip
    _scales(axes, chart)
    _mark(axes, chart, em)
    _dress(axes, chart, em)
    if chart.caption:
        words = TextLine(
            chart.caption, width - round(1.6 * em), height - round(0.9 * em), round(0.85 * em),
            style.muted, align="right",
        )  # fmt: skip
        _write(figure, words, chart.size)
    return figure


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
    axes.margins(x=0.01)
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
    axes.set_xlabel(chart.x_label, color=muted, fontsize=size)
    axes.set_ylabel(chart.y_label, color=muted, fontsize=size)
    axes.tick_params(which="both", colors=muted, labelsize=0.9 * size)
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
