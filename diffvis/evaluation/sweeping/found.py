"""What a sweep has found, as rows of numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from diffvis.evaluation.evaluate import Plan
from diffvis.evaluation.figures import SAMPLES, Evaluation
from diffvis.evaluation.sweeping.grid import Grid
from diffvis.evaluation.sweeping.sweep import TIME

DATA, DEVIATION = "_data", "_sd"
"""Ends of columns: what data themselves measure, and the deviation over the seeds."""

_MODEL, _DATA = {"name", "sha256", "T", "classes"}, {"source", "fingerprint"}


@dataclass(frozen=True)
class Measure:
    """What a column is called, and which values are good."""

    title: str
    better: str = "lower"
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Found:
    """A row for each chain of ``grid`` that is measured, in its order."""

    grid: Grid
    plan: Plan
    model: Mapping[str, Any]
    """Its name, T and classes, and what identifies it; also the hashes of its ``guides``."""
    data: Mapping[str, Any]
    measures: dict[str, Measure] = field(default_factory=dict)
    rows: list[dict[str, float]] = field(default_factory=list)
    """By column: the mean over the seeds, and for ``frechet`` also ``frechet_data`` and with
    several seeds ``frechet_sd``."""

    @property
    def is_whole(self) -> bool:
        return len(self.rows) == len(self.grid)

    def add(self, evaluation: Evaluation) -> None:
        """The next row."""
        row = {}
        for key, figure in evaluation.figures.items():
            self.measures.setdefault(key, Measure(figure.title, figure.better, figure.unit))
            columns = {
                key: figure.mean(SAMPLES), key + DEVIATION: figure.error(SAMPLES),
                key + DATA: figure.mean("data"),
            }  # fmt: skip
            row |= {name: value for name, value in columns.items() if value is not None}
        self.measures.setdefault(TIME, Measure("milliseconds for a sample"))
        self.rows.append({**row, TIME: 1000 * evaluation.seconds_per_sample})

    def axis(self, name: str) -> list[Any]:
        """The values of an axis; the steps that are walked where all are asked for."""
        return [self._walked(name, value) for value in self.grid.axes[name]]

    def values(self, name: str) -> list[Any]:
        """Of an axis, one for each row."""
        places = self.grid.places()[: len(self.rows)]
        return [self._walked(name, place[name]) for place in places]

    def scale(self, measure: str) -> float:
        """What a value is multiplied with, so that it has its unit."""
        return 100.0 if self.measures[measure].unit == "%" else 1.0

    def word(self, name: str, value: Any) -> str:
        """A value of an axis, as people call it."""
        if name == "label":
            named = {None: "none", -1: "each", **dict(enumerate(self.model["classes"]))}
            return str(named.get(value, value))
        value = "none" if value == "" else self._walked(name, value)
        return f"{value:g}" if isinstance(value, float) else str(value)

    def _walked(self, name: str, value: Any) -> Any:
        return self.model["T"] if name == "steps" and value is None else value

    def table(self) -> dict[str, list[Any]]:
        """Columns: the axes, then all that was measured; None where a row has none."""
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        axes = {
            name: [self.word(name, value) for value in self.values(name)] for name in self.grid.axes
        }
        return {**axes, **{name: [row.get(name) for row in self.rows] for name in names}}

    def to_json(self) -> dict[str, Any]:
        """All but the rows."""
        plan = {name: getattr(self.plan, name) for name in Plan.__dataclass_fields__}
        measures = {key: vars(measure) for key, measure in self.measures.items()}
        return {
            **self.grid.to_json(), "plan": plan, "model": dict(self.model), "data": dict(self.data),
            "measures": measures,
        }  # fmt: skip

    @classmethod
    def from_json(cls, told: Mapping[str, Any], rows: list[dict[str, float]]) -> "Found":
        """The inverse of ``to_json``.

        Raises:
            LookupError, TypeError, ValueError, UserError: it is not what ``to_json`` gave.
        """
        if missing := _MODEL - told["model"].keys() or _DATA - told["data"].keys():
            raise KeyError(*sorted(missing))
        measures = {key: Measure(**measure) for key, measure in told["measures"].items()}
        grid, plan = Grid.from_json(told), Plan(**told["plan"])
        grid.chains()  # there are such settings
        return cls(grid, plan, told["model"], told["data"], measures, rows)

    def other_than(self, other: "Found") -> str:
        """In which of the things that decide the rows two sweeps differ; "" where in none."""
        kept, asked = self.grid, other.grid
        for name in dict.fromkeys((*kept.axes, *asked.axes)):
            if kept.axes.get(name) != asked.axes.get(name):
                return f"its {name} {self._said(name)}, not {other._said(name).split(' ', 1)[1]}"
        if list(kept.axes) != list(asked.axes):
            return f"its lists are {', '.join(kept.axes)}, in this order"
        for name, value in kept.base.model_dump().items():
            if value != asked.base[name]:
                return f"its {name} is {value}, not {asked.base[name]}"
        if self.plan != other.plan:
            return "it measures other things, or with another number of seeds"
        if self.model["sha256"] != other.model["sha256"]:
            return f"it is of {self.model['name']}, or of other weights"
        guides = self.model.get("guides")  # sweeps of before did not keep them
        if guides is not None and guides != other.model.get("guides"):
            return f"what guided it, {', '.join(guides)}, had other weights"
        if self.data["fingerprint"] != other.data["fingerprint"]:
            return f"it is compared with {self.data['source']}"
        return ""

    def _said(self, name: str) -> str:
        values = self.grid.axes.get(name, (self.grid.base[name],))
        return (
            f"{'are' if len(values) > 1 else 'is'} {', '.join(self.word(name, v) for v in values)}"
        )
