"""The losses of one network under one reading after another.

The same x_t and the same noise are shown under all readings, at the same signal-to-noise ratio
whatever the schedule: what a reading changes is the time that the network is told, and what its
answer is taken for. An optimal network is then best under its own, as E[eps | x_t] is what has the
smallest error.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset, sampled
from diffvis.diffusion.prediction import PREDICTIONS, split_output, training_target
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.seeds import seeded
from diffvis.errors import UserError, is_out_of_memory
from diffvis.evaluation.reading_rows import Row, Variant
from diffvis.models.reading import predictions_on
from diffvis.models.sampleable import Model

SHARES = (0.005, 0.05, 0.2, 0.35, 0.5, 0.8, 1.0)  # of T: where the network is asked
IMAGES, POINTS = 8, 128  # samples at each t
_REACH = 0.5  # in log SNR, that a schedule may miss the noise of a time by


@dataclass(frozen=True)
class Asking:
    """How far the search has got."""

    done: int
    """Readings under which the network has been asked."""
    known: int
    """That are to be tried, as far as is known yet: where none of them fits, more follow."""
    times: tuple[int, ...]
    given: Row | None
    """The losses under the reading at hand, which is asked first; None where it cannot be."""


Found = TypeVar("Found")
Search = Generator[Asking, None, Found]
"""Each call of the network is a step of it."""


class Asked:
    """A network that is asked about the same x_t under one reading after another."""

    def __init__(self, model: Model, data: Dataset | Tensor, seed: int) -> None:
        assert model.reading is not None, "read_as gives it one"
        self.model = model
        self.given = Variant(model.reading)
        schedule = model.reading.schedule
        self.times = tuple(dict.fromkeys(max(1, round(s * schedule.T)) for s in SHARES))
        data, labels = _samples(model, data)
        self.data, self.labels = data, labels
        t = torch.tensor(self.times)
        self.log_snr = schedule.log_snr[t]
        wide = (-1, *[1] * data.ndim)
        self.signal = schedule.signal[t].float().reshape(wide)
        self.noise = schedule.noise[t].float().reshape(wide)
        nothing, one = torch.zeros_like(self.noise), torch.ones_like(self.noise)
        # A target is linear in x_0 and eps: what it has of each is what it is of that alone.
        self.parts = {
            predicts: (
                training_target(schedule, one, nothing, t, predicts),
                training_target(schedule, nothing, one, t, predicts),
            )
            for predicts in PREDICTIONS
        }
        self.eps = torch.randn((len(t), *data.shape), generator=seeded(seed))
        self._calls = 0
        self.trouble: Exception | None = None
        """Why the network could not be asked the last time that it could not."""
        self._rows: dict[tuple[Any, ...], Row | None] = {}

    def rows(self, variants: Iterable[Variant]) -> Search[list[Row]]:
        """The losses under each reading, but for those under which the network cannot be asked."""
        wanted = list(variants)
        new = {each.call: each for each in wanted if each.key not in self._rows}
        known = self._calls + len(new)
        for each in new.values():
            self._ask(each)
            self._calls += 1
            yield Asking(self._calls, known, self.times, self._rows[self.given.key])
        return [row for each in wanted if (row := self._rows[each.key]) is not None]

    def _ask(self, variant: Variant) -> None:
        """One call tells the losses of every prediction, with either sign."""
        places = _nearest(variant.reading.schedule, self.log_snr)
        known = [k for k, t in enumerate(places) if t is not None]
        x0 = self._as_seen(variant).expand_as(self.eps)
        x_t = self.signal * x0 + self.noise * self.eps
        power = x0.square().mean()
        linear = power / (self.signal**2 * power + self.noise**2)
        reading = variant.reading
        # Beside each target the squared error of the best c x_t.
        targets = {
            predicts: (a * x0 + b * self.eps, (a * self.noise - b * self.signal) ** 2 * linear)
            for predicts, (a, b) in self.parts.items()
            if predicts in (*predictions_on(reading.schedule), reading.predicts)
        }
        answer = self._answer(variant, x_t, places, known) if len(known) > 1 else None
        for predicts, (target, cost) in targets.items():
            for flipped in (False, True):
                read = variant.reading.with_(predicts=predicts)
                each = replace(variant, reading=read, flipped=flipped)
                self._rows[each.key] = None
                if answer is not None:
                    errors = _mean_square((-answer if flipped else answer) - target[known])
                    nothing = _mean_square(target[known])
                    self._rows[each.key] = self._row(each, known, errors, nothing, cost[known])

    def _row(
        self, variant: Variant, known: list[int], errors: Tensor, nothing: Tensor, linear: Tensor
    ) -> Row | None:
        if not errors.isfinite().all():
            return None
        found = [None] * len(self.times), [None] * len(self.times)
        for losses, cost in zip(found, (nothing, linear.double().flatten()), strict=True):
            for k, loss in zip(known, (errors / cost.clamp(min=1e-12)).tolist(), strict=True):
                losses[k] = loss
        return Row(variant, tuple(found[0]), tuple(found[1]))

    def _as_seen(self, variant: Variant) -> Tensor:
        """The data (N, ...), in data units for images, in the range of a reading."""
        if self.model.is_points:
            return self.data
        data = 1 - self.data if variant.inverted else self.data
        return variant.reading.scaling.to_model(data)

    def _answer(
        self, variant: Variant, x_t: Tensor, places: list[int | None], known: list[int]
    ) -> Tensor | None:
        count = len(self.data)
        t = torch.tensor([places[k] for k in known]).repeat_interleave(count)
        labels = None if self.labels is None else self.labels.repeat(len(known))
        x = x_t[known].flatten(0, 1)
        device = self.model.device or torch.device("cpu")
        read = self.model.read_as(schedule=variant.reading.schedule, time=variant.reading.time)
        try:
            with torch.no_grad():
                answer = read.denoiser(
                    x.to(device), t.to(device), None if labels is None else labels.to(device)
                )
            prediction, _ = split_output(read.denoiser, answer, x)
        except Exception as error:  # whatever a network says to such a time
            if is_out_of_memory(error):
                raise
            self.trouble = error
            return None
        return prediction.cpu().reshape(len(known), count, *x.shape[1:])


def _mean_square(values: Tensor) -> Tensor:
    """Of (times, N, ...), at each time."""
    return values.double().square().flatten(1).mean(1)


def _nearest(schedule: NoiseSchedule, log_snr: Tensor) -> list[int | None]:
    """The t of a schedule at which there is as much noise; None where it is not reached."""
    own = schedule.log_snr[1:]
    gaps, places = (own[None] - log_snr[:, None]).abs().min(dim=1)
    inside = (log_snr <= own[0]) & (log_snr >= own[-1])
    return [
        int(place) + 1 if within or gap <= _REACH else None
        for place, gap, within in zip(places, gaps, inside, strict=True)
    ]


def _samples(model: Model, data: Dataset | Tensor) -> tuple[Tensor, Tensor | None]:
    """What is noised, in [0, 1] for images and as the network sees them for points; their classes
    for a network that is told one.
    """
    shape = tuple(data.shape[1:]) if isinstance(data, Tensor) else tuple(data.shape)
    if shape != tuple(model.shape):
        raise UserError(
            f"{model.name} makes samples of shape {tuple(model.shape)}, the data have {shape}",
            "give the data that it learned",
        )
    most, labels = POINTS if model.is_points else IMAGES, None
    if isinstance(data, Tensor):
        x = data[sampled(torch.arange(len(data)), most)].float()
        seen = x if model.is_points else model.scaling.to_data(x)
    else:
        index = sampled(data.validation if len(data.validation) else data.train, most)
        seen = data.scaling.to_data(data.x0(index))
        seen = model.scaling.to_model(seen) if model.is_points else seen
        if data.labels is not None and data.num_classes == model.num_classes:
            labels = data.labels[index]
    if model.num_classes and labels is None and model.needs_class:
        labels = torch.arange(len(seen)) % model.num_classes
    return seen, labels if model.num_classes else None
