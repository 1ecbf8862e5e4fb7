"""``diffvis sample``: samples of a model as a picture or as numbers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

import diffvis
from diffvis.cli.idle import note_idle
from diffvis.cli.output import may_write, with_bar, wrote
from diffvis.files import atomic_write
from diffvis.models.model import Model, open_model
from diffvis.rendering.files import check_path, reported, write_png
from diffvis.rendering.recipe import as_words, make_recipe
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.sample import Samples, draw_alone, one_of
from diffvis.sampling.chain import run_chain
from diffvis.sampling.classes import EACH, class_of
from diffvis.sampling.settings import ChainSettings, check_sample
from diffvis.training.device import resolve_device


def sample_command(
    source: str, out: Path, device: str, chain: Mapping[str, Any], only: int | None, force: bool
) -> None:
    """Sample the model ``source`` into ``out``: all samples, or number ``only`` of them, from 0.

    The label of ``chain`` is as people write it.
    """
    may_write(force, out)
    check_path(out, (".png", ".npz"))
    settings = ChainSettings(**{**chain, "label": None})
    check_sample(settings, only)
    where = resolve_device(device)
    model = open_model(source, where)
    settings = settings.changed(label=class_of(model, chain["label"] or EACH))
    note_idle(model, settings)
    made, calls = sample_model(model, settings, where)
    x0 = one_of(made, only)
    meta = {
        "program": f"diffvis {diffvis.__version__}",
        "model": model.name,
        "data": model.data,
        **settings.model_dump(),
        **({} if only is None else {"only": only + 1}),
        "steps": len(settings.times(model.schedule)) - 1,
        "schedule": model.schedule.kind,
        "T": model.schedule.T,
        "trained_steps": model.steps,
        "units": "points of the data set" if model.is_points else "brightness 0..1",
    }
    spec = ExportSpec(**settings.model_dump(), only=only)
    recipe = make_recipe(Samples(model), spec)
    if out.suffix.lower() == ".png":
        texts = {"recipe": as_words(recipe), "meta": json.dumps(meta)}
        write_png(out, draw_alone(x0, model), texts)
    else:
        values = model.scaling.to_data(x0).numpy()
        with reported(out), atomic_write(out) as file:
            np.savez(file, x0=values, meta=np.array(json.dumps(meta | {"recipe": recipe})))
    what = (
        f"{settings.count:,} samples"
        if only is None
        else f"sample {only + 1:,} of {settings.count:,}"
    )
    steps = len(settings.times(model.schedule)) - 1
    wrote(out, what if calls == steps else f"{what} by {calls:,} calls of the network")


def sample_model(
    model: Model, settings: ChainSettings, device: torch.device
) -> tuple[torch.Tensor, int]:
    """x0 (N, ...) in model units, float32 on the CPU, with a bar while it is made; and how often
    the network was asked.
    """
    calls = 0
    total = len(settings.times(model.schedule)) - 1
    chain = enumerate(run_chain(model, settings, device), 1)
    for _, step in with_bar(chain, "sampling", total, lambda made: made[0], lambda _: ""):
        x0 = step.x_s
        calls += step.calls
    return x0.float().cpu(), calls
