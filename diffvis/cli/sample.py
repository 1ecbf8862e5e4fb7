"""``diffvis sample``: samples of a model as a picture or as numbers."""

import json
from pathlib import Path

import numpy as np
import torch

import diffvis
from diffvis.cli.classes import class_of
from diffvis.cli.idle import note_idle
from diffvis.cli.output import with_bar, wrote
from diffvis.files import atomic_write
from diffvis.models.model import Model, open_model
from diffvis.rendering.files import check_path, reported, write_png
from diffvis.rendering.geometry import best_grid
from diffvis.rendering.pixels import mosaic, to_uint8
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.style import DARK
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings
from diffvis.training.device import resolve_device

SIDE = 1024  # of a picture of samples, at most


def sample_command(source: str, out: Path, label: str, device: str, **chosen: object) -> None:
    """Sample the model ``source`` into ``out``; ``chosen`` are the other ``ChainSettings``."""
    check_path(out, (".png", ".npz"))
    settings = ChainSettings(**chosen)
    where = resolve_device(device)
    model = open_model(source, where)
    settings = settings.changed(label=class_of(model, label))
    note_idle(model, settings)
    x0 = sample_model(model, settings, where)
    meta = {
        "program": f"diffvis {diffvis.__version__}",
        "model": model.name,
        "data": model.data,
        **settings.model_dump(),
        "steps": len(settings.times(model.schedule.T)) - 1,
        "schedule": model.schedule.kind,
        "T": model.schedule.T,
        "trained_steps": model.steps,
        "units": "points of the data set" if model.is_points else "brightness 0..1",
    }
    if out.suffix.lower() == ".png":
        write_png(out, _picture(x0, model), {"recipe": json.dumps(meta)})
    else:
        values = model.scaling.to_data(x0).numpy()
        with reported(out), atomic_write(out) as file:
            np.savez(file, x0=values, meta=np.array(json.dumps(meta)))
    wrote(out, f"{settings.count:,} samples")


def sample_model(model: Model, settings: ChainSettings, device: torch.device) -> torch.Tensor:
    """x0 (N, ...) in model units, float32 on the CPU, with a bar while it is made."""
    total = len(settings.times(model.schedule.T)) - 1
    chain = enumerate(run_chain(model, settings, device), 1)
    for _, step in with_bar(chain, "sampling", total, lambda made: made[0], lambda _: ""):
        x0 = step.x_s
    return x0.float().cpu()


def _picture(x0: torch.Tensor, model: Model) -> np.ndarray:
    if model.is_points:
        return draw_samples(x0, (SIDE, SIDE), DARK)
    grid = best_grid(len(x0), (model.shape[1], model.shape[2]), SIDE, SIDE)
    return mosaic(to_uint8(x0), grid, DARK.panel)
