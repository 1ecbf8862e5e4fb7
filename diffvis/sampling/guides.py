"""What guides a chain: its class, or a weaker model such as an earlier checkpoint of its run."""

from functools import lru_cache
from pathlib import Path

import torch

from diffvis.diffusion.guidance import Guided
from diffvis.diffusion.prediction import Denoiser
from diffvis.errors import UserError
from diffvis.models.model import Model, open_model
from diffvis.models.run_files import is_run, run_checkpoints, step_of
from diffvis.models.tracing import TracedDenoiser
from diffvis.sampling.settings import ChainSettings

NEAREST = 4  # steps that are named where one is missing
Device = torch.device | str
_REMEDY = "give an earlier checkpoint of the same run, or a model that was trained alike"


def guided(model: Model, settings: ChainSettings, labelled: bool, device: Device) -> Denoiser:
    """The denoiser of a chain, told a class or not.

    Raises:
        UserError: as ``weaker_model``.
    """
    if settings.guidance == 1:
        return model.denoiser
    if settings.guide_by:
        weaker = weaker_model(model, settings.guide_by, device)
        return Guided(model.denoiser, settings.guidance, weaker.denoiser)
    return Guided(model.denoiser, settings.guidance) if labelled else model.denoiser


def weaker_model(model: Model, source: str, device: Device) -> Model:
    """What is to guide ``model``: another model by its name or place, or the checkpoint of a step
    of the run that it comes from.

    Raises:
        UserError: there is none, it cannot be read, or it answers another question.
    """
    place = str(_checkpoint(model, int(source))) if source.isdecimal() else source
    try:
        weaker = _opened(place, _stamp(Path(place)), str(model.device or device))
    except UserError as error:
        raise UserError(error.problem, error.remedy, field="guide_by") from error
    if differs := _difference(model, weaker):
        problem = f"{model.name} cannot be guided by {weaker.name}, which {differs}"
        raise UserError(problem, _REMEDY, field="guide_by")
    return weaker.traced if isinstance(model.denoiser, TracedDenoiser) else weaker


def earlier_steps(model: Model) -> list[int]:
    """The steps of the checkpoints of its run that are earlier than the model, the first first."""
    run = _run_of(model)
    if run is None or model.steps is None:
        return []
    steps = [step_of(path) for path in run_checkpoints(run)[::-1]]
    return [step for step in steps if 0 < step < model.steps]


def _run_of(model: Model) -> Path | None:
    """The run folder that it was opened from, whole or by one of its checkpoints."""
    if model.path is None:
        return None
    return next(filter(is_run, (model.path, model.path.parent.parent)), None)


def _checkpoint(model: Model, step: int) -> Path:
    run = _run_of(model)
    if run is None:
        raise UserError(
            f"{model.name} does not come from a run folder, which could hold a step {step:,}",
            "open its run, or name the model that is to guide it",
            field="guide_by",
        )
    found = {step_of(path): path for path in run_checkpoints(run)}
    if step not in found:
        near = sorted(sorted(found, key=lambda kept: abs(kept - step))[:NEAREST])
        raise UserError(
            f"the run {run} has no checkpoint of step {step:,}",
            f"the nearest are {', '.join(f'{kept:,}' for kept in near) or 'none'}; a run keeps "
            "more with checkpoints_kept",
            field="guide_by",
        )
    return found[step]


def _stamp(place: Path) -> tuple[int, ...]:
    """What is another when there is another model in the same place."""
    changed = (place, place / "checkpoints")
    return tuple(path.stat().st_mtime_ns for path in changed if path.exists())


@lru_cache(maxsize=4)
def _opened(place: str, stamp: tuple[int, ...], device: str) -> Model:
    """A chain asks for it at each of its pieces."""
    return open_model(place, device)


def _difference(model: Model, weaker: Model) -> str:
    """Why their predictions cannot be compared, after ``which``; "" where they can."""
    if tuple(weaker.shape) != tuple(model.shape):
        shape, mine = (" x ".join(map(str, each.shape)) for each in (weaker, model))
        return f"makes samples of {shape}, not of {mine}"
    if weaker.schedule != model.schedule:
        return f"has another schedule ({weaker.schedule.kind}, T = {weaker.schedule.T})"
    if weaker.denoiser.predicts != model.denoiser.predicts:
        return f"predicts {weaker.denoiser.predicts}, not {model.denoiser.predicts}"
    if weaker.num_classes != model.num_classes:
        return f"knows {weaker.num_classes or 'no'} classes, not {model.num_classes or 'none'}"
    if weaker.range != model.range:
        return "sees samples in another range"
    return ""
