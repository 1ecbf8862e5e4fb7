"""``diffvis.sweep``: how good samples are over lists of settings."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffvis.errors import UserError
from diffvis.evaluation.evaluate import Plan
from diffvis.evaluation.sweeping.folder import SweepFolder, measure_rest
from diffvis.evaluation.sweeping.found import Found
from diffvis.evaluation.sweeping.grid import Grid
from diffvis.evaluation.sweeping.sweep import USUAL, Measured, usual_count
from diffvis.face.judging import own_data
from diffvis.face.pictures import WIDTH, png, small_svg
from diffvis.face.subjects import AnyData, AnyModel, data_of, model_of, where
from diffvis.models.sampleable import Model
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.sweep import Sweep as Charts
from diffvis.rendering.subjects.sweep import new_sweep
from diffvis.sampling.classes import EACH, class_of
from diffvis.sampling.settings import chain_settings

SIZE = WIDTH, 540


class Sweep:
    """What ``diffvis.sweep`` returns: ``table``, and a chart that a notebook shows."""

    def __init__(self, found: Found) -> None:
        self.found = found

    @property
    def table(self) -> dict[str, list[Any]]:
        """Columns: the lists, then all that was measured."""
        return self.found.table()

    @property
    def measures(self) -> tuple[str, ...]:
        """What was measured: names of columns."""
        return tuple(self.found.measures)

    def __repr__(self) -> str:
        lists = ", ".join(f"{len(values)} {name}" for name, values in self.found.grid.axes.items())
        return f"<Sweep of {self.found.model['name']} over {lists}>"

    def _repr_png_(self) -> bytes:
        return png(self._picture())

    def _repr_svg_(self) -> str | None:
        return small_svg(self._picture, repr(self))

    def _picture(self) -> Pixels:
        from diffvis.rendering.figure import draw_chart  # matplotlib takes its time

        measure = next(key for key in USUAL if key in self.found.measures)
        spec = ExportSpec(size=SIZE, style="light")
        return draw_chart(Charts(self.found).chart(measure, spec))


def sweep(
    model: AnyModel,
    data: AnyData | None = None,
    *,
    folder: str | os.PathLike[str] | None = None,
    seeds: int = 1,
    bits: int = 0,
    fid: bool = False,
    likelihood: int = 0,
    device: str | None = None,
    **lists: Any,
) -> Sweep:
    """Measure samples under all combinations of lists of settings.

    Args:
        model, data: as for ``diffvis.evaluate``.
        folder: where a table grows; of a sweep that was stopped, to go on with it.
        seeds, bits, fid, likelihood: as for ``diffvis.evaluate``.
        device: where to compute; None: where the network is.
        lists: settings of the chain, each with a value or a list of them, such as
            ``sampler="ddim", steps=[5, 10, 20], eta=[0.0, 1.0]``.

    Raises:
        UserError: no setting has two values, one is impossible, or the folder holds another sweep.
    """
    values = {
        name: list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
        for name, given in lists.items()
        if name in chain_settings()
    }
    made = model_of(model, {n: v for n, v in lists.items() if n not in values}, device)
    usual: dict[str, list[Any]] = {"count": [usual_count(made)], "label": [EACH]}
    chosen: dict[str, list[Any]] = {**usual, **values}
    ordered = {name: chosen[name] for name in dict.fromkeys((*values, *usual))}
    ordered["label"] = [_label(made, label) for label in ordered["label"]]
    dataset = own_data(made) if data is None else data_of(data)
    plan = Plan(seeds, bits, fid=fid, likelihood=likelihood)
    found, there = new_sweep(made, dataset, Grid.of(ordered), plan), str(where(made))
    if folder is not None:
        kept = SweepFolder.begin(Path(folder), found)
        for _ in kept.run(made, dataset, there):
            pass
        return Sweep(kept.found)
    for piece in measure_rest(found, made, dataset, there):
        if isinstance(piece, Measured):
            found.add(piece.evaluation)
    return Sweep(found)


def _label(model: Model, label: Any) -> int | None:
    if isinstance(label, str):
        return class_of(model, label)
    if label is None or isinstance(label, int):
        return label
    raise UserError(f"{label!r} is no class", "give a name, a number, each or none", field="label")
