"""``diffvis.export``: what a notebook shows as a file, in every format that the program writes."""

import os
from pathlib import Path
from typing import Any

from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.face.chain import Chain
from diffvis.face.subjects import where
from diffvis.face.sweeping import Sweep
from diffvis.face.training import Run
from diffvis.models.sampleable import Model
from diffvis.rendering.export import export as written
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import Schedules
from diffvis.rendering.subjects.sweep import Sweep as Charts
from diffvis.rendering.subjects.training import Training
from diffvis.training.presets import preset_schedule


def export(
    thing: Chain | Model | Dataset | NoiseSchedule | Run | Sweep,
    out: str | os.PathLike[str],
    *,
    schedule: NoiseSchedule | None = None,
    device: str | None = None,
    **settings: Any,
) -> Path:
    """Write a film, a picture, a drawing or numbers of ``thing``, as the ending of ``out`` says:
    .gif, .mp4, .webp, .html, .png, .svg, .pdf, .csv, .npz and others. Returns the path.

    Args:
        thing: a chain or a model (the way from noise to data), a data set (the way to noise), a
            schedule (a plot), a run (its samples, or ``view="loss"``) or a sweep (a chart, of
            ``view="recall"``, say).
        out: the file; one that is there is replaced.
        schedule: of the noise that a data set drowns in; None: the one that suits the data.
        device: where to compute; None: where the model is.
        settings: those of ``diffvis export``: ``view="strip"``, ``frames=30``, ``size=(720, 720)``,
            ``style="light"`` ..., and for a model those of its chain, such as ``steps=50``.

    Raises:
        UserError: a setting is unknown, does not fit, or the file cannot be written.
    """
    if isinstance(thing, Chain):
        settings = {**thing.settings.model_dump(), **settings}
    there = device or (str(where(thing.model)) if isinstance(thing, Chain) else None)
    if there is None:
        there = str(where(thing)) if isinstance(thing, Model) else "cpu"
    for _ in written(out, _subject(thing, schedule), ExportSpec(**settings), there):
        pass
    return Path(out)


def _subject(thing: object, schedule: NoiseSchedule | None) -> Any:  # a Subject
    if isinstance(thing, Chain | Model):
        return Reverse(thing.model if isinstance(thing, Chain) else thing)
    if isinstance(thing, Dataset):
        return Forward(thing, schedule or preset_schedule(thing))
    if isinstance(thing, NoiseSchedule):
        return Schedules((thing,))
    if isinstance(thing, Run):
        return Training.open(thing.path)
    if isinstance(thing, Sweep):
        return Charts(thing.found)
    raise UserError(
        f"a {type(thing).__name__} cannot be exported",
        "give a chain, a model, a data set, a schedule, a run or a sweep",
    )
