"""A running mean of losses, as every curve of a run shows it."""

import numpy as np

SMOOTHING = 0.01  # weight of the newest loss once there are many
_PART = 256  # losses smoothed at once: more would lose digits


class Smoothed:
    """A running mean of the losses: over about a fifth of them at first, later the last 100. One
    that is not finite, of a step that was skipped, changes nothing.
    """

    def __init__(self) -> None:
        self._count = 0
        self._mean = 0.0

    def extend(self, loss: np.ndarray) -> np.ndarray:
        """The smoothed value after each of these losses; NaN before the first that is finite."""
        finite = np.isfinite(loss)
        if finite.all():
            return self._extend(loss)
        before = self._mean if self._count else np.nan
        smoothed = np.append(before, self._extend(loss[finite]))
        spread: np.ndarray = smoothed[finite.cumsum()]
        return spread

    def _extend(self, loss: np.ndarray) -> np.ndarray:
        smoothed = np.empty(len(loss))
        one_by_one = min(len(loss), max(0, round(5 / SMOOTHING) - self._count))
        mean, count = self._mean, self._count
        for place, value in enumerate(loss[:one_by_one].tolist()):
            count += 1
            mean += max(SMOOTHING, 5 / (count + 4)) * (value - mean)
            smoothed[place] = mean
        for start in range(one_by_one, len(loss), _PART):  # from here the weight stays the same
            part = loss[start : start + _PART]
            powers = (1 - SMOOTHING) ** np.arange(1, len(part) + 1)
            values = powers * (mean + SMOOTHING * np.cumsum(part / powers))
            smoothed[start : start + _PART] = values
            mean = float(values[-1])
        self._mean, self._count = mean, self._count + len(loss)
        return smoothed
