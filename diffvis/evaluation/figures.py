"""What an evaluation finds: named figures, each over several seeds."""

from dataclasses import dataclass, field
from html import escape
from statistics import mean, stdev
from typing import Any, Literal

SAMPLES = "samples"
COLUMNS = (SAMPLES, "data", "noise")


@dataclass
class Figure:
    """One quantity, measured on samples and on what they are compared with."""

    key: str
    """As in JSON: ``sliced_wasserstein``."""
    title: str
    """For people: ``sliced Wasserstein distance``."""
    better: Literal["lower", "higher", "equal"] = "lower"
    """``equal``: the best is what the data themselves measure."""
    unit: str = ""
    """``%`` where values are shares of one."""
    digits: int = 4
    values: dict[str, list[float]] = field(default_factory=dict)
    """By column (``samples``, ``data``, ``noise``), one value for each seed."""

    def add(self, **measured: float) -> None:
        """One seed's values."""
        for column, value in measured.items():
            self.values.setdefault(column, []).append(float(value))

    def mean(self, column: str = SAMPLES) -> float | None:
        values = self.values.get(column)
        return mean(values) if values else None

    def error(self, column: str = SAMPLES) -> float | None:
        """The standard deviation over the seeds; None of one seed."""
        values = self.values.get(column, [])
        return stdev(values) if len(values) > 1 else None

    def text(self, column: str = SAMPLES) -> str:
        """``0.0041 ± 0.0003``, ``98.70 %``, or nothing where there is no value."""
        value, error = self.mean(column), self.error(column)
        if value is None:
            return ""
        scale = 100 if self.unit == "%" else 1
        text = f"{scale * value:.{self.digits}f}"
        if error is not None:
            text += f" ± {scale * error:.{self.digits}f}"
        return f"{text} {self.unit}".rstrip()

    def to_json(self) -> dict[str, Any]:
        columns = {
            column: {"mean": self.mean(column), "sd": self.error(column), "values": values}
            for column, values in self.values.items()
        }
        return {"title": self.title, "better": self.better, "unit": self.unit, **columns}


@dataclass(frozen=True)
class Evaluation:
    """All figures of a model, and how they were measured."""

    model: str
    data: str
    settings: dict[str, Any]
    """Sampler, steps, count, seeds, ..."""
    figures: dict[str, Figure]
    seconds_per_sample: float
    notes: tuple[str, ...] = ()
    """What a reader should know: what was left out, and why."""

    @property
    def about(self) -> str:
        """How it was measured, in one sentence."""
        how = self.settings
        seeds = f" for each of {how['seeds']} seeds (mean ± sd)" if how["seeds"] > 1 else ""
        shift = f", shift {how['shift']:g}" if how["shift"] != 1 else ""
        return (
            f"{self.model}: {how['count']:,} samples{seeds}, {how['sampler']} in {how['steps']} "
            f"steps{shift}, {1000 * self.seconds_per_sample:.3g} ms each"
        )

    @property
    def rows(self) -> list[list[str]]:
        """A table, heads first: a figure a row, and its values for the samples, data and noise."""
        figures = self.figures.values()
        return [
            ["", *COLUMNS],
            *([each.title, *(each.text(column) or "–" for column in COLUMNS)] for each in figures),
        ]

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in self.rows
        ]
        return "\n".join([self.about, *lines, *self.notes])

    def __repr__(self) -> str:
        return f"<Evaluation of {self.about}>"

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        heads, *rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in self.rows)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        return f"<p>{escape(self.about)}</p>{table}{notes}"

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "data": self.data,
            **self.settings,
            "seconds_per_sample": self.seconds_per_sample,
            "figures": {key: figure.to_json() for key, figure in self.figures.items()},
            "notes": list(self.notes),
        }


class Figures(dict[str, Figure]):
    """Figures by key, in the order in which they were first measured."""

    def add(self, key: str, title: str, *, measured: dict[str, float], **about: Any) -> None:
        """One seed's values of a figure, made when it is new."""
        if key not in self:
            self[key] = Figure(key, title, **about)
        self[key].add(**measured)
