"""A network under a reading: called by time 1..T, as everything here is, whatever it is told."""

import torch
from torch import Tensor, nn

from diffvis.diffusion.prediction import NetworkDenoiser
from diffvis.errors import UserError
from diffvis.models.reading import Reading


class ReadNetwork(nn.Module):
    """``inner``, a module called as (x, time, labels or None), as one called by (x_t, t, labels).

    x_t is (N, ...), t (N,) int64 in 1..T. Without labels the network gets the null class.

    Raises:
        UserError: it must be told a class, and is not.
    """

    def __init__(self, inner: nn.Module, reading: Reading) -> None:
        super().__init__()
        self.inner = inner
        self.reading = reading
        # Buffers move with the weights; they are no part of the model's state.
        self.register_buffer("_times", _times(reading), persistent=False)
        signal = reading.schedule.signal.float()
        self.register_buffer("_signal", signal, persistent=False)
        self._times: Tensor | None
        self._signal: Tensor

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        reading = self.reading
        if labels is None and reading.classes:
            if reading.null is None:
                raise needs_a_class()
            labels = t.new_full(t.shape, reading.null)
        if callable(reading.time):
            time = reading.time(t, reading.schedule)
        else:
            assert self._times is not None, "there is a table for each named time"
            time = _of(self._times, t)
        if reading.time == "sigma":
            x_t = x_t / _of(self._signal, t).to(x_t.dtype).reshape(-1, *[1] * (x_t.ndim - 1))
        answer: Tensor = self.inner(x_t, time, labels)
        return answer


def denoiser_of(inner: nn.Module, reading: Reading) -> NetworkDenoiser:
    """A module called as (x, time, labels) as samplers and losses take it."""
    if (told := getattr(inner, "with_null", None)) is not None:
        inner = told(reading.null)
    network = ReadNetwork(inner, reading)
    network.train(inner.training)
    return NetworkDenoiser(network, reading.predicts, reading.learns_variance)


def needs_a_class() -> UserError:
    return UserError(
        "this network must be told a class: it has no label for none",
        "choose a class, or say which label means none, such as null=10",
        field="label",
    )


def _of(table: Tensor, t: Tensor) -> Tensor:
    """Its values at t, where t is; a network without weights has its tables on the CPU."""
    return (table if table.device == t.device else table.to(t.device))[t]


def _times(reading: Reading) -> Tensor | None:
    """What the network is told at each t of 0..T, (T+1,); None where a function says it."""
    schedule = reading.schedule
    t = torch.arange(schedule.T + 1)
    match reading.time:
        case "index":
            return (t - 1).clamp(min=0)
        case "count":
            return t
        case "unit":
            return (t.double() / schedule.T).float()
        case "sigma":
            return (schedule.noise / schedule.signal).float()
        case "log_snr":
            return schedule.log_snr.float()
    return None
