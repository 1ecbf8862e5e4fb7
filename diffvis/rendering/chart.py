"""Curves of the window and of files: what is plotted, apart from how."""

from dataclasses import dataclass

import numpy as np

from diffvis.rendering.style import Colour, Style


@dataclass(frozen=True, eq=False)
class Curve:
    """``y`` over ``x``, both (n,); NaN leaves a gap. ``colour`` names one of ``Style``."""

    name: str
    x: np.ndarray
    y: np.ndarray
    colour: str = "signal"
    dash: str = "solid"
    """solid, dash, dot or dash-dot: never colour alone."""
    faint: bool = False
    listed: bool = True
    """Whether the legend has its name."""
    dots: bool = False
    """Whether a dot is at each of few points."""
    error: np.ndarray | None = None
    """(n,): how far a line reaches up and down from each point."""


@dataclass(frozen=True)
class Mark:
    """Something that happened at ``x``: a dotted line, and words at its top."""

    x: float
    words: str
    colour: str = "muted"


_COLOURS = ("noise", "accent1", "accent2", "accent4", "accent3")
_DASHES = ("dash", "dot", "dash-dot")


def curve_look(place: int) -> tuple[str, str]:
    """The colour and the dash of one of several curves: the first, which is in use, stands out."""
    if place == 0:
        return "signal", "solid"
    return _COLOURS[(place - 1) % len(_COLOURS)], _DASHES[(place - 1) % len(_DASHES)]


@dataclass(frozen=True, eq=False)
class Chart:
    """One pair of axes. ``size`` is (width, height) in pixels."""

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    size: tuple[int, int]
    style: Style
    log_x: bool = False
    log_y: bool = False
    caption: str = ""
    marks: tuple[Mark, ...] = ()
    top: float | None = None
    """Where the upright axis, from 0 on, ends; None: above all curves."""
    ticks: tuple[tuple[float, str], ...] = ()
    """The places of the level axis that are named, and how; none: round numbers."""

    def words(self) -> str:
        """What is plotted, in a sentence, for whoever does not see it."""
        named = ", ".join(curve.name for curve in self.curves if curve.listed)
        ends = []
        for curve in self.curves[:1]:
            seen = np.flatnonzero(np.isfinite(curve.y))
            if len(seen):
                first, last = seen[0], seen[-1]
                ends = [
                    f"{curve.name} goes from {curve.y[first]:.3g} at {curve.x[first]:g} "
                    f"to {curve.y[last]:.3g} at {curve.x[last]:g}"
                ]
        about = f"{self.title}: {self.y_label or 'curves'} over {self.x_label}"
        return ". ".join([about, f"Curves: {named}", *ends, *filter(None, [self.caption])]) + "."

    def table(self) -> dict[str, np.ndarray]:
        """The numbers as columns: x, then each curve at these x, NaN where it has none."""
        x = np.unique(np.concatenate([curve.x for curve in self.curves]))
        columns = {self.x_label: x}
        for curve in self.curves:
            column = np.full(len(x), np.nan)
            column[np.searchsorted(x, curve.x)] = curve.y
            name = curve.name
            while name in columns:  # two schedules of one kind
                name += "'"
            columns[name] = column
        return columns


def named_colour(style: Style, name: str) -> Colour:
    """``signal``, ``noise``, ``accent1`` ..., as in the window's plots."""
    if name.startswith("accent"):
        return style.accents[int(name.removeprefix("accent")) - 1]
    return getattr(style, name)
