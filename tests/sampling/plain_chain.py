"""The reverse chain of each sampler as its paper writes it: plain torch, nothing of diffvis."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import torch
from torch import Tensor

Network = Callable[[Tensor, Tensor, Tensor | None], Tensor]


@dataclass(frozen=True)
class PlainChain:
    """``answer`` is the network, which predicts eps, x0 or v; ``alpha_bar`` is (T+1,) float64."""

    answer: Network
    predicts: str
    alpha_bar: Sequence[float]
    sampler: str = "ddpm"
    eta: float = 0.0
    variance: str = "small"
    clip: str = "none"
    guidance: float = 1.0
    slopes: str = "sigma"
    sde_noise: float = 1.0

    def walk(
        self, x: Tensor, times: Sequence[int], labels: Tensor | None, draw: Callable[[], Tensor]
    ) -> list[Tensor]:
        """x_s after each step; ``draw`` gives the noise of the next that adds some."""
        found, before = [], None
        for t, s in pairwise(times):
            x0, eps, v = self.look(x, t, labels)
            a_t, a_s = self.alpha_bar[t], self.alpha_bar[s]
            small = (1 - a_s) / (1 - a_t) * (1 - a_t / a_s)  # Ho et al. 2020, eq. 7
            std = 0.0
            if self.sampler == "ddpm":  # eq. 6, and section 3.2
                large = 1 - a_t / a_s
                mean = math.sqrt(a_s) * large / (1 - a_t) * x0
                mean = mean + math.sqrt(a_t / a_s) * (1 - a_s) / (1 - a_t) * x
                std = math.sqrt({"small": small, "large": large}.get(self.variance, 0.0))
                if self.variance == "learned" and s:  # Nichol & Dhariwal 2021, eq. 15
                    share = (v + 1) / 2
                    std = (share * math.log(large) / 2 + (1 - share) * math.log(small) / 2).exp()
            elif self.sampler == "ddim":  # Song et al. 2021, eq. 12 and 16
                std = self.eta * math.sqrt(small)
                mean = math.sqrt(a_s) * x0 + math.sqrt(max(0, 1 - a_s - std**2)) * eps
            elif self.sampler == "heun" and self.slopes == "sigma":
                mean = self.average_slopes(x, x0, eps, t, s, labels)
            elif self.sampler in ("heun", "euler", "euler-maruyama"):
                mean, std = self.along_the_sde(x, x0, eps, t, s, labels)
            else:
                mean = self.solve(x, x0, t, s, before)
            draws = s > 0 and std_is_drawn(self.sampler, self.eta)
            noise = draw() if draws else 0.0
            before, x = (t, x0), mean + std * noise if s else mean
            found.append(x)
        return found

    def average_slopes(
        self, x: Tensor, x0: Tensor, eps: Tensor, t: int, s: int, labels: Tensor | None
    ) -> Tensor:
        """Karras et al. 2022, algorithm 1: with x / sqrt(alpha_bar), eps is dx / dsigma."""
        if s == 0:
            return x0
        a_t, a_s = self.alpha_bar[t], self.alpha_bar[s]
        further = math.sqrt((1 - a_s) / a_s) - math.sqrt((1 - a_t) / a_t)
        there = math.sqrt(a_s) * (x / math.sqrt(a_t) + further * eps)
        _, eps_there, _ = self.look(there, s, labels)
        return math.sqrt(a_s) * (x / math.sqrt(a_t) + further * (eps + eps_there) / 2)

    def along_the_sde(
        self, x: Tensor, x0: Tensor, eps: Tensor, t: int, s: int, labels: Tensor | None
    ) -> tuple[Tensor, float]:
        """Song et al. 2021, eq. 11 and 13, with their beta from half the difference of neighbours
        of arccos sqrt(alpha_bar): dx = -beta/2 (x + score) du for the ODE.
        """
        if s == 0:
            return x0, 0.0

        def drift(x: Tensor, eps: Tensor, k: int) -> tuple[Tensor, Tensor, float]:
            low, high = max(1, k - 1), min(len(self.alpha_bar) - 1, k + 1)
            angles = [math.acos(math.sqrt(self.alpha_bar[i])) for i in (low, k, high)]
            beta = 2 * math.tan(angles[1]) * (angles[2] - angles[0]) / (high - low) * (t - s)
            score = -eps / math.sin(angles[1])
            return beta / 2 * (x + score), score, beta

        here, score, beta = drift(x, eps, t)
        if self.sampler == "euler":
            return x + here, 0.0
        if self.sampler == "heun":
            _, eps_there, _ = self.look(x + here, s, labels)
            there = (x + here, eps_there)
            return x + (here + drift(*there, s)[0]) / 2, 0.0
        added = min(self.sde_noise**2 * beta, 1 - self.alpha_bar[t])
        return x + here + added / 2 * score, math.sqrt(added)

    def solve(
        self, x: Tensor, x0: Tensor, t: int, s: int, before: tuple[int, Tensor] | None
    ) -> Tensor:
        """DPM-Solver++(2M), Lu et al. 2022, algorithm 2: lambda = log(alpha / sigma)."""
        if s == 0:
            return x0

        def half_log_snr(k: int) -> float:
            return math.log(self.alpha_bar[k] / (1 - self.alpha_bar[k])) / 2

        h, d = half_log_snr(s) - half_log_snr(t), x0
        if before is not None:
            r = (half_log_snr(t) - half_log_snr(before[0])) / h
            d = (1 + 1 / (2 * r)) * x0 - 1 / (2 * r) * before[1]
        ratio = math.sqrt((1 - self.alpha_bar[s]) / (1 - self.alpha_bar[t]))
        return ratio * x - math.sqrt(self.alpha_bar[s]) * math.expm1(-h) * d

    def look(self, x: Tensor, t: int, labels: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """x0_hat, eps_hat and what the network says of the variance."""
        times = torch.full((len(x),), t)
        out, v = self.answer(x, times, labels).chunk(2, dim=1)
        if labels is not None:  # Ho & Salimans 2022, eq. 6, with w + 1 for the scale
            without, _ = self.answer(x, times, None).chunk(2, dim=1)
            out = (1 - self.guidance) * without + self.guidance * out
        signal, sigma = math.sqrt(self.alpha_bar[t]), math.sqrt(1 - self.alpha_bar[t])
        x0 = {"eps": (x - sigma * out) / signal, "x0": out, "v": signal * x - sigma * out}
        x0 = clipped(x0[self.predicts], self.clip)
        return x0, (x - signal * x0) / sigma, v


def std_is_drawn(sampler: str, eta: float) -> bool:
    return sampler in ("ddpm", "euler-maruyama") or eta > 0


def clipped(x0: Tensor, how: str) -> Tensor:
    if how == "static":
        return x0.clamp(-1, 1)
    if how == "dynamic":  # Saharia et al. 2022, section 2.3
        limit = x0.flatten(1).abs().quantile(0.995, dim=1).clamp(min=1)
        limit = limit.reshape(-1, *[1] * (x0.ndim - 1))
        return torch.maximum(torch.minimum(x0, limit), -limit) / limit
    return x0


def plain_times(T: int, n: int, shift: float) -> list[int]:
    """From T to 0 in n steps, those of the way u being at shift u / (1 + (shift - 1) u)."""
    k = Fraction(shift)
    way = [Fraction(n - i, n) for i in range(n + 1)]
    times = [math.floor(T * k * u / (1 + (k - 1) * u)) for u in way]
    for i in range(1, n):  # two that are the same are moved apart
        times[i] = min(times[i], times[i - 1] - 1)
    return [max(t, n - i) for i, t in enumerate(times)]
