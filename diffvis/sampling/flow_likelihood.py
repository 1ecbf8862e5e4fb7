"""How likely samples are, by the probability-flow ODE (Song et al. 2021, section 4.3)."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion.estimate import Estimate, estimate
from diffvis.diffusion.prediction import AroundDenoiser, Denoiser
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.sampling.flow_field import FlowField


@dataclass(frozen=True, eq=False)
class FlowLikelihood:
    """What ``flow_likelihood`` finds."""

    log_likelihood: Tensor
    """(N,) float64, in nats, of a density over x0."""
    calls: int
    """How often the denoiser was asked."""

    def bits(self, size: int) -> Tensor:
        """(N,) bits/dim over ``size`` dimensions."""
        return -self.log_likelihood / (size * math.log(2))


def flow_likelihood(
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    *,
    generator: torch.Generator | None = None,
    labels: Tensor | None = None,
    tolerance: float = 1e-5,
) -> FlowLikelihood:
    """The log-density at x0 (N, ...) of what the probability-flow ODE makes of N(0, prior_std^2 I).

    Along dy/dw = f(y, w) the log-density falls by the divergence of f (Chen et al. 2018, theorem
    1), which is the trace of its Jacobian: exact without a ``generator``, one backward pass for
    each dimension; with one, by one random direction of signs for each sample, the same on the
    whole way (Hutchinson 1990; Grathwohl et al. 2019), which is right on average. It is solved by
    SciPy's RK45 in float64 from t = 1, where x_1 is taken to be signal_1 x0, to T: the density is
    that of data under the noise of t = 1. x0_hat is not clipped.

    Raises:
        UserError: the solver fails, or the denoiser cannot be differentiated.
    """
    from scipy.integrate import solve_ivp  # type: ignore[import-untyped]

    field, calls = FlowField(schedule), 0
    count, size = len(x0), math.prod(x0.shape[1:])
    signs: Tensor | None = None
    if generator is not None:
        signs = 2.0 * torch.randint(2, x0.shape, generator=generator) - 1
        signs = signs.to(x0)

    def ask(x: Tensor, t: int) -> Estimate:
        nonlocal calls
        calls += 1
        return estimate(_Followed(denoiser), schedule, x, t, labels=labels)

    def both(w: float, flat: np.ndarray) -> np.ndarray:
        """The slope of y, and of the integral of the divergence."""
        y = torch.as_tensor(flat[:-count]).reshape(x0.shape).to(x0).requires_grad_()
        with torch.enable_grad():
            slope = field.slope(ask, w, y)
            divergence = _divergence(slope, y, signs)
        parts = (part.detach().double().cpu().flatten() for part in (slope, divergence))
        found: np.ndarray = torch.cat(tuple(parts)).numpy()
        return found

    start = (x0.double() * float(schedule.signal[1]) / field.total[1]).flatten().cpu().numpy()
    ends = field.w[1], field.w[schedule.T]
    if schedule.T == 1:
        last = np.concatenate([start, np.zeros(count)])
    else:
        solved = solve_ivp(
            both, ends, np.concatenate([start, np.zeros(count)]), rtol=tolerance, atol=tolerance
        )
        if not solved.success:
            raise UserError(
                f"the ODE cannot be solved: {solved.message}", "allow a larger tolerance"
            )
        last = solved.y[:, -1]
    x_T = torch.from_numpy(last[:-count]).reshape(count, size) * field.total[schedule.T]
    prior = float(schedule.prior_std)
    log_prior = -0.5 * (x_T / prior).square().sum(1) - size * math.log(prior * math.sqrt(math.tau))
    # From x to y at T, and back at t = 1, where x_1 is signal_1 x0.
    scales = field.total[schedule.T] / field.total[1] * float(schedule.signal[1])
    return FlowLikelihood(
        log_prior + size * math.log(scales) + torch.from_numpy(last[-count:]), calls
    )


class _Followed(AroundDenoiser):
    """A denoiser of whose answer the gradient must be known: without it x0_hat would be taken for a
    constant.
    """

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        output: Tensor = self.denoiser(x_t, t, labels)
        if not output.requires_grad:
            raise UserError(
                "the model cannot be differentiated, so the ODE knows no likelihood",
                "choose a trained network",
            )
        return output


def _divergence(slope: Tensor, y: Tensor, signs: Tensor | None) -> Tensor:
    """(N,): the sum of d slope_i / d y_i, or its estimate along ``signs``."""
    if signs is not None:
        (along,) = torch.autograd.grad((slope * signs).sum(), y)
        return (along * signs).flatten(1).sum(1)
    flat = slope.flatten(1)
    total = torch.zeros(len(y), dtype=y.dtype, device=y.device)
    for k in range(flat.shape[1]):
        (row,) = torch.autograd.grad(flat[:, k].sum(), y, retain_graph=True)
        total = total + row.flatten(1)[:, k]
    return total
