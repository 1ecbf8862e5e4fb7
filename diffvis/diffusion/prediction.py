"""What a network predicts: eps, x0, v, velocity or score, and how each follows from another.

All say the same about x_t = signal_t x_0 + noise_t eps:

- v = signal_t eps - noise_t x_0 (Salimans & Ho 2022, appendix D),
- velocity = signal'_t x_0 + noise'_t eps, the path's derivative by t/T (Lipman et al. 2023; Albergo
  & Vanden-Eijnden 2023): eps - x_0 on the straight path; where variance is preserved, v times the
  rate of the path's angle,
- score = -eps / noise_t, the gradient of log q(x_t | x_0) (Song et al. 2021).

Tensors are (N, ...); t in 1..T is one number or (N,) int64.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, get_args, runtime_checkable

from torch import Tensor, nn

from diffvis.diffusion.schedule import NoiseSchedule

Prediction = Literal["eps", "x0", "v", "velocity", "score"]
PREDICTIONS: tuple[Prediction, ...] = get_args(Prediction)
OF_NOISE: tuple[Prediction, ...] = ("eps", "score")
"""Those from which no x0 follows where there is no signal."""


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
    """x_0 = (x_t - noise_t eps) / signal_t (Ho et al. 2020, eq. 15)."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return (x_t - noise * eps) / signal


def x0_from_v(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, v: Tensor) -> Tensor:
    """x_0 = (signal_t x_t - noise_t v) / (signal_t^2 + noise_t^2)."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return (signal * x_t - noise * v) / schedule.at("power", t, x_t)


def x0_from_velocity(
    schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, velocity: Tensor
) -> Tensor:
    """x_0 = (noise'_t x_t - noise_t velocity) / (signal_t noise'_t - signal'_t noise_t)."""
    rate, noise = schedule.at("noise_rate", t, x_t), schedule.at("noise", t, x_t)
    return (rate * x_t - noise * velocity) / schedule.at("turning", t, x_t)


def eps_from_x0(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, x0: Tensor) -> Tensor:
    """eps = (x_t - signal_t x_0) / noise_t."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return (x_t - signal * x0) / noise


def eps_from_v(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, v: Tensor) -> Tensor:
    """eps = (noise_t x_t + signal_t v) / (signal_t^2 + noise_t^2)."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return (noise * x_t + signal * v) / schedule.at("power", t, x_t)


def eps_from_velocity(
    schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, velocity: Tensor
) -> Tensor:
    """eps = (signal_t velocity - signal'_t x_t) / (signal_t noise'_t - signal'_t noise_t)."""
    rate, signal = schedule.at("signal_rate", t, x_t), schedule.at("signal", t, x_t)
    return (signal * velocity - rate * x_t) / schedule.at("turning", t, x_t)


def eps_from_score(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, score: Tensor) -> Tensor:
    """eps = -noise_t score."""
    return -schedule.at("noise", t, x_t) * score


def v_from_eps(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, eps: Tensor) -> Tensor:
    """v = ((signal_t^2 + noise_t^2) eps - noise_t x_t) / signal_t."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return (schedule.at("power", t, x_t) * eps - noise * x_t) / signal


def v_from_x0(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, x0: Tensor) -> Tensor:
    """v = (signal_t x_t - (signal_t^2 + noise_t^2) x_0) / noise_t."""
    signal, noise = _signal_and_noise(schedule, x_t, t)
    return (signal * x_t - schedule.at("power", t, x_t) * x0) / noise


def velocity_from_eps(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, eps: Tensor) -> Tensor:
    """velocity = (signal'_t x_t + (signal_t noise'_t - signal'_t noise_t) eps) / signal_t."""
    rate, signal = schedule.at("signal_rate", t, x_t), schedule.at("signal", t, x_t)
    return (rate * x_t + schedule.at("turning", t, x_t) * eps) / signal


def velocity_from_x0(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, x0: Tensor) -> Tensor:
    """velocity = (noise'_t x_t - (signal_t noise'_t - signal'_t noise_t) x_0) / noise_t."""
    rate, noise = schedule.at("noise_rate", t, x_t), schedule.at("noise", t, x_t)
    return (rate * x_t - schedule.at("turning", t, x_t) * x0) / noise


def score_from_eps(schedule: NoiseSchedule, x_t: Tensor, t: int | Tensor, eps: Tensor) -> Tensor:
    """score = -eps / noise_t."""
    return -eps / schedule.at("noise", t, x_t)


_CONVERSIONS = {
    ("eps", "x0"): x0_from_eps,
    ("v", "x0"): x0_from_v,
    ("velocity", "x0"): x0_from_velocity,
    ("x0", "eps"): eps_from_x0,
    ("v", "eps"): eps_from_v,
    ("velocity", "eps"): eps_from_velocity,
    ("score", "eps"): eps_from_score,
    ("eps", "v"): v_from_eps,
    ("x0", "v"): v_from_x0,
    ("eps", "velocity"): velocity_from_eps,
    ("x0", "velocity"): velocity_from_x0,
    ("eps", "score"): score_from_eps,
}


def convert(
    schedule: NoiseSchedule,
    x_t: Tensor,
    t: int | Tensor,
    value: Tensor,
    source: Prediction,
    target: Prediction,
) -> Tensor:
    """``value``, a prediction of the kind ``source``, as one of the kind ``target``.

    Raises ValueError where ``value`` does not say what it is asked for: eps or the score, where
    there is no signal.
    """
    check_prediction(source)
    check_prediction(target)
    if source == target:
        return value
    from_noise = source in OF_NOISE
    if from_noise and target not in OF_NOISE and schedule.ends_in_noise:
        _check_before_end(schedule, t, source)
    if direct := _CONVERSIONS.get((source, target)):
        return direct(schedule, x_t, t, value)
    through: Prediction = "eps" if from_noise or target in OF_NOISE else "x0"
    value = _CONVERSIONS[source, through](schedule, x_t, t, value)
    return _CONVERSIONS[through, target](schedule, x_t, t, value)


def training_target(
    schedule: NoiseSchedule, x0: Tensor, eps: Tensor, t: int | Tensor, predicts: Prediction
) -> Tensor:
    """What a denoiser that ``predicts`` this should have answered to the x_t made of x0 and eps."""
    check_prediction(predicts)
    match predicts:
        case "eps":
            return eps
        case "x0":
            return x0
        case "score":
            return score_from_eps(schedule, x0, t, eps)
        case "velocity":
            signal, noise = (schedule.at(f, t, x0) for f in ("signal_rate", "noise_rate"))
            return signal * x0 + noise * eps
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


def check_path(schedule: NoiseSchedule, predicts: str) -> None:
    """Raises ValueError where a chain along the path cannot begin with what is predicted."""
    if predicts in OF_NOISE and schedule.ends_in_noise:
        raise ValueError(_nothing_follows(schedule, predicts))


def _check_before_end(schedule: NoiseSchedule, t: int | Tensor, source: str) -> None:
    if bool((t == schedule.T).any()) if isinstance(t, Tensor) else t == schedule.T:
        raise ValueError(_nothing_follows(schedule, source))


def _nothing_follows(schedule: NoiseSchedule, predicts: str) -> str:
    return (
        f"at t = {schedule.T} a {schedule.kind} schedule has no signal left: x_T is noise alone, "
        f"and no x0 follows from {predicts} there"
    )


def _signal_and_noise(
    schedule: NoiseSchedule, x: Tensor, t: int | Tensor
) -> tuple[float | Tensor, float | Tensor]:
    return schedule.at("signal", t, x), schedule.at("noise", t, x)
