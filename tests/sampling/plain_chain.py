"""The reverse chain of each sampler as its paper writes it: plain torch, nothing of diffvis."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

FREE = {
    "predictor-corrector": "predict_and_correct",
    "langevin": "anneal",
    "churn": "churn",
    "ode": "solved",
}
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
    own: Mapping[str, Any] = field(default_factory=dict)
    ways: dict[str, Any] = field(default_factory=dict)

    def walk(
        self, x: Tensor, times: Sequence[int], labels: Tensor | None, draw: Callable[[], Tensor]
    ) -> list[Tensor]:
        """x_s after each step; ``draw`` gives the noise of the next that adds some."""
        found, before, given = [], None, x
        for t, s in pairwise(times):
            if self.sampler in FREE:
                ends = getattr(self, FREE[self.sampler])
                x = ends(x, t, s, labels, draw, x is not given, times[0])
                found.append(x)
                continue
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

    def predict_and_correct(
        self, x: Tensor, t: int, s: int, labels: Tensor | None, draw: Callable[[], Tensor], *_: Any
    ) -> Tensor:
        """Song et al. 2021, algorithm 1; the norms of algorithm 4 are their expected ones."""
        predictor = replace(self, sampler=self.own.get("predictor", "ddpm"), variance="small")
        (x,) = predictor.walk(x, [t, s], labels, draw)
        for _ in range(self.own.get("corrections", 1) if s else 0):
            x = self.langevin(x, s, labels, draw, self.own.get("corrector_snr", 0.16))
        return x

    def langevin(
        self, x: Tensor, t: int, labels: Tensor | None, draw: Callable[[], Tensor], r: float
    ) -> Tensor:
        sigma = math.sqrt(1 - self.alpha_bar[t])
        score = -self.look(x, t, labels)[1] / sigma
        step = 2 * (r * sigma) ** 2
        return x + step * score + math.sqrt(2 * step) * draw()

    def anneal(
        self,
        x: Tensor,
        t: int,
        s: int,
        labels: Tensor | None,
        draw: Callable[[], Tensor],
        *_: Any,
    ) -> Tensor:
        """Song & Ermon 2019, algorithm 1, in x / sqrt(alpha_bar)."""
        level = self.own.get("level")
        at = level or t
        for _ in range(self.own.get("updates", 5)):
            x = self.langevin(x, at, labels, draw, self.own.get("langevin_snr", 0.16))
        if level:
            return x if s else x / math.sqrt(self.alpha_bar[level])
        if s == 0:
            return self.look(x, t, labels)[0]
        return x / math.sqrt(self.alpha_bar[t]) * math.sqrt(self.alpha_bar[s])

    def churn(
        self, x: Tensor, t: int, s: int, labels: Tensor | None, draw: Callable[[], Tensor], *_: Any
    ) -> Tensor:
        """Karras et al. 2022, algorithm 2, in x / sqrt(alpha_bar), up to a time that there is."""
        sigma = [math.sqrt((1 - a) / a) for a in self.alpha_bar]
        gamma = self.own.get("churn", 0.1)
        z, up = draw(), t
        if self.own.get("churn_from", 0.0) <= sigma[t] <= self.own.get("churn_to", math.inf):
            up = min(
                range(t, len(sigma)), key=lambda k: abs(math.log(sigma[k] / sigma[t] / (1 + gamma)))
            )
        x = x / math.sqrt(self.alpha_bar[t])
        x = x + math.sqrt(sigma[up] ** 2 - sigma[t] ** 2) * self.own.get("churn_noise", 1.0) * z
        x = x * math.sqrt(self.alpha_bar[up])
        x0, eps, _ = self.look(x, up, labels)
        return self.average_slopes(x, x0, eps, up, s, labels)

    def solved(
        self,
        x: Tensor,
        t: int,
        s: int,
        labels: Tensor | None,
        draw: Callable[[], Tensor],
        begun: bool,
        first: int,
    ) -> Tensor:
        """dy/dw = eps - x0 with y = x / (signal + noise): the whole of it, looked at where s is."""
        total = [math.sqrt(a) + math.sqrt(1 - a) for a in self.alpha_bar]
        w = [math.sqrt(1 - a) / n for a, n in zip(self.alpha_bar, total, strict=True)]

        def slope(at: float, flat: np.ndarray) -> np.ndarray:
            y, last = torch.from_numpy(flat).reshape(x.shape), len(w) - 1
            low = next(k for k in range(last, 0, -1) if w[k] <= at or k == 1)
            slopes = []
            for k in (low, min(low + 1, last)):
                x0, eps, _ = self.look((y * total[k]).float(), k, labels)
                slopes.append((eps - x0).double())
            share = max(0.0, (at - w[low]) / (w[low + 1] - w[low])) if low < last else 0.0
            return ((1 - share) * slopes[0] + share * slopes[1]).flatten().numpy()

        if not begun and first > 1:
            start = (x.double() / total[first]).flatten().numpy()
            method = self.own.get("solver", "rk45").upper()
            tolerance = self.own.get("tolerance", 1e-5)
            self.ways["to"] = solve_ivp(
                slope, (w[first], w[1]), start, method, dense_output=True, rtol=tolerance,
                atol=tolerance,
            ).sol  # fmt: skip
        there = max(s, 1)
        if t > 1:
            x = (
                torch.from_numpy(self.ways["to"](w[there])).reshape(x.shape) * total[there]
            ).float()
        return x if s else self.look(x, 1, labels)[0]

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
