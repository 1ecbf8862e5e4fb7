"""A quantity of schedules as curves, in the window and in files."""

from collections.abc import Sequence

import numpy as np

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.chart import Curve, curve_look
from diffvis.rendering.quantities import Quantity


def along(schedule: NoiseSchedule, axis: str) -> np.ndarray:
    """Where t = 0..T, (T+1,), stand on an ``axis``: ``t``, ``log`` (the same, which is drawn
    logarithmic) or ``part`` (t / T).
    """
    t = np.arange(schedule.T + 1, dtype=float)
    return t / schedule.T if axis == "part" else t


def schedule_curves(
    schedules: Sequence[NoiseSchedule], names: Sequence[str], quantity: Quantity, axis: str
) -> tuple[Curve, ...]:
    """One for each; the first, which is in use, stands out."""
    return tuple(
        Curve(name, along(schedule, axis), quantity.values(schedule), *curve_look(place))
        for place, (name, schedule) in enumerate(zip(names, schedules, strict=True))
    )
