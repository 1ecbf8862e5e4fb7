"""Which reading of a network fits: the search for the one under which its loss is smallest."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import VARIANCE_PRESERVING, NoiseSchedule, make_schedule
from diffvis.errors import UserError
from diffvis.evaluation.reading_losses import Asked, Asking, Search
from diffvis.evaluation.reading_rows import CLEARLY, Readings, Row, Variant
from diffvis.models.foreign.wrap import wrap
from diffvis.models.reading import TIMES, predictions_on
from diffvis.models.sampleable import Model

RANGES = ((-1.0, 1.0), (0.0, 1.0))
KINDS = tuple(kind for kind in VARIANCE_PRESERVING if kind != "constant")  # nobody trains with it
FAR = ("cosine", "linear-unscaled")  # of few steps the one ends in noise, the other in the data
ROUNDS = 4
_BETTER = 0.97  # than what is best so far, to go on from there
_GOOD = 0.5  # a mean loss that no wrong reading was seen to have


def check(
    net_or_model: Model | Callable[..., Any],
    data: Dataset | Tensor | np.ndarray | str | Path,
    *,
    seed: int = 0,
    **how: Any,
) -> Readings:
    """How well a network predicts on ``data`` under each plausible reading.

    Args:
        net_or_model: a ``Model``, or any network; ``how`` it is read is then as for ``wrap``.
        data: what it learned: a data set, its name or path, or samples (N, ...) as the network sees
            them.

    Raises:
        UserError: the network cannot be called, has no weights to read, or the data are of another
            shape.
    """
    *_, found = readings(net_or_model, data, seed=seed, **how)
    assert isinstance(found, Readings)
    return found


def readings(
    net_or_model: Model | Callable[..., Any],
    data: Dataset | Tensor | np.ndarray | str | Path,
    *,
    seed: int = 0,
    **how: Any,
) -> Iterator[Asking | Readings]:
    """What ``check`` finds, at last; before it an ``Asking`` after each call of the network.

    Raises:
        UserError: as ``check``.
    """
    given = open_dataset(str(data)) if isinstance(data, str | Path) else data
    given = torch.from_numpy(given) if isinstance(given, np.ndarray) else given
    if isinstance(net_or_model, Model):
        model = net_or_model.read_as(**how)
    else:
        shape = tuple(given.shape[1:]) if isinstance(given, Tensor) else tuple(given.shape)
        known = {"data": given} if isinstance(given, Dataset) else {}
        model = wrap(net_or_model, shape, say=None, **{**known, **how}).read_as()
    yield (yield from _search(Asked(model, given, seed)))


def _search(asked: Asked) -> Search[Readings]:
    """From the reading at hand to the best one, a change at a time; then all changes of that."""
    none = (None,) * len(asked.times)
    first = yield from asked.rows([asked.given, *_around(asked.given, asked.model.is_points)])
    known = first and first[0].variant.key == asked.given.key
    given = first[0] if known else Row(asked.given, none, none)
    best = yield from _climb(asked, given)
    if best is not given or best.mean > _GOOD:  # far from it there may be more than one summit
        summits = [best]
        for row in (yield from asked.rows(_elsewhere(asked))):
            summit = yield from _climb(asked, row)
            summits.append(summit)
        best = _best_of(summits)
    if not best.is_known:
        raise UserError(
            f"{asked.model.name} cannot be asked ({asked.trouble or 'its answers are no numbers'})",
            "check its weights, and how it is called",
        )
    if best.over(given) > CLEARLY:
        best = given
    around = yield from _rows_around(asked, best.variant)
    others = sorted(around, key=lambda row: row.over(best))
    rows = dict.fromkeys([given, best, *others])
    points = asked.model.is_points
    return Readings(asked.model.name, asked.times, given, best, tuple(rows), points)


def _climb(asked: Asked, row: Row) -> Search[Row]:
    """From a reading to a better one, a change at a time, until none is better."""
    for _ in range(ROUNDS):
        around = yield from _rows_around(asked, row.variant)
        found = _best_of(around) if around else row
        if found.over(row) > _BETTER:
            break
        row = found
    return row


def _elsewhere(asked: Asked) -> Iterator[Variant]:
    """Readings to begin again from: other times, other data, and schedules far from each other."""
    reading = asked.given.reading
    ranges = [reading.range] if asked.model.is_points else dict.fromkeys((reading.range, *RANGES))
    schedules = [
        reading.schedule,
        *(s for s in other_schedules(reading.schedule) if s.kind in FAR),
    ]
    for time, low_high, schedule in product(("index", "unit"), ranges, schedules):
        yield Variant(reading.with_(time=time, range=low_high, schedule=schedule))


def _best_of(rows: list[Row]) -> Row:
    """Each is compared with the best so far at the times that both know. One whose schedule reaches
    less of the noise must be clearly better.
    """
    best, *others = sorted(rows, key=lambda row: -row.reached)
    for row in others:
        if row.over(best) < (1.0 if row.reached == best.reached else _BETTER):
            best = row
    return best


def _rows_around(asked: Asked, variant: Variant) -> Search[list[Row]]:
    return asked.rows(_around(variant, asked.model.is_points))


def _around(variant: Variant, points: bool) -> Iterator[Variant]:
    """What differs from a reading in one point, but for what predicts with the other sign."""
    reading = variant.reading
    for predicts in predictions_on(reading.schedule):
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
    """The known kinds of the same T, but for those that are the same to the eye. None where the
    path does not preserve variance: on another x_t is of another size.
    """
    if not given.preserves_variance:
        return []
    found = [given]
    for kind in KINDS:
        try:
            other = make_schedule(kind, given.T)
        except ValueError:  # too few steps for it
            continue
        if not any(torch.allclose(other.beta, one.beta, rtol=1e-3) for one in found):
            found.append(other)
    return found[1:]
