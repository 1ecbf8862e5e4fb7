"""Exact denoisers: E[x_0 | x_t] of a data set that is known, with nothing to train."""

import torch
from torch import Tensor

from diffvis.diffusion.prediction import Prediction
from diffvis.diffusion.schedule import NoiseSchedule

MEMORY_LIMIT = 64 * 2**20


class ExactDenoiser:
    """The best possible denoiser of a finite data set: the mean of its members, each weighted by
    how likely it was to have become x_t (Karras et al. 2022, eq. 57).

    ``x0`` is (M, ...); it is moved to the device of x_t once. With its ``labels`` (M,) int64 in
    0..num_classes-1, a call with labels looks among the members of the class only; the label
    ``num_classes`` (the null class), or none, among all; ValueError for a class that has none.
    Weights are computed in float64, in pieces that stay within ``memory_limit`` bytes beside the
    data itself.
    """

    predicts: Prediction = "x0"
    learns_variance = False

    def __init__(
        self,
        x0: Tensor,
        schedule: NoiseSchedule,
        *,
        labels: Tensor | None = None,
        memory_limit: int = MEMORY_LIMIT,
    ) -> None:
        if len(x0) == 0:
            raise ValueError("an exact denoiser needs at least one member")
        if labels is not None and labels.shape != x0.shape[:1]:
            raise ValueError(f"labels must be ({len(x0)},), not {tuple(labels.shape)}")
        self.x0 = x0.detach()
        self.schedule = schedule
        self.labels = labels
        self.num_classes = 0 if labels is None else int(labels.max()) + 1
        self._known = None if labels is None else {*labels.tolist(), self.num_classes}
        self.memory_limit = memory_limit
        self._members = self.x0.flatten(1)
        if self._members.numel() * 8 <= memory_limit:
            self._members = self._members.double()
        self._part_length = max(1, memory_limit // (4 * 8 * self._members.shape[1]))
        self._square = torch.cat([part.double().square().sum(1) for part in self._parts()])

    @torch.no_grad()
    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """E[x_0 | x_t] (N, ...) for x_t (N, ...) and t (N,) int64 in 1..T."""
        if x_t.shape[1:] != self.x0.shape[1:]:
            raise ValueError(
                f"x_t must hold samples of {tuple(self.x0.shape[1:])}, not {tuple(x_t.shape[1:])}"
            )
        if labels is not None and self._known is not None:
            unknown = set(labels.tolist()) - self._known
            if unknown:
                raise ValueError(f"no member has the label {min(unknown)}")
        self._move(x_t.device)
        rows = x_t.flatten(1).double()
        snr = self.schedule.at("snr", t, rows)
        signal = self.schedule.at("signal", t, rows)
        scaled = torch.where(signal > 0, rows / signal, 0)  # without signal x_t weighs nothing
        # Half of the memory is for the weights of some rows, the rest for members in float64.
        height = max(1, self.memory_limit // (2 * 8 * len(self._members)))
        x0_hat = torch.cat(
            [
                self._posterior_mean(
                    scaled[i : i + height],
                    snr[i : i + height],
                    None if labels is None else labels[i : i + height],
                )
                for i in range(0, len(rows), height)
            ]
        )
        return x0_hat.reshape(x_t.shape).to(x_t.dtype)

    def _posterior_mean(self, y: Tensor, snr: Tensor, labels: Tensor | None) -> Tensor:
        """The members' mean, weighted with exp(-snr |y - x_0|^2 / 2), y = x_t / signal_t."""
        logits = y.new_empty(len(y), len(self._members))
        columns = torch.split(logits, self._part_length, dim=1)
        for column, part in zip(columns, self._parts(), strict=True):
            torch.matmul(y, part.double().T, out=column)
        logits.sub_(self._square / 2).mul_(snr)
        if labels is not None and self.labels is not None:
            other = labels[:, None] != self.labels
            logits.masked_fill_(other & (labels != self.num_classes)[:, None], -torch.inf)
        # A softmax in place: this is the largest array there is.
        weights = logits.sub_(logits.amax(dim=1, keepdim=True)).exp_()
        weights.div_(weights.sum(dim=1, keepdim=True))
        # Near the data all but a few members weigh nothing: the mean then costs nothing either.
        used = (weights > 1e-18).any(dim=0).nonzero()[:, 0]
        mean = torch.zeros_like(y)
        for part in torch.split(used, self._part_length):
            mean += weights[:, part] @ self._members[part].double()
        return mean

    def _parts(self) -> tuple[Tensor, ...]:
        return torch.split(self._members, self._part_length)

    def _move(self, device: torch.device) -> None:
        if self._members.device != device:
            self._members = self._members.to(device)
            self._square = self._square.to(device)
            self.labels = None if self.labels is None else self.labels.to(device)
