"""Lines cut at the edge of a rectangle: not every viewer of drawings can cut for itself."""

from dataclasses import replace

import numpy as np

from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.geometry import Rect


def clipped(line: np.ndarray, rect: Rect) -> list[np.ndarray]:
    """The pieces of ``line`` (n, 2), of (column, row), inside of ``rect``."""
    low, high = np.array([rect.x, rect.y], float), np.array([rect.right, rect.bottom], float)
    return _between(np.asarray(line, float), low, high)


def below_top(chart: Chart) -> Chart:
    """The same with curves that end where the axis does."""
    if chart.top is None:
        return chart
    return replace(chart, curves=tuple(_cut(curve, chart.top) for curve in chart.curves))


def _cut(curve: Curve, top: float) -> Curve:
    line = np.stack([curve.x, curve.y], 1)
    pieces = _between(line, np.full(2, -np.inf), np.array([np.inf, top]))
    gap = np.full((1, 2), np.nan)
    x, y = np.concatenate([gap, *(part for piece in pieces for part in (piece, gap))]).T
    return replace(curve, x=x, y=y)


def _between(line: np.ndarray, low: np.ndarray, high: np.ndarray) -> list[np.ndarray]:
    """Where ``line`` is between two corners (Liang & Barsky 1984)."""
    if ((line >= low) & (line <= high)).all():
        return [line]
    start, way = line[:-1], np.diff(line, axis=0)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        first, second = (low - start) / way, (high - start) / way
    still = way == 0
    outside = (start < low) | (start > high)
    enter = np.where(still, np.where(outside, 2.0, 0.0), np.minimum(first, second)).max(1)
    leave = np.where(still, 1.0, np.maximum(first, second)).min(1)
    enter, leave = np.maximum(enter, 0.0), np.minimum(leave, 1.0)
    pieces: list[list[np.ndarray]] = []
    for k in np.flatnonzero(enter < leave):
        ends = start[k] + enter[k] * way[k], start[k] + leave[k] * way[k]
        if pieces and enter[k] == 0 and np.array_equal(pieces[-1][-1], ends[0]):
            pieces[-1].append(ends[1])
        else:
            pieces.append(list(ends))
    return [np.stack(piece) for piece in pieces]
