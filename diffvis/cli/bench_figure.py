"""The work of ``diffvis export inpaint``, ``edit`` and the other tools of the Bench."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from diffvis.bench.pictures import mask_of, own_sample
from diffvis.bench.registry import tool_of
from diffvis.bench.task import Task
from diffvis.cli.beginning import beginning_of
from diffvis.cli.figure_files import Fields, check_fields, follow
from diffvis.cli.opening import open_data_of
from diffvis.cli.output import note
from diffvis.data.dataset import sampled
from diffvis.errors import UserError
from diffvis.models.model import Model, open_model
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.bench import Bench
from diffvis.sampling.classes import class_of
from diffvis.sampling.settings import ChainSettings
from diffvis.training.device import resolve_device

SAMPLE = "sample"
USUAL_MASK = "bottom"


def bench_figure(
    out: Path,
    tool: str,
    source: str,
    given: dict[str, str | None],
    normal: int | None,
    device: str,
    own: dict[str, Any],
    fields: Fields,
) -> None:
    """Write what a ``tool`` with settings of its ``own`` does.

    ``given`` has ``data``, ``picture``, ``other`` and ``mask`` as people name them; ``normal`` is
    how many pictures of the data are taken for normal ones.
    """
    check_fields(out, fields)
    made = tool_of(tool)(**own)
    where = str(resolve_device(device))
    model = open_model(source, where)
    made.check_fit(model)
    task = Task(model, ChainSettings())
    words = ""
    changes: dict[str, Tensor | None] = {}
    if "picture" in made.wants:
        words, changes["x0"] = _picture(model, given["picture"], given["data"], 0)
    if "second" in made.wants:
        second, changes["other"] = _picture(model, given["other"], given["data"], 1)
        words = f"{words} and {second}"
    if "known" in made.wants:
        usual = "y" if model.is_points else USUAL_MASK
        changes["known"] = mask_of(given["mask"] or usual, tuple(model.shape))
    if "normal" in made.wants and normal:
        changes["normal"] = _normal(model, given["data"], normal)
    spec = ExportSpec(**{**fields, "label": class_of(model, fields["label"])})
    follow(out, Bench(made, replace(task, **changes), words), spec, where)


def _picture(model: Model, named: str | None, data: str | None, usual: int) -> tuple[str, Tensor]:
    """A picture and what people call it: a number of the data, a file, or ``sample``; the usual
    number where nothing is named, or a sample where the data are not here.
    """
    if named is None:
        try:
            open_data_of(model, data)
        except UserError as error:
            if data is not None:
                raise
            note(f"the data are not here ({error.problem}): a sample of the model is taken")
            named = SAMPLE
    if named == SAMPLE:
        return f"its own sample {usual}", own_sample(model, usual)
    beginning = beginning_of(model, named or str(usual), None, data)
    assert beginning is not None
    return beginning.title, beginning.x0


def _normal(model: Model, data: str | None, count: int) -> Tensor:
    dataset = open_data_of(model, data)
    rows = sampled(dataset.train, count)
    return torch.stack([model.seen(x0, dataset.scaling) for x0 in dataset.x0(rows)])
