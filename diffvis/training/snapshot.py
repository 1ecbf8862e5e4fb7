"""The model of a run that is still training: a copy that stays as it is while the run goes on."""

import copy
from dataclasses import replace
from pathlib import Path

import torch

from diffvis.diffusion.prediction import NetworkDenoiser
from diffvis.models.model import Model, open_model
from diffvis.models.weights import read_checkpoint
from diffvis.training.state import TrainState


def snapshot(state: TrainState, name: str, path: Path | None = None, raw: bool = False) -> Model:
    """The EMA copy of the weights at this step, or the ``raw`` weights that are being trained.

    The caller must be the one who takes the steps, between two of them.
    """
    network = copy.deepcopy(state.network if raw else state.ema.module)
    network = network.eval().requires_grad_(False)
    return Model.of(state.blueprint, network, name, state.step, path)


def open_raw(checkpoint: Path, device: torch.device | str = "cpu") -> Model:
    """The weights that were being trained when a checkpoint of a run was written.

    Raises:
        UserError: there is no such checkpoint, or it holds the EMA weights alone.
    """
    model = open_model(checkpoint, device)
    _, tensors = read_checkpoint(checkpoint, ["network."])
    denoiser = model.denoiser
    assert isinstance(denoiser, NetworkDenoiser)  # as that of every checkpoint
    network = copy.deepcopy(denoiser.network)
    network.load_state_dict({n.removeprefix("network."): value for n, value in tensors.items()})
    return replace(model, denoiser=replace(denoiser, network=network))
