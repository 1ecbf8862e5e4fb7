"""A schedule drawn by hand: log SNR over t, kept falling whatever the hand does."""

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion import NoiseSchedule

HIGHEST, LOWEST = 12.0, -14.0  # log SNR that can be drawn: beyond, nothing can be seen
LEAST = -80.0  # log SNR of the last step, where it is that of noise alone
STEEPNESS = 1e-4  # the least fall from one t to the next: beta must be more than 0


class DrawnCurve:
    """``values`` (T,) are log SNR at t = 1..T, strictly falling."""

    def __init__(self, schedule: NoiseSchedule) -> None:
        self.values = _falling(np.clip(schedule.log_snr[1:].numpy(), LOWEST, HIGHEST))

    @property
    def T(self) -> int:
        return len(self.values)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw a line between two points (t, log SNR); what it crosses gives way.

        Before the line the curve is no lower than its beginning, behind it no higher than its end.
        """
        (t0, v0), (t1, v1) = sorted((start, end))
        first = int(np.clip(np.floor(t0), 1, self.T)) - 1
        last = int(np.clip(np.ceil(t1), 1, self.T)) - 1
        t = np.arange(first, last + 1) + 1.0
        line = np.interp(t, [t0, t1], [v0, v1]) if t1 > t0 else np.full(len(t), v1)
        line = np.clip(line, LOWEST, HIGHEST)
        if end[0] < start[0]:  # drawn backwards: what was drawn last is further left
            line = np.maximum.accumulate(line[::-1])[::-1]
        else:
            line = np.minimum.accumulate(line)
        values = self.values
        values[first : last + 1] = line
        values[:first] = np.maximum(values[:first], line[0])
        values[last + 1 :] = np.minimum(values[last + 1 :], line[-1])
        self.values = _falling(values)

    def schedule(self) -> NoiseSchedule:
        return from_values(self.values)


def resampled(schedule: NoiseSchedule, T: int) -> NoiseSchedule:
    """The same curve of log SNR over T steps, or on a path that does not preserve variance of its
    factors; its ends and its name stay.
    """
    at = np.linspace(0, 1, T) if T > 1 else np.ones(1)

    def stretched(table: Tensor) -> np.ndarray:
        return np.interp(at, np.linspace(0, 1, schedule.T), table[1:].numpy())

    if not schedule.preserves_variance:
        factors = (torch.from_numpy(stretched(f)) for f in (schedule.signal, schedule.noise))
        return NoiseSchedule.from_factors(*factors, schedule.kind)
    made = from_values(_falling(stretched(schedule.log_snr.clamp(min=LEAST))))
    resized = NoiseSchedule(schedule.kind, made.beta)
    return resized.with_zero_snr() if schedule.ends_in_noise else resized


def from_values(values: np.ndarray) -> NoiseSchedule:
    """The schedule of log SNR (T,) at t = 1..T."""
    return NoiseSchedule.from_log_snr([(t, float(v)) for t, v in enumerate(values, 1)])


def _falling(values: np.ndarray) -> np.ndarray:
    """The nearest curve from the left that falls everywhere."""
    ramp = STEEPNESS * np.arange(len(values))
    return np.minimum.accumulate(values + ramp) - ramp
