"""The forward and the reverse process as files: the window's export and the command line's."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

import diffvis
from diffvis.data.dataset import Dataset
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.rendering import files
from diffvis.rendering.animation import GifWriter
from diffvis.rendering.frames import (
    choose_samples,
    even_timesteps,
    forward_frames,
    reverse_frames,
)
from diffvis.rendering.palette import Palette, grey_palette, picture_palette, points_palette
from diffvis.rendering.pixels import Pixels, noise_to_uint8, to_uint8
from diffvis.rendering.scatter import colour_of_origin
from diffvis.rendering.spec import ExportSpec
from diffvis.training.model import Model
from diffvis.training.sampling import ChainSettings, run_chain

FORMATS = (".gif", ".png")
_PROBE_STEPS, _PROBE_SAMPLES = 10, 16


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` pieces of work."""

    done: int
    total: int


def export_forward(
    path: str | os.PathLike[str], dataset: Dataset, schedule: NoiseSchedule, spec: ExportSpec
) -> Iterator[Progress]:
    """Write the noising of samples of ``dataset`` as .gif, or one moment of it as .png.

    Each ``next`` is one bounded piece of work; ``close()`` cancels and leaves nothing behind.

    Raises:
        UserError: the file cannot be written, or t is not a time of this schedule. At once, before
            any work is done.
    """
    file = check_path(path)
    if file.suffix.lower() == ".png":
        t = _moment(spec, schedule, default=schedule.T // 3)
        times = [t]
    else:
        times = even_timesteps(schedule, spec.frames)
    total = 1 + (times[-1] + 1 if spec.chain else len(times))
    recipe = _recipe(
        "forward", schedule, spec, data=dataset.source, fingerprint=dataset.fingerprint
    )

    def palette() -> Palette:
        return _forward_palette(dataset, schedule, spec)

    frames = forward_frames(dataset, schedule, spec, times)
    return _write(file, frames, total, palette, spec, recipe)


def export_reverse(
    path: str | os.PathLike[str],
    model: Model,
    spec: ExportSpec,
    device: torch.device | str = "cpu",
) -> Iterator[Progress]:
    """Write the reverse chain of ``model`` as .gif, or one moment of it (the end) as .png.

    As ``export_forward``; each ``next`` takes at most one step of the chain.

    Raises:
        UserError: also where the chain or the selected sample is not possible with this model.
    """
    file = check_path(path)
    settings = spec.chain_settings(model.is_points)
    if spec.view == "step" and spec.selected >= settings.count:
        raise UserError(
            f"there is no sample {spec.selected + 1}", f"the chain has {settings.count} samples"
        )
    visited = settings.times(model.schedule.T)[::-1]  # ascending
    if spec.view == "step":
        visited = visited[1:]  # no step begins at 0
    if file.suffix.lower() == ".png":
        t = _moment(spec, model.schedule, default=0)
        times = [max((v for v in visited if v <= t), default=visited[0])]
    else:
        times = even_timesteps(model.schedule, spec.frames, visited)[::-1]
    steps = sum(v > times[-1] for v in visited) + (1 if times[-1] > 0 else 0)
    total = 1 + steps + (1 if 0 in times and len(visited) > 1 and visited[1] in times else 0)
    recipe = _recipe(
        "reverse",
        model.schedule,
        spec,
        model=model.name,
        path=str(model.path) if model.path else None,
        data=model.data,
        trained_steps=model.steps,
    )
    is_colour = not model.is_points and model.shape[0] == 3

    def palette() -> Palette:
        if model.is_points:
            return points_palette(spec.look, colour_of_origin(np.linspace(0, 1, 64)))
        return _probe(model, spec, device) if is_colour else grey_palette(spec.look)

    frames = reverse_frames(model, spec, times, device)
    return _write(file, frames, total, palette, spec, recipe)


def check_path(path: str | os.PathLike[str]) -> Path:
    """The file that is to be written, once it is sure that its format and its folder will do.

    Raises:
        UserError: they will not.
    """
    return files.check_path(path, FORMATS)


def _write(
    file: Path,
    frames: Iterator[Pixels | None],
    total: int,
    palette: Callable[[], Palette],
    spec: ExportSpec,
    recipe: dict[str, Any],
) -> Iterator[Progress]:
    """Consume ``frames``; None among them is work that had no frame."""
    words = json.dumps(recipe)
    if file.suffix.lower() == ".png":
        frame: Pixels | None = None
        for done, made in enumerate(frames, 1):
            frame = frame if made is None else made
            yield Progress(min(done, total - 1), total)
        assert frame is not None
        files.write_png(
            file, frame, {"Software": f"diffvis {diffvis.__version__}", "recipe": words}
        )
        yield Progress(total, total)
        return
    colours = palette()
    with GifWriter(file, spec.frame_ms, spec.hold_ms, spec.loop, words, colours) as writer:
        for done, made in enumerate(frames, 1):
            if made is not None:
                writer.add(made)
            yield Progress(min(done, total - 1), total)
    yield Progress(total, total)


def _moment(spec: ExportSpec, schedule: NoiseSchedule, default: int) -> int:
    if spec.t is None:
        return default
    if spec.t > schedule.T:
        raise UserError(f"t = {spec.t} is not possible", f"choose 0 to {schedule.T}")
    return spec.t


def _recipe(what: str, schedule: NoiseSchedule, spec: ExportSpec, **source: Any) -> dict[str, Any]:
    """What made the file, so that it can be made again."""
    return {
        "program": f"diffvis {diffvis.__version__}",
        "what": what,
        **source,
        "schedule": schedule.kind,
        "T": schedule.T,
        **spec.to_json(),
    }


def _forward_palette(dataset: Dataset, schedule: NoiseSchedule, spec: ExportSpec) -> Palette:
    origin = choose_samples(dataset, spec.samples(dataset.is_points), spec.first, spec.seed)
    if dataset.is_points:
        return points_palette(spec.look, origin.colours)
    if dataset.shape[0] != 3:
        return grey_palette(spec.look)
    x0, eps = origin.x0[:_PROBE_SAMPLES], origin.eps[:_PROBE_SAMPLES]
    moments = [to_uint8(q_sample(schedule, x0, t, eps)) for t in even_timesteps(schedule, 4)]
    return picture_palette(spec.look, _pixels([to_uint8(x0), *moments, noise_to_uint8(eps)]))


def _probe(model: Model, spec: ExportSpec, device: torch.device | str) -> Palette:
    """Which colours the model will paint with: those of a short chain of its own."""
    T = model.schedule.T
    settings = ChainSettings("ddim", min(_PROBE_STEPS, T), seed=spec.seed, count=_PROBE_SAMPLES)
    seen = [to_uint8(step.x_s) for step in run_chain(model, settings, device)]
    return picture_palette(spec.look, _pixels([seen[0], seen[len(seen) // 2], seen[-1], seen[-1]]))


def _pixels(pictures: Sequence[Pixels]) -> Pixels:
    return np.concatenate([picture.reshape(-1, 3) for picture in pictures])
