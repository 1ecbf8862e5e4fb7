"""A sweep as a chart of one of its measures, or as its table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.evaluation.evaluate import Plan
from diffvis.evaluation.sweeping.found import Found
from diffvis.evaluation.sweeping.grid import Grid
from diffvis.evaluation.sweeping.sweep import evaluate_each
from diffvis.models.model import Model
from diffvis.rendering.chart import Chart
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.identity import identify_data, identify_guide, identify_model
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.schedules import draw
from diffvis.rendering.subjects.subject import Content, view_of
from diffvis.rendering.sweep_chart import sweep_chart


def new_sweep(model: Model, dataset: Dataset, grid: Grid, plan: Plan) -> Found:
    """A sweep that has no rows yet.

    Raises:
        UserError: as ``evaluate``, of any of its chains.
    """
    chains = grid.chains()
    evaluate_each(model, dataset, chains, plan)  # which checks them, and walks none yet
    known: dict[str, Any] = {"T": model.schedule.T, "classes": list(model.classes)}
    if guided := {chain.guide_by: chain for chain in chains if chain.guide_by}:
        known["guides"] = {
            name: identify_guide(model, chain)["guide"]["sha256"] for name, chain in guided.items()
        }
    return Found(grid, plan, {**identify_model(model), **known}, identify_data(dataset))


@dataclass(frozen=True, eq=False)
class Sweep:
    """The charts of what was ``found``, one a view. A file carries the numbers themselves."""

    found: Found

    what = "sweep"

    def __post_init__(self) -> None:
        if not self.found.rows:
            raise UserError("nothing of this sweep is measured yet", "run it for a while")

    @property
    def views(self) -> dict[str, tuple[Kind, ...]]:
        kinds: tuple[Kind, ...] = ("picture", "drawing", "table")
        return dict.fromkeys(self.found.measures, kinds)

    @property
    def name(self) -> str:
        return f"{self.found.model['name']}-sweep"

    def sources(self) -> dict[str, Any]:
        return {"sweep": self.found.to_json(), "rows": self.found.rows}

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        measure = view_of(self, spec)
        return Content(1, lambda: self._pieces(measure, kind, spec))

    def _pieces(self, measure: str, kind: Kind, spec: ExportSpec) -> Iterator[Any]:
        chart = self.chart(measure, spec)
        if kind == "table":
            yield {name: _column(values) for name, values in self.found.table().items()}
        else:
            yield chart if kind == "drawing" else draw(chart, spec)

    def chart(self, measure: str, spec: ExportSpec) -> Chart:
        base = self.found.grid.base
        words = f"{self.found.model['name']}, {base.count:,} samples each, seed {base.seed}"
        return sweep_chart(
            self.found, measure, spec.picture.size, spec.look, spec.plot.log,
            words if spec.picture.caption else "",
        )  # fmt: skip


def _column(values: list[Any]) -> np.ndarray:
    if any(isinstance(value, str) for value in values):
        return np.array(values)
    return np.array([np.nan if value is None else value for value in values])


def sweep_from(recipe: Mapping[str, Any]) -> Sweep:
    """The sweep that a recipe carries."""
    rows = [{name: float(value) for name, value in row.items()} for row in recipe["rows"]]
    return Sweep(Found.from_json(recipe["sweep"], rows))
