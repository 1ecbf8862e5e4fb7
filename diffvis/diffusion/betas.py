"""The variance schedules of the papers: each function gives beta_1 .. beta_T.

Ho's ranges were chosen for T = 1000. For another T they are multiplied by 1000/T, so that about as
much noise is added in all, and cut at ``MAX_BETA`` where that takes them to 1 or beyond (T = 20 and
below). "linear-unscaled" is Ho's range as published, whatever T is, as courses often use it.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

MAX_BETA = 0.999
HO_BETA_1 = 1e-4
HO_BETA_T = 0.02


def linear_betas(
    T: int, beta_1: float = HO_BETA_1, beta_T: float = HO_BETA_T, rescale: bool = True
) -> Tensor:
    """beta_t on a straight line (Ho et al. 2020, section 4). Returns (T,) float64."""
    return _scaled(beta_1 + (beta_T - beta_1) * ramp(T), rescale)


def quadratic_betas(
    T: int, beta_1: float = HO_BETA_1, beta_T: float = HO_BETA_T, rescale: bool = True
) -> Tensor:
    """sqrt(beta_t) on a straight line ("scaled linear", Rombach et al. 2022). (T,) float64."""
    root_1, root_T = math.sqrt(beta_1), math.sqrt(beta_T)
    return _scaled((root_1 + (root_T - root_1) * ramp(T)) ** 2, rescale)


def sigmoid_betas(
    T: int, beta_1: float = HO_BETA_1, beta_T: float = HO_BETA_T, rescale: bool = True
) -> Tensor:
    """beta_t on a logistic curve over [-6, 6] (Xu et al. 2022, GeoDiff). Others call that of Jabri
    et al. 2022 sigmoid: ``sigmoid_alpha_bar_betas``. Returns (T,) float64.
    """
    return _scaled(beta_1 + (beta_T - beta_1) * torch.sigmoid(12 * ramp(T) - 6), rescale)


def constant_betas(
    T: int, beta: float = (HO_BETA_1 + HO_BETA_T) / 2, rescale: bool = True
) -> Tensor:
    """The same beta at every t, one of the kinds that Ho et al. 2020, section 4, chose among; by
    default the mean of their line, where their code has its end. Returns (T,) float64.
    """
    return _scaled(torch.full((T,), beta, dtype=torch.float64), rescale)


def cosine_betas(T: int, offset: float = 0.008) -> Tensor:
    """alpha_bar_t along a squared cosine (Nichol & Dhariwal 2021, eq. 17). (T,) float64."""
    t = torch.arange(T + 1, dtype=torch.float64) / T
    f = torch.cos((t + offset) / (1 + offset) * (math.pi / 2)) ** 2
    return (1 - f[1:] / f[:-1]).clamp(max=MAX_BETA)


def sigmoid_alpha_bar_betas(
    T: int, start: float = -3.0, end: float = 3.0, tau: float = 1.0, least: float = 1e-9
) -> Tensor:
    """alpha_bar_t along a falling logistic curve, at least ``least`` (Jabri et al. 2022, "Scalable
    Adaptive Computation for Iterative Generation", which names it sigmoid); beta is at most
    MAX_BETA, as along the cosine. Returns (T,) float64.
    """
    part = torch.arange(T + 1, dtype=torch.float64) / T
    high, low = _logistic(end / tau), _logistic(start / tau)
    curve = torch.sigmoid((start + (end - start) * part) / tau)
    alpha_bar = ((high - curve) / (high - low)).clamp(least, 1)
    return (1 - alpha_bar[1:] / alpha_bar[:-1]).clamp(max=MAX_BETA)


def log_snr_betas(points: Sequence[tuple[float, float]]) -> Tensor:
    """The betas whose log SNR runs straight from one given point to the next.

    ``points`` are (t, log SNR) pairs with t rising from at most 1 to T, the last of them, and
    log SNR falling. Returns (T,) float64. Raises ValueError where the points do neither.
    """
    if not points:
        raise ValueError("log SNR needs at least one point (t, log SNR)")
    times = [float(t) for t, _ in points]
    values = [float(value) for _, value in points]
    if not all(math.isfinite(v) for v in times + values):
        raise ValueError("log SNR points must be finite numbers")
    for i in range(1, len(points)):
        if times[i] <= times[i - 1]:
            raise ValueError(
                f"t must rise from point to point, but {times[i]:g} follows {times[i - 1]:g}"
            )
        if values[i] >= values[i - 1]:
            raise ValueError(
                f"log SNR must fall as t grows, but goes from {values[i - 1]:g} at "
                f"t = {times[i - 1]:g} to {values[i]:g} at t = {times[i]:g}"
            )
    if times[0] > 1:
        raise ValueError(f"the first point must be at t <= 1, not at t = {times[0]:g}")
    T = int(times[-1])
    if T < 1 or times[-1] != T:
        raise ValueError(f"the last point is T, a whole number from 1, not {times[-1]:g}")

    t = torch.arange(1, T + 1, dtype=torch.float64)
    log_snr = _interpolate(
        t, torch.tensor(times, dtype=torch.float64), torch.tensor(values, dtype=torch.float64)
    )
    log_alpha_bar = torch.nn.functional.logsigmoid(log_snr)
    previous = torch.cat([log_alpha_bar.new_zeros(1), log_alpha_bar[:-1]])
    return -torch.expm1(log_alpha_bar - previous)


BETAS: dict[str, Callable[[int], Tensor]] = {
    "linear": linear_betas,
    "cosine": cosine_betas,
    "quadratic": quadratic_betas,
    "sigmoid": sigmoid_betas,
    "sigmoid-alpha-bar": sigmoid_alpha_bar_betas,
    "constant": constant_betas,
    "linear-unscaled": partial(linear_betas, rescale=False),
}


def ramp(T: int) -> Tensor:
    """0 .. 1 in T equal parts; a single step stands at the end of the range."""
    return torch.linspace(0 if T > 1 else 1, 1, T, dtype=torch.float64)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _scaled(betas: Tensor, rescale: bool) -> Tensor:
    scale = 1000 / len(betas) if rescale else 1.0
    return (betas * scale).clamp(max=MAX_BETA)


def _interpolate(x: Tensor, xs: Tensor, ys: Tensor) -> Tensor:
    """The broken line through (xs, ys) at x, all within [xs[0], xs[-1]]."""
    if len(xs) == 1:
        return ys.expand_as(x)
    i = torch.searchsorted(xs, x).clamp(1, len(xs) - 1)
    return torch.lerp(ys[i - 1], ys[i], (x - xs[i - 1]) / (xs[i] - xs[i - 1]))
