"""Runs with a bug: what the network learns is wrong, and all else is as it is."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from diffvis.bugs.catalogue import BUGS, bug_named
from diffvis.bugs.noisings import NOISINGS, SHORT, is_of_ddpm
from diffvis.diffusion.losses import simple_loss
from diffvis.diffusion.prediction import Denoiser, split_output, training_target
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.networks.embedding import Conditioning
from diffvis.training.asked import schedule_of
from diffvis.training.config import FaultyConfig, TrainConfig, bug_of
from diffvis.training.fault import Fault


def with_bug(config: TrainConfig, name: str) -> TrainConfig:
    """The configuration of the same run with a bug; without one, where there is no name.

    Raises:
        UserError: there is no such bug, no run can have it, or not with these settings.
    """
    values = config.model_dump()
    values.pop("bug", None)
    if not name:
        return TrainConfig(**values)
    if not bug_named(name).training:
        raise UserError(
            f"no run can be trained with {name}",
            f"choose one of {', '.join(b.name for b in BUGS.values() if b.training)}",
        )
    if (config.loss, config.references) != ("simple", 0):
        raise UserError(
            "a run with a bug has the simple loss and no references",
            "set loss=simple, references=0",
        )
    schedule = schedule_of(config)
    if not is_of_ddpm(schedule):
        raise UserError(
            f"the bugs are those of DDPM, and a {schedule.kind} schedule here is none of it",
            "set schedule to one that preserves variance, such as cosine, without zero_snr",
        )
    if name == "ema-unused":
        values["ema_decay"] = 0.0
    if name == "betas-not-rescaled":
        if config.timesteps >= SHORT:
            raise UserError(
                f"T = {config.timesteps:,} needs no other betas", "set timesteps to 100"
            )
        values["schedule"] = "linear-unscaled"
    return FaultyConfig(**values, bug=name)


def fault_of(config: TrainConfig) -> Fault | None:
    """What is wrong in the code of a run; None where nothing is.

    Raises:
        UserError: this version of diffvis knows no such bug.
    """
    name = bug_of(config)
    if not name:
        return None
    if name in NOISINGS and name != "betas-not-rescaled":  # whose schedule itself is wrong
        return WrongNoising(name)
    return {"no-t": NoTime, "other-noise-in-loss": OtherNoise, "uniform-noise": UniformNoise}.get(
        bug_named(name).name, Sound
    )()


class Sound:
    """The loss and the network as they are: what is wrong stands in the configuration."""

    def prepare(self, network: nn.Module) -> None:
        """Nothing."""

    def loss(
        self, denoiser: Denoiser, schedule: NoiseSchedule, x0: Tensor, t: Tensor, eps: Tensor,
        labels: Tensor | None,
    ) -> Tensor:  # fmt: skip
        return simple_loss(denoiser, schedule, x0, t, eps, labels)


class NoTime(Sound):
    """The network never uses t: its embedding of t is 0, and stays so.

    As the embedding's last weights are 0 and its output is multiplied by 0, they learn nothing:
    whoever opens the model later has a network that ignores t.
    """

    def prepare(self, network: nn.Module) -> None:
        found = [each for each in network.modules() if isinstance(each, Conditioning)]
        if not found:
            raise UserError(
                "this network has no embedding of t that could be left out", "choose mlp"
            )
        for conditioning in found:
            last = conditioning.time[-1]
            for weights in last.parameters():
                nn.init.zeros_(weights)
            last.register_forward_hook(_times_zero)


def _times_zero(module: nn.Module, inputs: object, output: Tensor) -> Tensor:
    return output * 0


@dataclass(frozen=True)
class WrongNoising(Sound):
    """x_t is made by wrong coefficients, of which nobody tells the sampler."""

    name: str

    def loss(
        self, denoiser: Denoiser, schedule: NoiseSchedule, x0: Tensor, t: Tensor, eps: Tensor,
        labels: Tensor | None,
    ) -> Tensor:  # fmt: skip
        made, shape = NOISINGS[self.name](schedule), (-1, *[1] * (x0.ndim - 1))
        signal, noise, offset = (
            values[t.cpu()].to(x0).reshape(shape)
            for values in (made.signal, made.noise, made.offset)
        )
        x_t = signal * x0 + noise * eps + offset
        learned = (x0 + 1) / 2 if self.name == "data-in-0-1" else x0
        return _square(denoiser, schedule, x_t, learned, t, eps, labels)


class OtherNoise(Sound):
    """The loss compares with noise that is not in x_t: that of the next sample."""

    def loss(
        self, denoiser: Denoiser, schedule: NoiseSchedule, x0: Tensor, t: Tensor, eps: Tensor,
        labels: Tensor | None,
    ) -> Tensor:  # fmt: skip
        shape = (-1, *[1] * (x0.ndim - 1))
        signal, noise = (
            values[t.cpu()].to(x0).reshape(shape)
            for values in (schedule.sqrt_alpha_bar, schedule.sqrt_one_minus_alpha_bar)
        )
        other = eps.roll(1, 0) if len(eps) > 1 else -eps
        return _square(denoiser, schedule, signal * x0 + noise * eps, x0, t, other, labels)


class UniformNoise(Sound):
    """All noise lies in 0..1, as that of ``torch.rand``."""

    def loss(
        self, denoiser: Denoiser, schedule: NoiseSchedule, x0: Tensor, t: Tensor, eps: Tensor,
        labels: Tensor | None,
    ) -> Tensor:  # fmt: skip
        return simple_loss(denoiser, schedule, x0, t, torch.special.ndtr(eps), labels)


def _square(
    denoiser: Denoiser, schedule: NoiseSchedule, x_t: Tensor, x0: Tensor, t: Tensor, eps: Tensor,
    labels: Tensor | None,
) -> Tensor:  # fmt: skip
    """|target - prediction|^2 per sample (N,), of an x_t that was made in any way."""
    prediction, _ = split_output(denoiser, denoiser(x_t, t, labels), x_t)
    target = training_target(schedule, x0, eps, t, denoiser.predicts)
    return (target - prediction).square().flatten(1).mean(1)
