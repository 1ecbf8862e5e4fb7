"""The losses of a run: every one is kept, and a curve of any length stays light to draw."""

from dataclasses import dataclass

import numpy as np

BINS = 20  # of the loss by t
BY_T_MEMORY = 0.99  # per step: the bars show about the last hundred steps
SMOOTHING = 0.01  # weight of the newest loss once there are many


class Column:
    """Numbers that are appended in one thread while another reads those that are there.

    What has been written never changes, and a buffer that is full is replaced, not resized, so
    that a view that was handed out stays as it was.
    """

    def __init__(self, dtype: type = np.float64) -> None:
        self._buffer = np.empty(1024, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, values: np.ndarray) -> None:
        end = self._length + len(values)
        if end > len(self._buffer):
            grown = np.empty(max(end, 2 * len(self._buffer)), self._buffer.dtype)
            grown[: self._length] = self._buffer[: self._length]
            self._buffer = grown
        self._buffer[self._length : end] = values
        self._length = end

    def view(self, start: int = 0) -> np.ndarray:
        """What there is from ``start`` on; not to be written to."""
        return self._buffer[start : self._length]


@dataclass(frozen=True, eq=False)
class LossByT:
    """Mean loss of recent steps over equal parts of 1..T; NaN where no t has been drawn yet."""

    t: np.ndarray
    loss: np.ndarray


class LossHistory:
    """All that training steps report. The worker appends, the window reads."""

    def __init__(self, T: int) -> None:
        self._T = T
        self._bins = min(BINS, T)
        self._by_t = (np.zeros(self._bins), np.zeros(self._bins))  # sums, counts; replaced whole
        self.steps = Column(np.int64)
        self.loss = Column()
        self.gradient_norm = Column()
        self.learning_rate = Column()
        self.validation_steps = Column(np.int64)
        self.validation_loss = Column()

    def __len__(self) -> int:
        return len(self.learning_rate)  # appended last: the others have at least as many

    def append(
        self,
        steps: np.ndarray,
        loss: np.ndarray,
        gradient_norm: np.ndarray,
        learning_rate: np.ndarray,
    ) -> None:
        """Append what n steps reported, each (n,)."""
        self.steps.extend(steps)
        self.loss.extend(loss)
        self.gradient_norm.extend(gradient_norm)
        self.learning_rate.extend(learning_rate)

    def append_by_t(self, t: np.ndarray, loss: np.ndarray, steps: int) -> None:
        """Take in the loss of each sample (N,) at its t (N,), from so many steps."""
        place = (t - 1) * self._bins // self._T
        old = BY_T_MEMORY**steps
        sums, counts = self._by_t
        self._by_t = (
            sums * old + np.bincount(place, loss, self._bins),
            counts * old + np.bincount(place, minlength=self._bins),
        )

    def append_validation(self, step: int, loss: float) -> None:
        self.validation_steps.extend(np.array([step]))
        self.validation_loss.extend(np.array([loss]))

    @property
    def by_t(self) -> LossByT:
        sums, counts = self._by_t
        edges = np.arange(self._bins + 1) * self._T / self._bins
        mean = np.divide(sums, counts, out=np.full(self._bins, np.nan), where=counts > 0)
        return LossByT((edges[:-1] + edges[1:] + 1) / 2, mean)


class Smoothed:
    """A running mean of the losses: over about a fifth of them at first, later the last 100."""

    def __init__(self) -> None:
        self._count = 0
        self._mean = 0.0

    def extend(self, loss: np.ndarray) -> np.ndarray:
        """The smoothed value after each of these losses."""
        smoothed = np.empty(len(loss))
        mean, count = self._mean, self._count
        for place, value in enumerate(loss.tolist()):
            count += 1
            mean += max(SMOOTHING, 5 / (count + 4)) * (value - mean)
            smoothed[place] = mean
        self._mean, self._count = mean, count
        return smoothed


def averaged(x: np.ndarray, y: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """At most ``limit`` points, each the mean of as many of a curve's; the last may be of fewer."""
    width = 1
    while -(-len(x) // width) > limit:
        width *= 2
    if width == 1:
        return x, y
    starts = np.arange(0, len(x), width)
    counts = np.diff(starts, append=len(x))
    return np.add.reduceat(x, starts) / counts, np.add.reduceat(y, starts) / counts


class Envelope:
    """The outline of a long curve: the lowest and highest value of each of its buckets."""

    def __init__(self, x: Column, y: Column, limit: int) -> None:
        """``limit``: how many buckets there are at most."""
        self._x, self._y = x, y
        self._limit = limit
        self._width = 1  # points in a bucket
        self._low = np.empty(0)
        self._high = np.empty(0)

    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """x and y to draw, up and down through each bucket; the last one may not be full yet.

        Only what is new is looked at, but for the few times that the buckets become twice as wide.
        """
        count = min(len(self._x), len(self._y))
        x, y = self._x.view()[:count], self._y.view()[:count]
        while -(-count // self._width) > self._limit:
            self._width *= 2
            self._low = self._high = np.empty(0)
        width = self._width
        if width == 1:
            return x, y
        full = count // width * width
        new = y[len(self._low) * width : full].reshape(-1, width)
        self._low = np.r_[self._low, new.min(1)]
        self._high = np.r_[self._high, new.max(1)]
        outline = np.stack([self._low, self._high], 1).ravel()
        rest = y[full:]
        if len(rest):
            outline = np.r_[outline, rest.min(), rest.max()]
        return x[::width].repeat(2), outline
