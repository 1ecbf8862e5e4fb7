"""Equalities between the formulations of diffusion, with the largest deviation of each.

    python -m benchmarks.equalities

Everything is in float64, with exact denoisers of Gaussians and mixtures, so that nothing needs to
be trained and nothing but rounding is left to deviate.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from diffvis.diffusion import (
    Denoiser,
    GaussianMixtureDenoiser,
    NoiseSchedule,
    convert,
    timesteps,
)
from diffvis.diffusion.prediction import Prediction
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.walk import walk

Mixture = GaussianMixtureDenoiser
T = 200
STEPS = 20


def paths(T: int) -> dict[str, NoiseSchedule]:
    """One of each kind of path."""
    return {
        "linear": NoiseSchedule.linear(T),
        "cosine": NoiseSchedule.cosine(T),
        "zero terminal": NoiseSchedule.linear(T).with_zero_snr(),
        "flow": NoiseSchedule.flow(T),
        "ve": NoiseSchedule.ve(T, 0.01, 20),
        "karras": NoiseSchedule.karras(T, 0.01, 20),
    }


def mixture(schedule: NoiseSchedule) -> Mixture:
    """Three components of different weight, shape and direction in the plane."""
    return Mixture(
        torch.tensor([0.5, 0.3, 0.2]),
        torch.tensor([[1.5, 0.0], [-1.0, 1.0], [0.0, -1.5]], dtype=torch.float64),
        torch.tensor(
            [[[0.1, 0.05], [0.05, 0.08]], [[0.05, 0.0], [0.0, 0.2]], [[0.15, -0.1], [-0.1, 0.12]]],
            dtype=torch.float64,
        ),
        schedule,
    )


def noise(schedule: NoiseSchedule) -> Tensor:
    g = torch.Generator().manual_seed(0)
    return schedule.prior_std * torch.randn(16, 2, generator=g, dtype=torch.float64)


def last(name: str, denoiser: Denoiser, schedule: NoiseSchedule, x_T: Tensor, n: int) -> Tensor:
    """x_0 of a chain of n steps."""
    g = torch.Generator().manual_seed(0)
    *_, step = walk(
        SAMPLERS[name](), denoiser, schedule, x_T, timesteps(schedule.T, n), generator=g
    )
    return step.x_s


@dataclass(frozen=True)
class ReadOn:
    """A denoiser of one path on another that has its noise over signal at each t, and so differs by
    the scale of x_t alone, ``scale`` (T+1,).
    """

    denoiser: Denoiser
    path: NoiseSchedule
    scale: Tensor
    predicts: ClassVar[Prediction] = "x0"

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        x = x_t / self.scale[t][:, None]
        return convert(self.path, x, t, self.denoiser(x, t, labels), self.denoiser.predicts, "x0")


def ddim_is_euler_on_the_flow_path() -> float:
    """With y = x / (signal + noise) and u = noise / (signal + noise), on any path,
    y_s = y_t + (u_s - u_t) (eps - x0).
    """
    worst = 0.0
    for schedule in paths(T).values():
        total = schedule.signal + schedule.noise
        u = schedule.noise / total
        for step in walk(
            SAMPLERS["ddim"](), mixture(schedule), schedule, noise(schedule), timesteps(T, STEPS)
        ):
            y = step.x_t / total[step.t]
            y = y + (u[step.s] - u[step.t]) * (step.eps_hat - step.x0_hat)
            worst = max(worst, _apart(y, step.x_s / total[step.s]))
    return worst


def euler_on_the_straight_path_is_ddim() -> float:
    flow = NoiseSchedule.flow(T)
    ends = [last(name, mixture(flow), flow, noise(flow), STEPS) for name in ("euler", "ddim")]
    return _apart(*ends)


def a_v_network_is_a_velocity_network() -> float:
    """Where variance is preserved, velocity = turning v; the rest of a chain follows."""
    worst = 0.0
    for kind in ("linear", "cosine", "zero terminal"):
        schedule = paths(T)[kind]
        x = torch.randn(16, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        exact = mixture(schedule)
        for t in range(1, T + 1):
            said = exact(x, torch.full((16,), t))
            v, velocity = (convert(schedule, x, t, said, "x0", p) for p in ("v", "velocity"))
            turning = float(schedule.turning[t])
            worst = max(worst, _apart(velocity / turning, v))
            back = convert(schedule, x, t, turning * v, "velocity", "x0")
            worst = max(worst, _apart(back, convert(schedule, x, t, v, "v", "x0")))
    return worst


def one_network_on_two_paths() -> float:
    """Read on the straight path at the times u = noise / (signal + noise), a network of any path
    gives the same trajectories, x divided by signal + noise: by every sampler of the ODE.
    """
    worst = 0.0
    for path in paths(T).values():
        total = path.signal + path.noise
        straight = NoiseSchedule.from_factors((path.signal / total)[1:], (path.noise / total)[1:])
        read = ReadOn(mixture(path), path, 1 / total)
        for name in ("ddim", "dpm-solver", "heun"):
            x_T = noise(path)
            chains = [
                walk(SAMPLERS[name](), mixture(path), path, x_T, timesteps(T, STEPS)),
                walk(SAMPLERS[name](), read, straight, x_T / total[T], timesteps(T, STEPS)),
            ]
            for one, other in zip(*chains, strict=True):
                worst = max(worst, _apart(one.x_s / total[one.s], other.x_s))
    return worst


def euler_ancestral_is_ddpm() -> float:
    """k-diffusion's ``sample_euler_ancestral``, written out: in x / signal, with sigma = noise /
    signal, to sigma_down by Euler and up again by sigma_up.
    """
    worst = 0.0
    for kind in ("linear", "cosine", "ve", "karras"):
        schedule = paths(T)[kind]
        sigma = schedule.noise / schedule.signal
        g = torch.Generator().manual_seed(0)
        for step in walk(
            SAMPLERS["ddpm"](), mixture(schedule), schedule, noise(schedule), timesteps(T, STEPS),
            generator=g,
        ):  # fmt: skip
            now, then = float(sigma[step.t]), float(sigma[step.s])
            up = math.sqrt(then**2 * (now**2 - then**2) / now**2)
            down = math.sqrt(then**2 - up**2)
            x = step.x_t / schedule.signal[step.t]
            slope = (x - step.x0_hat) / now
            x = x + slope * (down - now) + up * step.noise
            worst = max(worst, _apart(x, step.x_s / schedule.signal[step.s], by=max(1.0, then)))
    return worst


EQUALITIES: dict[str, Callable[[], float]] = {
    "DDIM is Euler on the straight path after scaling": ddim_is_euler_on_the_flow_path,
    "on the straight path Euler is DDIM": euler_on_the_straight_path_is_ddim,
    "a network of v is one of velocity": a_v_network_is_a_velocity_network,
    "one network on two paths: the same trajectories": one_network_on_two_paths,
    "Euler ancestral is DDPM with the small variance": euler_ancestral_is_ddpm,
}


def _apart(one: Tensor, other: Tensor, by: float = 1.0) -> float:
    return float((one - other).abs().max()) / by


def main() -> None:
    print("largest deviation, float64")
    for name, deviation in EQUALITIES.items():
        print(f"  {name:52s} {deviation():.1e}")


if __name__ == "__main__":
    main()
