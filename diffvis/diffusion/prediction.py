"""What a network predicts: eps, x0 or v, and how each follows from another.

All three say the same about x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) eps, with
v = sqrt(alpha_bar_t) eps - sqrt(1 - alpha_bar_t) x_0 (Salimans & Ho 2022, appendix D). Tensors are
(N, ...); t in 1..T is one number or (N,) int64.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, get_args, runtime_checkable

from torch import Tensor, nn

from diffvis.diffusion.schedule import NoiseSchedule

Prediction = Literal["eps", "x0", "v"]
PREDICTIONS: tuple[Prediction, ...] = get_args(Prediction)


@runtime_checkable
class Denoiser(Protocol):
    """What every sampler and loss asks for.

    Called with x_t (N, ...) float, t (N,) int64 in 1..T and labels (N,) int64 or None (no class),
    it returns its prediction, shaped like x_t. One whose attribute ``learns_variance`` is True
    returns twice the channels along dim 1: the prediction, then what it says of the variance.
    """

    @property
    def predicts(self) -> Prediction: ...

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None, /) -> Tensor: ...


@dataclass(frozen=True)
class NetworkDenoiser:
    """A module called as ``network(x_t, t, labels)``, with the meaning of what it returns.

    The module's mode is left alone: sampling wants one in eval mode.
    """

    network: nn.Module
    predicts: Prediction = "eps"
    learns_variance: bool = False

    def __post_init__(self) -> None:
        check_prediction(self.predicts)

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        prediction: Tensor = self.network(x_t, t, labels)
        return prediction


@dataclass(frozen=True)
class AroundDenoiser:
    """What a denoiser that asks another one predicts: the same as that."""

    denoiser: Denoiser

    @property
    def predicts(self) -> Prediction:
        return self.denoiser.predicts

    @property
    def learns_variance(self) -> bool:
        return getattr(self.denoiser, "learns_variance", False)


def x0_from_eps(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, eps: Tensor) -> Tensor:
    """x_0 = (x_t - sqrt(1 - alpha_bar_t) eps) / sqrt(alpha_bar_t) (Ho et al. 2020, eq. 15)."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return (x_t - noise * eps) / signal


def x0_from_v(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, v: Tensor) -> Tensor:
    """x_0 = sqrt(alpha_bar_t) x_t - sqrt(1 - alpha_bar_t) v."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return signal * x_t - noise * v


def eps_from_x0(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, x0: Tensor) -> Tensor:
    """eps = (x_t - sqrt(alpha_bar_t) x_0) / sqrt(1 - alpha_bar_t)."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return (x_t - signal * x0) / noise


def eps_from_v(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, v: Tensor) -> Tensor:
    """eps = sqrt(1 - alpha_bar_t) x_t + sqrt(alpha_bar_t) v."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return noise * x_t + signal * v


def v_from_eps(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, eps: Tensor) -> Tensor:
    """v = (eps - sqrt(1 - alpha_bar_t) x_t) / sqrt(alpha_bar_t)."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return (eps - noise * x_t) / signal


def v_from_x0(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, x0: Tensor) -> Tensor:
    """v = (sqrt(alpha_bar_t) x_t - x_0) / sqrt(1 - alpha_bar_t)."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return (signal * x_t - x0) / noise


_CONVERSIONS = {
    ("eps", "x0"): x0_from_eps,
    ("v", "x0"): x0_from_v,
    ("x0", "eps"): eps_from_x0,
    ("v", "eps"): eps_from_v,
    ("eps", "v"): v_from_eps,
    ("x0", "v"): v_from_x0,
}


def convert(
    schedule: NoiseSchedule,
    x_t: Tensor,
    t: int | Tensor,
    value: Tensor,
    source: Prediction,
    target: Prediction,
) -> Tensor:
    """``value``, a prediction of the kind ``source``, as one of the kind ``target``."""
    check_prediction(source)
    check_prediction(target)
    if source == target:
        return value
    return _CONVERSIONS[source, target](schedule, x_t, t, value)


def training_target(
    schedule: NoiseSchedule, x0: Tensor, eps: Tensor, t: int | Tensor, predicts: Prediction
) -> Tensor:
    """What a denoiser that ``predicts`` this should have answered to the x_t made of x0 and eps."""
    check_prediction(predicts)
    if predicts == "eps":
        return eps
    if predicts == "x0":
        return x0
    signal, noise = _signal_and_noise(schedule, x0, t)
    return signal * eps - noise * x0


def split_output(denoiser: Denoiser, output: Tensor, x_t: Tensor) -> tuple[Tensor, Tensor | None]:
    """(prediction, variance part or None) of what ``denoiser`` returned for x_t.

    Raises ValueError where the shapes do not fit what it declares.
    """
    learns_variance = getattr(denoiser, "learns_variance", False)
    expected = list(x_t.shape)
    expected[1] *= 2 if learns_variance else 1
    if list(output.shape) != expected:
        raise ValueError(
            f"the denoiser must return {tuple(expected)} for x_t {tuple(x_t.shape)}, "
            f"not {tuple(output.shape)}"
        )
    output = output.to(x_t.dtype)  # a network under autocast answers in half precision
    if not learns_variance:
        return output, None
    prediction, variance = output.chunk(2, dim=1)
    return prediction, variance


def check_prediction(predicts: str) -> None:
    """Raises ValueError unless ``predicts`` is one of ``PREDICTIONS``."""
    if predicts not in PREDICTIONS:
        raise ValueError(f"a prediction is one of {', '.join(PREDICTIONS)}, not {predicts!r}")


def _signal_and_noise(
    schedule: NoiseSchedule, x: Tensor, t: int | Tensor
) -> tuple[float | Tensor, float | Tensor]:
    return (
        schedule.at("sqrt_alpha_bar", t, x),
        schedule.at("sqrt_one_minus_alpha_bar", t, x),
    )
