"""One training step as one would write it by hand: plain torch, nothing of diffvis.

What the two agree on was so not copied from one to the other.
"""

import copy
import math

import torch
from torch import Tensor, nn


class PlainTraining:
    """A network, its average and its optimiser, for as many steps as are planned."""

    def __init__(self, network: nn.Module, T: int, num_classes: int, settings: dict) -> None:
        self.T, self.num_classes, self.set = T, num_classes, settings
        self.network, self.average = copy.deepcopy(network), copy.deepcopy(network).eval()
        kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[settings["optimizer"]]
        self.optimizer = kind(self.network.parameters(), weight_decay=settings["weight_decay"])
        self.taken = 0
        # The cosine schedule of Nichol & Dhariwal 2021, eq. 17.
        f = [math.cos((t / T + 0.008) / 1.008 * math.pi / 2) ** 2 for t in range(T + 1)]
        beta = [0.0] + [min(1 - f[t] / f[t - 1], 0.999) for t in range(1, T + 1)]
        self.beta = torch.tensor(beta, dtype=torch.float64)
        self.alpha_bar = torch.cumprod(1 - self.beta, 0)

    def step(
        self, x0: Tensor, labels: Tensor | None, time: torch.Generator, noise: torch.Generator
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One step; returns t, the loss of each sample and the norm of the gradient."""
        t = torch.randint(1, self.T + 1, (len(x0),), generator=time)
        eps = torch.randn(x0.shape, generator=noise)
        if labels is not None:
            hidden = torch.rand(len(labels), generator=time) < self.set["label_dropout"]
            labels = torch.where(hidden, self.num_classes, labels)

        loss = self.loss(x0, t, eps, labels)
        self.optimizer.zero_grad()
        loss.mean().backward()
        limit = self.set["gradient_clip"] or math.inf
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), limit)

        warm = min(1, (self.taken + 1) / (self.set["warmup"] + 1))
        cosine = (1 + math.cos(math.pi * self.taken / self.set["steps"])) / 2
        self.optimizer.param_groups[0]["lr"] = self.set["lr"] * warm * cosine
        self.optimizer.step()
        self.taken += 1
        decay = min(self.set["ema_decay"], (1 + self.taken) / (10 + self.taken))
        with torch.no_grad():
            pairs = zip(self.average.parameters(), self.network.parameters(), strict=True)
            for average, weight in pairs:
                average.copy_(decay * average + (1 - decay) * weight)
        return t, loss.detach(), norm

    def loss(self, x0: Tensor, t: Tensor, eps: Tensor, labels: Tensor | None) -> Tensor:
        """(N,), as ``loss`` and ``predict`` say."""

        def at(values: Tensor) -> Tensor:
            return values[t].float().reshape(-1, *[1] * (x0.ndim - 1))

        signal, sigma = at(self.alpha_bar.sqrt()), at((1 - self.alpha_bar).sqrt())
        x_t = signal * x0 + sigma * eps
        answer, predict = self.network(x_t, t, labels), self.set["predict"]
        v = None
        if self.set["loss"] == "hybrid":
            answer, v = answer.chunk(2, dim=1)
        target = {"eps": eps, "x0": x0, "v": signal * eps - sigma * x0}[predict]
        simple = ((target - answer) ** 2).flatten(1).mean(1)
        if self.set["loss"] == "simple":
            return simple
        if self.set["loss"] == "min-snr":  # Hang et al. 2023
            snr = (self.alpha_bar / (1 - self.alpha_bar))[t].float()
            share = {"eps": snr, "x0": torch.ones_like(snr), "v": snr + 1}[predict]
            return simple * snr.clamp(max=5) / share
        x0_hat = {
            "eps": lambda: (x_t - sigma * answer) / signal,
            "x0": lambda: answer,
            "v": lambda: signal * x_t - sigma * answer,
        }[predict]().detach()
        return simple + 0.001 * self.T * self.bits(at, x0, t, x0_hat, v)

    def bits(self, at, x0: Tensor, t: Tensor, x0_hat: Tensor, v: Tensor) -> Tensor:
        """L_{t-1} in bits/dim with the learned variance (Nichol & Dhariwal 2021, eq. 15)."""
        before = torch.cat([torch.ones(1, dtype=torch.float64), self.alpha_bar[:-1]])
        small = self.beta * (1 - before) / (1 - self.alpha_bar)
        small[1] = small[2]  # the variance at t = 1 is 0
        share = (v + 1) / 2
        log_variance = share * at(self.beta.log()) + (1 - share) * at(small.log())
        difference = at(before.sqrt() * self.beta / (1 - self.alpha_bar)) * (x0 - x0_hat)
        ratio = at(small.log()) - log_variance
        kl = (ratio.exp() - 1 - ratio + difference**2 * (-log_variance).exp()) / 2
        decoded = (math.log(2 * math.pi) + log_variance) / 2 + difference**2 / (
            2 * log_variance.exp()
        )
        if x0.ndim == 4:  # the mass of each pixel's bin among its levels (Ho et al. 2020, eq. 13)
            x0 = ((x0.double() + 1) * 8).round() / 8 - 1  # the digits have 17 levels
            normal = torch.distributions.Normal(x0_hat.double(), (log_variance.double() / 2).exp())
            upper = torch.where(x0 > 0.999, 1, normal.cdf(x0 + 1 / 16))
            lower = torch.where(x0 < -0.999, 0, normal.cdf(x0 - 1 / 16))
            decoded = -(upper - lower).clamp(min=1e-300).log()
        last = (t == 1).reshape(-1, *[1] * (x0.ndim - 1))
        return torch.where(last, decoded, kl).flatten(1).mean(1) / math.log(2)
