"""Which value is black and which is white: decided once for a set.

Values lie in a range that people use (0..1, -1..1, 0..255, 0..1023 and so on), if they fill a good
part of it, or else in a range of their own. A few stray values decide nothing.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from diffvis.data.inferred import Inferred
from diffvis.errors import UserError

_OVERSHOOT = 0.05  # of a range: what lies beyond by less is clipped, as after a resize
_FILLED = 1 / 8  # of a range: what fills less would be nearly black
_STRAY = 10_000  # one value in so many decides nothing
_FEW = 256  # values of which none is thought to be stray
_CHUNK = 1 << 22


class Span(NamedTuple):
    """The values that are black and white."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


BYTES = Span(0, 255)
_ONE, _SIGNED = Span(0, 1), Span(-1, 1)
DEEP = tuple(Span(0, 2**bits - 1) for bits in (10, 12, 14, 16))


@dataclass(frozen=True)
class Extremes:
    """How far values reach: all of them, and all but the stray ones."""

    low: float
    high: float
    usual_low: float
    usual_high: float
    whole: bool
    """Whether all are whole numbers."""

    def __or__(self, other: "Extremes") -> "Extremes":
        """Of both together."""
        return Extremes(
            min(self.low, other.low),
            max(self.high, other.high),
            min(self.usual_low, other.usual_low),
            max(self.usual_high, other.usual_high),
            self.whole and other.whole,
        )


class Said(NamedTuple):
    """What is said of a range: first if it was guessed, last if bytes are taken as they are."""

    guesses: tuple[Inferred, ...] = ()
    facts: tuple[Inferred, ...] = ()


def as_bytes(values: np.ndarray, path: Path, range: str | None) -> tuple[np.ndarray, Said]:
    """Pixels (N, ...) as uint8, and what was inferred for that.

    Args:
        range: the option; None has it found out.

    Raises:
        UserError: all pixels are alike and lie in no range that people use.
    """
    values = values.view(np.uint8) if values.dtype == np.bool_ else values
    if range is not None:
        return to_bytes(values, parse_range(range)), Said()
    extremes = extremes_of(values)
    span = span_of(extremes)
    if span is None:
        raise UserError(
            f"{path} has pixels from {extremes.low:g} to {extremes.high:g}",
            "say which value is black and which is white, as in range=0..255",
        )
    about = (about_range(extremes, span),)
    said = Said(facts=about) if values.dtype == np.uint8 and span == BYTES else Said(about)
    return to_bytes(values, span), said


def parse_range(words: str) -> Span:
    """``0..16`` as numbers.

    Raises:
        UserError: the first is not below the second.
    """
    low, high = map(float, words.split(".."))
    if not low < high < float("inf"):
        raise UserError(f"range = {words} is not possible", "give black before white, as in 0..255")
    return Span(low, high)


def extremes_of(values: np.ndarray) -> Extremes:
    """Of an array of numbers that are finite and at least one."""
    flat = values.reshape(-1)
    stray = max(1, flat.size // _STRAY) if flat.size >= _FEW else 0
    if flat.dtype in (np.uint8, np.uint16):
        return _extremes_of_counts(flat, stray)
    lowest = highest = flat[:0]
    whole = True
    for start in range(0, flat.size, _CHUNK):
        chunk = flat[start : start + _CHUNK]
        if chunk.dtype.kind == "f" and whole:
            whole = bool((chunk == np.rint(chunk)).all())
        lowest = _first(np.concatenate([lowest, _first(chunk, stray)]), stray)
        highest = _last(np.concatenate([highest, _last(chunk, stray)]), stray)
    return Extremes(
        float(lowest.min()), float(highest.max()), float(lowest.max()), float(highest.min()), whole
    )


def _extremes_of_counts(flat: np.ndarray, stray: int) -> Extremes:
    """The same of values that are few enough to be counted, which is faster."""
    counts = np.zeros(np.iinfo(flat.dtype).max + 1, np.int64)
    for start in range(0, flat.size, _CHUNK):
        counts += np.bincount(flat[start : start + _CHUNK], minlength=len(counts))
    there = np.flatnonzero(counts)
    upwards, downwards = counts[there].cumsum(), counts[there][::-1].cumsum()
    usual_low = there[np.searchsorted(upwards, stray, side="right")]
    usual_high = there[::-1][np.searchsorted(downwards, stray, side="right")]
    return Extremes(*map(float, (there[0], there[-1], usual_low, usual_high)), whole=True)


def _first(values: np.ndarray, stray: int) -> np.ndarray:
    """The lowest ``stray`` + 1 values, in any order."""
    return np.partition(values, stray)[: stray + 1] if stray < len(values) - 1 else values


def _last(values: np.ndarray, stray: int) -> np.ndarray:
    """The highest ``stray`` + 1 values, in any order."""
    start = len(values) - stray - 1
    return np.partition(values, start)[start:] if start > 0 else values


def span_of(extremes: Extremes) -> Span | None:
    """The range that values are taken for; None where all are alike and no byte could be them."""
    if extremes.low == extremes.high:
        inside = (span for span in (_ONE, _SIGNED, BYTES) if span.low <= extremes.low <= span.high)
        return next(inside, None)
    reach = max(abs(extremes.usual_low), abs(extremes.usual_high))
    for span in (_ONE, _SIGNED, BYTES, *(DEEP if extremes.whole else ())):
        if _lies_in(span, extremes):
            return span if reach >= _FILLED * span.high else _own(extremes)
    return _own(extremes)


def _lies_in(span: Span, extremes: Extremes) -> bool:
    beyond = _OVERSHOOT * span.width
    return extremes.usual_low >= span.low - beyond and extremes.usual_high <= span.high + beyond


def _own(extremes: Extremes) -> Span:
    """All values, but without a stray one that lies far from the others."""
    usual = Span(extremes.usual_low, extremes.usual_high)
    if usual.width == 0:
        return Span(extremes.low, extremes.high)
    near = _OVERSHOOT * usual.width
    return Span(
        extremes.low if usual.low - extremes.low <= near else usual.low,
        extremes.high if extremes.high - usual.high <= near else usual.high,
    )


def about_range(extremes: Extremes, span: Span) -> Inferred:
    """The range found, and what it was taken for."""
    beyond = extremes.low < span.low or extremes.high > span.high
    says = (
        f"values {extremes.low:,.6g} to {extremes.high:,.6g}: "
        f"{span.low:,.6g} is black, {span.high:,.6g} is white"
        + (", and what lies beyond is clipped" if beyond else "")
    )
    own = Span(extremes.low, extremes.high)
    other = own if own != span and own.width > 0 else BYTES if span != BYTES else None
    return Inferred(says, "range=" + (f"{other.low:g}..{other.high:g}" if other else "LOW..HIGH"))


def to_bytes(values: np.ndarray, span: Span) -> np.ndarray:
    """Values (N, ...) as uint8 from black 0 to white 255, rounded and clipped."""
    if values.dtype == np.uint8 and span == BYTES:
        return values
    scale = 255 / span.width
    near_zero = abs(span.low) <= span.width
    result = np.empty(values.shape, np.uint8)
    step = max(1, _CHUNK // max(1, values[:1].size))
    for start in range(0, len(values), step):
        chunk = values[start : start + step]
        if near_zero:
            scaled = chunk.astype(np.float32) * scale + -span.low * scale
        else:  # float32 has too few digits far from 0
            scaled = (chunk.astype(np.float64) - span.low) * scale
        result[start : start + step] = np.clip(np.round(scaled), 0, 255)
    return result
