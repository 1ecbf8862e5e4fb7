"""Which reading of a network fits: its loss at some t under each.

The same x_t and the same noise are shown under all readings, at the same signal-to-noise ratio
whatever the schedule: what a reading changes is the time that the network is told, and what its
answer is taken for. An optimal network is then best under its own, as E[eps | x_t] is what has the
smallest error.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset, sampled
from diffvis.diffusion.prediction import PREDICTIONS, Prediction, split_output
from diffvis.diffusion.schedule import SCHEDULE_KINDS, NoiseSchedule, make_schedule
from diffvis.diffusion.seeds import seeded
from diffvis.errors import UserError, is_out_of_memory
from diffvis.evaluation.reading_rows import CLEARLY, Readings, Row, Variant
from diffvis.models.foreign.wrap import wrap
from diffvis.models.reading import TIMES
from diffvis.models.sampleable import Model

SHARES = (0.005, 0.05, 0.2, 0.35, 0.5, 0.8, 1.0)  # of T: where the network is asked
IMAGES, POINTS = 8, 128  # samples at each t
RANGES = ((-1.0, 1.0), (0.0, 1.0))
KINDS = tuple(kind for kind in SCHEDULE_KINDS if kind != "constant")  # nobody trains with it
FAR = ("cosine", "linear-unscaled")  # of few steps the one ends in noise, the other in the data
CALLS = 100  # of the network at most, about
ROUNDS = 4
_BETTER = 0.97  # than what is best so far, to go on from there
_GOOD = 0.5  # a mean loss that no wrong reading was seen to have
_REACH = 0.5  # in log SNR, that a schedule may miss the noise of a time by


def check(
    net_or_model: Model | Callable[..., Any],
    data: Dataset | Tensor | str | Path,
    *,
    seed: int = 0,
    asked: Callable[[int], None] = lambda calls: None,
    **how: Any,
) -> Readings:
    """How well a network predicts on ``data`` under each plausible reading.

    Args:
        net_or_model: a ``Model``, or any network; ``how`` it is read is then as for ``wrap``.
        data: what it learned: a data set, its name or path, or samples (N, ...) as the network sees
            them.
        asked: is told how often the network has been called; it may raise to end the work.

    Raises:
        UserError: the network cannot be called, has no weights to read, or the data are of another
            shape.
    """
    given = open_dataset(str(data)) if isinstance(data, str | Path) else data
    if isinstance(net_or_model, Model):
        model = net_or_model.read_as(**how)
    else:
        shape = tuple(given.shape[1:]) if isinstance(given, Tensor) else tuple(given.shape)
        known = {"data": given} if isinstance(given, Dataset) else {}
        model = wrap(net_or_model, shape, say=None, **{**known, **how}).read_as()
    return _search(_Asked(model, given, seed, asked))


class _Asked:
    """A network that is asked about the same x_t under one reading after another."""

    def __init__(
        self, model: Model, data: Dataset | Tensor, seed: int, asked: Callable[[int], None]
    ) -> None:
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
        self.signal = schedule.sqrt_alpha_bar[t].float().reshape(wide)
        self.noise = schedule.sqrt_one_minus_alpha_bar[t].float().reshape(wide)
        self.eps = torch.randn((len(t), *data.shape), generator=seeded(seed))
        self._asked, self._calls = asked, 0
        self.trouble: Exception | None = None
        """Why the network could not be asked the last time that it could not."""
        self._rows: dict[tuple[Any, ...], Row | None] = {}

    def row(self, variant: Variant) -> Row | None:
        """The losses under a reading; None where the network cannot be asked so."""
        if variant.key not in self._rows:
            self._ask(variant)
        return self._rows[variant.key]

    def _ask(self, variant: Variant) -> None:
        """One call tells the losses of every prediction, with either sign."""
        places = _nearest(variant.reading.schedule, self.log_snr)
        known = [k for k, t in enumerate(places) if t is not None]
        x0 = self._as_seen(variant).expand_as(self.eps)
        x_t = self.signal * x0 + self.noise * self.eps
        v = self.signal * self.eps - self.noise * x0
        power = x0.square().mean()
        linear = power / (self.signal**2 * power + self.noise**2)  # the error of v from c x_t
        targets: dict[Prediction, tuple[Tensor, Tensor]] = {
            "eps": (self.eps, self.signal**2 * linear),
            "x0": (x0, self.noise**2 * linear),
            "v": (v, linear),
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
        self._asked(self._calls)
        self._calls += 1
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


def _search(asked: _Asked) -> Readings:
    """From the reading at hand to the best one, a change at a time; then all changes of that."""
    none = (None,) * len(asked.times)
    given = asked.row(asked.given) or Row(asked.given, none, none)
    best = _climb(asked, given)
    if best is not given or best.mean > _GOOD:  # far from it there may be more than one summit
        summits = [_climb(asked, row) for row in _elsewhere(asked)]
        best = _best_of([best, *summits])
    if not best.is_known:
        raise UserError(
            f"{asked.model.name} cannot be asked ({asked.trouble or 'its answers are no numbers'})",
            "check its weights, and how it is called",
        )
    if best.over(given) > CLEARLY:
        best = given
    others = sorted(_rows_around(asked, best.variant), key=lambda row: row.over(best))
    rows = dict.fromkeys([given, best, *others])
    points = asked.model.is_points
    return Readings(asked.model.name, asked.times, given, best, tuple(rows), points)


def _climb(asked: _Asked, row: Row) -> Row:
    """From a reading to a better one, a change at a time, until none is better."""
    for _ in range(ROUNDS):
        around = _rows_around(asked, row.variant)
        found = _best_of(around) if around else row
        if found.over(row) > _BETTER:
            break
        row = found
    return row


def _elsewhere(asked: _Asked) -> list[Row]:
    """Readings to begin again from: other times, other data, and schedules far from each other."""
    reading = asked.given.reading
    ranges = [reading.range] if asked.model.is_points else dict.fromkeys((reading.range, *RANGES))
    schedules = [
        reading.schedule,
        *(s for s in other_schedules(reading.schedule) if s.kind in FAR),
    ]
    variants = [
        Variant(reading.with_(time=time, range=low_high, schedule=schedule))
        for time, low_high, schedule in product(("index", "unit"), ranges, schedules)
    ]
    return [row for variant in variants if (row := asked.row(variant)) is not None]


def _best_of(rows: list[Row]) -> Row:
    """Each is compared with the best so far at the times that both know. One whose schedule reaches
    less of the noise must be clearly better.
    """
    best, *others = sorted(rows, key=lambda row: -row.reached)
    for row in others:
        if row.over(best) < (1.0 if row.reached == best.reached else _BETTER):
            best = row
    return best


def _rows_around(asked: _Asked, variant: Variant) -> list[Row]:
    rows = (asked.row(each) for each in _around(variant, asked.model.is_points))
    return [row for row in rows if row is not None]


def _around(variant: Variant, points: bool) -> Iterator[Variant]:
    """What differs from a reading in one point, but for what predicts with the other sign."""
    reading = variant.reading
    for predicts in PREDICTIONS:
        for flipped in (False, True):
            if (predicts, flipped) != (reading.predicts, variant.flipped):
                yield replace(variant, reading=reading.with_(predicts=predicts), flipped=flipped)
    for time in TIMES:
        if time != reading.time:
            yield replace(variant, reading=reading.with_(time=time))
    for schedule in other_schedules(reading.schedule):
        yield replace(variant, reading=reading.with_(schedule=schedule))
    if points:
        return
    for low_high in RANGES:
        if low_high != reading.range:
            yield replace(variant, reading=reading.with_(range=low_high))
    yield replace(variant, inverted=not variant.inverted)


def other_schedules(given: NoiseSchedule) -> list[NoiseSchedule]:
    """The known kinds of the same T, but for those that are the same to the eye."""
    found = [given]
    for kind in KINDS:
        try:
            other = make_schedule(kind, given.T)
        except ValueError:  # too few steps for it
            continue
        if not any(torch.allclose(other.beta, one.beta, rtol=1e-3) for one in found):
            found.append(other)
    return found[1:]
