"""The work of ``diffvis export inpaint``, ``edit`` and the other tools of the Bench."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from diffvis.bench.pictures import SAMPLE, mask_of, normal_pictures, picture_of
from diffvis.bench.registry import tool_of
from diffvis.bench.task import Task
from diffvis.cli.figure_files import Fields, check_fields, follow
from diffvis.cli.opening import open_data_of
from diffvis.cli.output import note
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.model import Model, open_model
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.bench import Bench
from diffvis.sampling.classes import class_of
from diffvis.sampling.settings import ChainSettings
from diffvis.training.device import resolve_device

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
        dataset = open_data_of(model, given["data"])
        changes["normal"] = normal_pictures(model, dataset, normal)
    spec = ExportSpec(**{**fields, "label": class_of(model, fields["label"])})
    follow(out, Bench(made, replace(task, **changes), words), spec, where)


def _picture(model: Model, named: str | None, data: str | None, usual: int) -> tuple[str, Tensor]:
    """What people call a picture, and the picture; the usual number of the data where nothing is
    named, or a sample of the model where they are not here.
    """
    wanted = str(usual) if named is None else named
    dataset: Dataset | None = None
    if wanted.isdecimal():
        try:
            dataset = open_data_of(model, data)
        except UserError as error:
            if data is not None or named is not None:
                raise
            note(f"the data are not here ({error.problem}): a sample of the model is taken")
            wanted = f"{SAMPLE} {usual}"
    x0, words = picture_of(model, wanted, dataset)
    return words, x0
