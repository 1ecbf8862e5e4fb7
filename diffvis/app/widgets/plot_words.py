"""A plot in words: what its curves say at one place, or at their ends."""

from collections.abc import Mapping

import numpy as np

Points = tuple[np.ndarray, np.ndarray]
MOST = 8  # curves that are told; the others are counted
NOTHING = "nothing is drawn yet"


def say_plot(curves: Mapping[str, Points], bars: Mapping[str, Points], at: float | None) -> str:
    """``at x = 120: signal 0.81, noise 0.58``, or without a place each curve's last value."""
    told = [said for name, points in curves.items() if (said := _curve(name, points, at))]
    more = len(told) - MOST
    if more > 0:
        told = [*told[:MOST], f"and {more} more curves"]
    told += [said for name, points in bars.items() if (said := _highest(name, points))]
    if not told:
        return NOTHING
    place = "" if at is None else f"at {at:.6g}: "
    return place + ", ".join(told)


def _curve(name: str, points: Points, at: float | None) -> str:
    x, y = _finite(points)
    if not len(x):
        return ""
    if at is None:
        return f"{name} {y[-1]:.4g} at {x[-1]:.6g}"
    return f"{name} {y[int(np.abs(x - at).argmin())]:.4g}"


def _highest(name: str, points: Points) -> str:
    x, y = _finite(points)
    if not len(x):
        return ""
    place = int(y.argmax())
    return f"{name} highest at {x[place]:.4g}, {y[place]:.3g}"


def _finite(points: Points) -> Points:
    x, y = (np.asarray(part, float) for part in points)
    known = np.isfinite(x) & np.isfinite(y)
    return x[known], y[known]
