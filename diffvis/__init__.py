"""diffvis: a teaching instrument for diffusion models.

From Python, and in a notebook, where models, data, schedules, chains and runs show themselves:

import diffvis

model = diffvis.open_model("digits")  # or diffvis.wrap(net, shape=(1, 28, 28), ...)
chain = diffvis.sample(model, sampler="ddim", steps=50, count=16, seed=7)
chain.x0, chain[500].x0_hat, [step.t for step in chain]
diffvis.view(model)

Nothing is imported before it is asked for: ``import diffvis`` alone brings neither torch nor Qt.
"""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:  # what stands in _HOMES, for those who read without running
    from diffvis.data.catalogue import open_dataset
    from diffvis.data.dataset import Dataset
    from diffvis.diffusion.forward import q_path, q_sample
    from diffvis.diffusion.reverse import ReverseStep, timesteps
    from diffvis.diffusion.schedule import NoiseSchedule, make_schedule
    from diffvis.errors import UserError
    from diffvis.evaluation.reading_rows import Readings
    from diffvis.evaluation.readings import check
    from diffvis.face.bench import (
        Work,
        anagram,
        anomaly,
        denoise,
        edit,
        guide,
        hybrid,
        inpaint,
        interpolate,
        invert,
        one_step,
        upscale,
    )
    from diffvis.face.chain import Chain, sample
    from diffvis.face.files import export
    from diffvis.face.judging import evaluate
    from diffvis.face.sweeping import Sweep, sweep
    from diffvis.face.training import Run, open_run, train
    from diffvis.face.window import View, view
    from diffvis.models.foreign.inspecting import Inspection
    from diffvis.models.foreign.wrap import wrap
    from diffvis.models.model import exact_model, open_model
    from diffvis.models.reading import Reading
    from diffvis.models.sampleable import Model
    from diffvis.sampling.walk import ancestral, ddim, walk
    from diffvis.viewing.inspecting import inspect

_HOMES = {
    "Chain": "diffvis.face.chain",
    "Dataset": "diffvis.data.dataset",
    "Inspection": "diffvis.models.foreign.inspecting",
    "Model": "diffvis.models.sampleable",
    "NoiseSchedule": "diffvis.diffusion.schedule",
    "Reading": "diffvis.models.reading",
    "Readings": "diffvis.evaluation.reading_rows",
    "ReverseStep": "diffvis.diffusion.reverse",
    "Run": "diffvis.face.training",
    "Sweep": "diffvis.face.sweeping",
    "UserError": "diffvis.errors",
    "View": "diffvis.face.window",
    "Work": "diffvis.face.bench",
    "anagram": "diffvis.face.bench",
    "ancestral": "diffvis.sampling.walk",
    "anomaly": "diffvis.face.bench",
    "check": "diffvis.evaluation.readings",
    "ddim": "diffvis.sampling.walk",
    "denoise": "diffvis.face.bench",
    "edit": "diffvis.face.bench",
    "evaluate": "diffvis.face.judging",
    "exact_model": "diffvis.models.model",
    "export": "diffvis.face.files",
    "guide": "diffvis.face.bench",
    "hybrid": "diffvis.face.bench",
    "inpaint": "diffvis.face.bench",
    "inspect": "diffvis.viewing.inspecting",
    "interpolate": "diffvis.face.bench",
    "invert": "diffvis.face.bench",
    "make_schedule": "diffvis.diffusion.schedule",
    "one_step": "diffvis.face.bench",
    "open_dataset": "diffvis.data.catalogue",
    "open_model": "diffvis.models.model",
    "open_run": "diffvis.face.training",
    "q_path": "diffvis.diffusion.forward",
    "q_sample": "diffvis.diffusion.forward",
    "sample": "diffvis.face.chain",
    "sweep": "diffvis.face.sweeping",
    "timesteps": "diffvis.diffusion.reverse",
    "train": "diffvis.face.training",
    "upscale": "diffvis.face.bench",
    "view": "diffvis.face.window",
    "walk": "diffvis.sampling.walk",
    "wrap": "diffvis.models.foreign.wrap",
}
"""Where each public name is written."""

__all__ = [
    "Chain",
    "Dataset",
    "Inspection",
    "Model",
    "NoiseSchedule",
    "Reading",
    "Readings",
    "ReverseStep",
    "Run",
    "Sweep",
    "UserError",
    "View",
    "Work",
    "anagram",
    "ancestral",
    "anomaly",
    "check",
    "ddim",
    "denoise",
    "edit",
    "evaluate",
    "exact_model",
    "export",
    "guide",
    "hybrid",
    "inpaint",
    "inspect",
    "interpolate",
    "invert",
    "make_schedule",
    "one_step",
    "open_dataset",
    "open_model",
    "open_run",
    "q_path",
    "q_sample",
    "sample",
    "sweep",
    "timesteps",
    "train",
    "upscale",
    "view",
    "walk",
    "wrap",
]


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(_HOMES[name]), name)
    importlib.import_module("diffvis.face.shown").show_themselves()
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
