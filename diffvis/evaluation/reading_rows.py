"""What a network's losses under each reading come to: a table, one sentence, JSON."""

import math
from dataclasses import dataclass
from typing import Any

from diffvis.models.reading import Reading

RIGHT, OTHER, UNJUDGED = 0, 1, 2
"""The reading at hand fits best; another fits better; none predicts better than nothing."""
CLEARLY = 0.9  # of the loss: what is above is no better reading, but chance
AS_GOOD = 1.03
MOST = 2.0  # that one counts for: at the end of a long schedule no network is as good at eps as x_t
MOST_ALIKE = 3  # that are named
HARDLY = 0.95  # of what predicting nothing costs: a network above this has learned nothing
_TIMES = {
    "index": "t = 0..T-1", "count": "t = 1..T", "unit": "t / T", "sigma": "sigma for t",
    "log_snr": "log SNR for t",
}  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """A reading, and what no reading says: errors that turn the data or the answer round."""

    reading: Reading
    inverted: bool = False
    """Whether the network learned black for white."""
    flipped: bool = False
    """Whether the network predicts with the other sign."""

    @property
    def key(self) -> tuple[Any, ...]:
        """The same for those that are the same."""
        r = self.reading
        return r.predicts, self.flipped, r.time, r.schedule, r.range, self.inverted

    @property
    def call(self) -> tuple[Any, ...]:
        """The same for those that one call of the network tells of: whatever its answer is taken
        for, it is asked the same."""
        r = self.reading
        return r.time, r.schedule, r.range, self.inverted

    def words(self, points: bool) -> str:
        """All of it, such as ``eps, t = 0..T-1, linear, -1..1``."""
        r = self.reading
        parts = [f"{'-' if self.flipped else ''}{r.predicts}", _time(r), r.schedule.kind]
        parts += [] if points else [_range(r)]
        return ", ".join([*parts, *(["inverted"] if self.inverted else [])])

    def beside(self, other: "Variant") -> str:
        """What is different of it from another one, such as ``as v, schedule cosine``."""
        mine, theirs = self.reading, other.reading
        parts = []
        if (mine.predicts, self.flipped) != (theirs.predicts, other.flipped):
            parts.append(f"as {mine.predicts}" + (" with its sign flipped" if self.flipped else ""))
        if mine.time != theirs.time:
            parts.append(f"with {_time(mine)}")
        if mine.schedule != theirs.schedule:
            parts.append(f"with schedule {mine.schedule.kind}")
        if mine.range != theirs.range:
            parts.append(f"with data in {_range(mine)}")
        if self.inverted != other.inverted:
            parts.append("with the data inverted" if self.inverted else "with the data as it is")
        return ", ".join(parts)


@dataclass(frozen=True)
class Row:
    """The losses of a network under one reading."""

    variant: Variant
    losses: tuple[float | None, ...]
    """At each time, over what predicting nothing costs; None where the schedule does not reach the
    noise of that time, or the network cannot be asked."""
    over_linear: tuple[float | None, ...]
    """The same over what the best multiple of x_t costs: where eps is almost x_t, predicting
    nothing costs much more than that."""

    @property
    def is_known(self) -> bool:
        """Whether the network could be asked at all."""
        return self.reached > 0

    @property
    def mean(self) -> float:
        """Of the losses; infinite where there is none."""
        known = [loss for loss in self.losses if loss is not None]
        return sum(known) / len(known) if known else math.inf

    @property
    def reached(self) -> int:
        """At how many times it is known."""
        return sum(loss is not None for loss in self.losses)

    def over(self, other: "Row") -> float:
        """How bad it is over how bad another row is, at the times that both know: the sum of both
        kinds of losses. One above 1 counts by its logarithm, so that no time outweighs the rest.
        """
        if not other.is_known:
            return 0.0 if self.is_known else 1.0
        pairs = zip(self.losses, other.losses, strict=True)
        both = [k for k, pair in enumerate(pairs) if None not in pair]
        if not both:
            return math.inf
        return self._score(both) / max(other._score(both), 1e-9)

    def _score(self, places: list[int]) -> float:
        losses = (self.losses[k] or 0.0 for k in places)
        over_linear = (self.over_linear[k] or 0.0 for k in places)
        return sum(loss if loss <= 1 else 1 + math.log(loss) for loss in losses) + sum(
            min(loss, MOST) for loss in over_linear
        )


@dataclass(frozen=True)
class Readings:
    """How well a network predicts under each plausible reading."""

    name: str
    times: tuple[int, ...]
    """Of the reading at hand; other schedules are asked where they have as much noise."""
    given: Row
    best: Row
    """``given`` itself unless another is clearly better."""
    rows: tuple[Row, ...]
    """All that were asked: the reading at hand, the best, and what differs from it in one point."""
    points: bool

    @property
    def status(self) -> int:
        """``RIGHT``, ``OTHER`` or ``UNJUDGED``: the exit status of the command."""
        if self.best.mean > HARDLY:
            return UNJUDGED
        return RIGHT if self.best is self.given else OTHER

    @property
    def sentence(self) -> str:
        """What comes out of it, in plain words, and what cannot be told from the best."""
        return self.verdict + (self._also() if self.status == OTHER else "")

    @property
    def verdict(self) -> str:
        """What comes out of it, in plain words."""
        if self.status == UNJUDGED:
            return (
                "Under no reading does it predict better than predicting nothing: has it been "
                "trained, and on such data?"
            )
        if self.status == RIGHT:
            return (
                f"Read as {self.given.variant.words(self.points)} it fits: its loss is "
                f"{self.given.mean:.2g} of what predicting nothing costs."
            )
        better = self.best.variant.beside(self.given.variant)
        now = self.given.variant.beside(self.best.variant)
        return (
            f"Read {now} {self._how_bad()}; read {better} it fits ({self.best.mean:.2g}): "
            "is it that?"
        )

    def _how_bad(self) -> str:
        if not self.given.is_known:
            return "it cannot be called"
        worse = [
            t for t, loss in zip(self.times, self.given.losses, strict=True) if (loss or 0) > 1
        ]
        if len(worse) == len(self.times):
            return "it is worse than predicting nothing"
        if worse and list(self.times[-len(worse) :]) == worse:
            return f"it is worse than predicting nothing from t = {worse[0]} on"
        if worse and list(self.times[: len(worse)]) == worse:
            return f"it is worse than predicting nothing up to t = {worse[-1]}"
        return f"its loss is {self.given.mean:.2g} of what predicting nothing costs"

    def _also(self) -> str:
        """Readings that cannot be told from the best."""
        alike = [
            row.variant.beside(self.best.variant)
            for row in self.rows
            if row is not self.best and row is not self.given and row.over(self.best) <= AS_GOOD
        ][:MOST_ALIKE]
        return f" Read {'; or '.join(alike)} it fits as well." if alike else ""

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.name,
            "status": self.status,
            "sentence": self.sentence,
            "t": list(self.times),
            "readings": [
                {
                    "predicts": row.variant.reading.predicts,
                    "flipped": row.variant.flipped,
                    "time": _time(row.variant.reading),
                    "schedule": row.variant.reading.schedule.kind,
                    "T": row.variant.reading.T,
                    "range": None if self.points else list(row.variant.reading.range),
                    "inverted": row.variant.inverted,
                    "loss": list(row.losses),
                    "mean": row.mean if row.is_known else None,
                    "given": row is self.given,
                    "best": row is self.best,
                }
                for row in self.rows
            ],
        }

    def table(self) -> list[list[str]]:
        """Its cells, with a heading: what is read, the loss at each t, their mean."""
        heading = ["read", *(f"t = {t}" for t in self.times), "mean"]
        return [heading, *([self.label(row), *_cells(row)] for row in self.rows)]

    def label(self, row: Row) -> str:
        """A row in words: whole, or by what is different from the best."""
        if row is self.best:
            return f"as {row.variant.words(self.points)}"
        words = row.variant.beside(self.best.variant)
        return f"{words} (as it is read)" if row is self.given else words

    def __str__(self) -> str:
        cells = self.table()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = (
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
            for row in cells
        )
        return "\n".join([*lines, self.sentence])


def _cells(row: Row) -> list[str]:
    return ["–" if loss is None else shown(loss) for loss in (*row.losses, row.mean)]


def shown(loss: float) -> str:
    """A loss over another: three decimals, or as many digits as large ones deserve."""
    if math.isinf(loss):
        return "–"
    return f"{loss:.3f}" if loss < 99.9995 else f"{loss:.3g}"


def _time(reading: Reading) -> str:
    return "t by a function" if callable(reading.time) else _TIMES[reading.time]


def _range(reading: Reading) -> str:
    return "{:g}..{:g}".format(*reading.range)
