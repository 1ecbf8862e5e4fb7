"""How far the axes reach on which the points of a model are drawn."""

from weakref import WeakKeyDictionary

import torch

from diffvis.errors import is_out_of_memory
from diffvis.models.sampleable import Model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings

STEPS, POINTS = 20, 128  # of the chain that shows how far a network's samples lie from 0
USUAL = 3.0  # standard deviations of noise, which every chain begins with
MOST = 1e4  # beyond it a chain has no end that could be drawn
_AROUND = 1.1  # of the farthest point
_NEARLY_ALL = 0.99

_found: "WeakKeyDictionary[Model, float | None]" = WeakKeyDictionary()


def extent_of(model: Model) -> float | None:
    """From 0 to the end of the axes, in the units that the network sees; None: the usual 3.

    Points of a model of ours are standardised. Those of a foreign one lie where they lay in
    training; where its data are not known, the ends of a short chain tell.
    """
    if not model.is_points or model.reading is None:
        return None
    if model not in _found:
        far = model.reach if model.reach is not None else _reach(model)
        drawable = USUAL < _AROUND * far <= MOST
        _found[model] = _AROUND * far if drawable else None
    return _found[model]


def _reach(model: Model) -> float:
    """How far from 0 the samples of a short chain lie, on any axis; infinite where it fails."""
    settings = ChainSettings(
        sampler="ddim", steps=min(STEPS, model.schedule.T), count=POINTS, clip="none"
    )
    try:
        *_, last = run_chain(model, settings)
    except Exception as error:  # whatever the network says; who runs the chain hears of it
        if is_out_of_memory(error):
            raise
        return float("inf")
    far = last.x_s.abs().amax(1).float().cpu()
    return float(torch.quantile(far, _NEARLY_ALL)) if far.isfinite().all() else float("inf")
