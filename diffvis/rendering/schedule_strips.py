"""The same samples and the same noise under several schedules: the rows of their film strips."""

from collections.abc import Sequence

from torch import Tensor

from diffvis.diffusion import NoiseSchedule, q_sample
from diffvis.rendering.factors import reach, written
from diffvis.rendering.origin import Origin
from diffvis.rendering.phrases import decimals
from diffvis.rendering.strips import StripRow

POINTS = 1_000  # of a cloud in a strip


def own_time(schedule: NoiseSchedule, t: int, T: int) -> int:
    """The time of a schedule that is the same part of its way as ``t`` of T."""
    return round(t * schedule.T / T)


def moment(schedule: NoiseSchedule, t: int, T: int, origin: Origin) -> Tensor:
    """x_t (N, ...) of a schedule at the same part of its way as ``t`` of T, made smaller where it
    reaches further than data.
    """
    at = own_time(schedule, t, T)
    return q_sample(schedule, origin.x0, at, origin.eps) / reach(schedule, at)


def rows_of(
    schedules: Sequence[NoiseSchedule],
    names: Sequence[str],
    moments: Sequence[Sequence[Tensor]],
    t: int,
    origin: Origin,
) -> list[StripRow]:
    """A row for each schedule, of which the first is in use; ``moments`` are those of its strip."""
    T, rows = schedules[0].T, []
    for place, (schedule, name, strip) in enumerate(zip(schedules, names, moments, strict=True)):
        at = own_time(schedule, t, T)
        number = rf"\bar{{α}}_{{t}} = {decimals(float(schedule.alpha_bar[at]))}"
        if not schedule.preserves_variance:
            number = f"{written(schedule).noise} = {decimals(float(schedule.noise[at]))}"
        rows.append(
            StripRow(
                name,
                number,
                "noise" if place else "signal",
                moment(schedule, t, T, origin),
                strip,
            )
        )
    return rows
