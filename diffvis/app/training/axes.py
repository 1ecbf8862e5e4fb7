"""Axes of training plots: round limits that grow now and then, and logarithmic ticks to read."""

import math

import numpy as np

ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
LEAST = 1e-4  # what a loss of zero is drawn as on a logarithmic axis


def round_up(value: float, rounds: tuple[float, ...] = ROUND) -> float:
    """The next of a few round numbers: an axis that grows now and then, not with every step."""
    power = 10.0 ** math.floor(math.log10(max(value, 1e-12)))
    fits = (part * power for part in rounds if part * power >= value * (1 - 1e-12))
    return next(fits, 10 * power)


def log_limits(low: float, high: float, least: float = LEAST) -> tuple[float, float]:
    """Powers of ten around ``low`` to ``high``, rounded outwards to a twentieth."""
    bottom = math.floor(20 * math.log10(max(low, least))) / 20
    return bottom, max(math.ceil(20 * math.log10(max(high, least))) / 20, bottom + 0.1)


def log_ticks(
    low: float, high: float, few: bool = False, apart: float = 0.0
) -> list[tuple[float, str]]:
    """Ticks for a logarithmic axis over 10**low .. 10**high; ``few`` are its ends. Labels that come
    closer than ``apart`` powers of ten to the one below are left out.
    """
    if few:
        return [(at, f"{10**at:.2g}") for at in (low, high)]
    if high - low < 0.5:
        first, last = 10**low, 10**high
        step = round_up((last - first) / 8, (1, 2, 5, 10))
        values = [step * k for k in range(math.ceil(first / step), math.floor(last / step) + 1)]
    elif high - low < 4:
        digits = (1, 2, 3, 4, 6) if high - low < 1 else (1, 2, 5) if high - low < 2.5 else (1,)
        decades = range(math.floor(low), math.ceil(high) + 1)
        values = [digit * 10.0**decade for decade in decades for digit in digits]
    else:
        step = math.ceil((high - low) / 4)
        values = [10.0**decade for decade in range(math.floor(low), math.ceil(high) + 1, step)]
    ticks: list[tuple[float, str]] = []
    for value in values:
        at = math.log10(value)
        if not ticks or at - ticks[-1][0] >= apart:
            ticks.append((at, f"{value:.4g}"))
    return ticks


def linear_ticks(high: float) -> list[tuple[float, str]]:
    """Ticks at both ends of a linear axis."""
    return [(0.0, "0"), (high, f"{high:.2g}")]


def positive(y: np.ndarray, least: float = LEAST) -> np.ndarray:
    """What a logarithmic axis can show."""
    return np.maximum(y, least)


def finite_range(*parts: np.ndarray) -> tuple[float, float] | None:
    """The lowest and highest finite value of all, or None where there is none."""
    values = [part[np.isfinite(part)] for part in parts]
    values = [part for part in values if len(part)]
    if not values:
        return None
    return min(float(part.min()) for part in values), max(float(part.max()) for part in values)
