"""Denoisers that are asked, or read, wrongly."""

from copy import deepcopy
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from diffvis.diffusion.prediction import (
    AroundDenoiser,
    Denoiser,
    NetworkDenoiser,
    Prediction,
    convert,
    split_output,
)
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model, load_average
from diffvis.models.run_files import run_checkpoints
from diffvis.models.weights import read_checkpoint

RAW = "network."  # before the weights themselves in a checkpoint of a run
LEAST = 1e-12  # of signal and noise whose ratio is taken
DROPOUT = 0.1  # of Ho et al. 2020, where a network has none to be left on


@dataclass(frozen=True)
class Noising:
    """x_t = signal_t x_0 + noise_t eps + offset_t, each (T + 1,) float64."""

    signal: Tensor
    noise: Tensor
    offset: Tensor

    @classmethod
    def of(cls, signal: Tensor, noise: Tensor) -> "Noising":
        return cls(signal, noise, torch.zeros_like(signal))


@dataclass(frozen=True)
class AsIfTrained(AroundDenoiser):
    """A sound denoiser that answers as one would that was trained with another ``noising``.

    The x_t of that noising, scaled to variance 1, is an x_t of the sound one at the time whose
    signal-to-noise ratio is the same: there the sound denoiser is asked. It knows whole times
    only, so that the answer is exact but for the nearest of them.
    """

    schedule: NoiseSchedule
    noising: Noising

    @property
    def predicts(self) -> Prediction:
        return "eps"

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        made, shape = self.noising, (-1, *[1] * (x_t.ndim - 1))
        signal, noise, offset = (
            values[t.cpu()].to(x_t).reshape(shape)
            for values in (made.signal, made.noise, made.offset)
        )
        x = (x_t - offset) / (signal.square() + noise.square()).sqrt()
        times = self._times[t.cpu()].to(t.device)
        prediction, variance = split_output(self.denoiser, self.denoiser(x, times, labels), x)
        eps_hat = convert(self.schedule, x, times, prediction, self.denoiser.predicts, "eps")
        return eps_hat if variance is None else torch.cat([eps_hat, variance], dim=1)

    @property
    def _times(self) -> Tensor:
        """The sound time, in 1..T, for each of the times 0..T."""
        signal, noise = (
            each.clamp(min=LEAST) for each in (self.noising.signal, self.noising.noise)
        )
        log_snr = 2 * (signal / noise).log()
        apart = (log_snr[:, None] - self.schedule.log_snr[None, 1:]).abs()
        return apart.argmin(dim=1) + 1


@dataclass(frozen=True)
class AnotherTime(AroundDenoiser):
    """A denoiser that is told another time for each of the times 0..T."""

    told: Tensor

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.denoiser(x_t, self.told[t.cpu()].to(t.device), labels)


@dataclass(frozen=True)
class Misread(AroundDenoiser):
    """The same numbers, taken for another prediction: eps for v, and v or x0 for eps."""

    @property
    def predicts(self) -> Prediction:
        return "v" if self.denoiser.predicts == "eps" else "eps"

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.denoiser(x_t, t, labels)


def in_train_mode(model: Model) -> Model:
    """The model with a copy of its network in train mode. Where its dropout is 0 it is 0.1.

    Raises:
        UserError: the network has nothing that differs between the two modes.
    """
    network = _copied(model)
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Dropout)]
    norms = any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in network.modules())
    if not layers and not norms:
        raise UserError(
            f"{model.name} samples in train mode as it does in eval mode",
            "choose a network with dropout, such as a U-Net",
        )
    for layer in layers:
        layer.p = layer.p or DROPOUT
    return _with(model, network.train())


def without_average(model: Model) -> Model:
    """The model with the weights of the last step instead of their average.

    Raises:
        UserError: its file has the average alone.
    """
    network = _copied(model)
    path = model.path
    files = [] if path is None else run_checkpoints(path) if path.is_dir() else [path]
    tensors = read_checkpoint(files[0], [RAW])[1] if files else {}
    if not tensors:
        raise UserError(
            f"the file of {model.name} has the average of its weights alone",
            "choose the folder of a run, whose checkpoints have both",
        )
    load_average(network, {name.removeprefix(RAW): value for name, value in tensors.items()})
    return _with(model, network)


def _copied(model: Model) -> nn.Module:
    if not isinstance(model.denoiser, NetworkDenoiser):
        raise UserError(f"{model.name} is no network", "choose a trained model")
    return deepcopy(model.denoiser.network)


def _with(model: Model, network: nn.Module) -> Model:
    assert isinstance(model.denoiser, NetworkDenoiser)
    denoiser: Denoiser = replace(model.denoiser, network=network)
    return replace(model, denoiser=denoiser)
