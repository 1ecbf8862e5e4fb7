"""The chart of a sweep: a measure over one list of settings, a curve for each of the others."""

import numpy as np

from diffvis.evaluation.sweeping.found import DATA, DEVIATION, Found
from diffvis.rendering.chart import Chart, Curve, curve_look
from diffvis.rendering.style import Style
from diffvis.sampling.settings import chain_settings

MANY = 10  # values that have a tick each
LOG = 8  # from the least to the most: the axis is logarithmic


def sweep_chart(
    found: Found, measure: str, size: tuple[int, int], look: Style, log_y: bool = False,
    caption: str = "",
) -> Chart:  # fmt: skip
    """``measure`` over the first list of numbers, or over the first list where none is of numbers;
    data themselves as a dotted line.
    """
    numbers = found.grid.numbers()
    axis = (numbers or list(found.grid.axes))[0]
    values = found.axis(axis)
    at = {value: float(value) if numbers else float(k) for k, value in enumerate(values)}
    x = np.array(sorted(at.values()))
    about = found.measures[measure]
    return Chart(
        f"{about.title} over {_label(axis)}", chain_settings()[axis].symbol or _label(axis),
        f"{about.title}, {about.unit}" if about.unit else about.title,
        (*_curves(found, measure, axis, at), *_floor(found, measure, x)), size, look,
        log_x=bool(numbers) and x[0] > 0 and x[-1] / x[0] >= LOG, log_y=log_y, caption=caption,
        ticks=tuple((at[v], found.word(axis, v)) for v in values) if len(values) <= MANY else (),
    )  # fmt: skip


def _curves(found: Found, measure: str, axis: str, at: dict[object, float]) -> list[Curve]:
    """A curve for each combination of the other lists, as far as it is measured."""
    others = [name for name in found.grid.axes if name != axis]
    rows: dict[str, list[tuple[float, float, float]]] = {}
    columns = [found.values(name) for name in others]
    for k, value in enumerate(found.values(axis)):
        name = ", ".join(
            _named(found, other, column[k]) for other, column in zip(others, columns, strict=True)
        )
        row, scale = found.rows[k], found.scale(measure)
        if measure in row:
            error = row.get(measure + DEVIATION, 0.0)
            rows.setdefault(name, []).append((at[value], scale * row[measure], scale * error))
    made = []
    for place, (name, points) in enumerate(rows.items()):
        x, y, error = np.array(sorted(points)).T
        made.append(
            Curve(
                name or found.model["name"], x, y, *curve_look(place), dots=True,
                error=error if error.any() else None,
            )
        )  # fmt: skip
    return made


def _floor(found: Found, measure: str, x: np.ndarray) -> list[Curve]:
    """What data themselves measure, where that is one number."""
    own = [row[measure + DATA] for row in found.rows if measure + DATA in row]
    if not own:
        return []
    y = np.full(len(x), found.scale(measure) * float(np.mean(own)))
    return [Curve("data themselves", x, y, "muted", "dot")]


def _label(name: str) -> str:
    return chain_settings()[name].title.lower()


def _named(found: Found, name: str, value: object) -> str:
    """A value in the name of a curve: ``η = 0.5``, ``DDIM``, ``steps 20``."""
    known = chain_settings()[name]
    if known.symbol:
        return f"{known.symbol} = {found.word(name, value)}"
    titles = {choice.value: choice.title for choice in known.offered()}
    if name == "sampler":
        return titles[value]
    return f"{_label(name)} {found.word(name, value)}"
