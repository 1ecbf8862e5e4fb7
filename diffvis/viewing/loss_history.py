"""The losses of a run: every one is kept, and a curve of any length stays light to draw."""

from dataclasses import dataclass

import numpy as np

from diffvis.training.smoothing import Smoothed

BINS = 20  # of the loss by t
BY_T_MEMORY = 0.99  # per step: the bars show about the last hundred steps


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
    """Mean loss over equal parts of 1..T; NaN where no t has been drawn yet. A t that lies in two
    parts counts in both, as in ``Floor.binned``.

    ``recent``: of the training steps just taken; otherwise of the last validation.
    """

    t: np.ndarray
    loss: np.ndarray
    recent: bool = True


class LossHistory:
    """All that training steps report. The worker appends, the window reads."""

    def __init__(self, T: int) -> None:
        self.T = T
        self._bins = min(BINS, T)
        self._by_t = (np.zeros(self._bins), np.zeros(self._bins))  # sums, counts; replaced whole
        self._validated_by_t: np.ndarray | None = None
        self._smoothing = Smoothed()
        self.steps = Column(np.int64)
        self.loss = Column()
        self.smooth = Column()
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
        """Append what n steps reported, each (n,); what is not finite is kept as NaN."""
        self.steps.extend(steps)
        self.loss.extend(_or_nan(loss))
        self.smooth.extend(self._smoothing.extend(loss))
        self.gradient_norm.extend(_or_nan(gradient_norm))
        self.learning_rate.extend(learning_rate)

    def append_by_t(self, t: np.ndarray, loss: np.ndarray, steps: int) -> None:
        """Take in the loss of each sample (N,) at its t (N,), from so many steps; a loss that is
        not finite says nothing of its t.
        """
        finite = np.isfinite(loss)
        t, loss = t[finite], loss[finite]
        old = BY_T_MEMORY**steps
        sums, counts = (kept * old for kept in self._by_t)
        first, last = (t - 1) * self._bins // self.T, (t * self._bins - 1) // self.T
        share = np.minimum(1.0, (first + 1) * self.T / self._bins - (t - 1))  # of t, in the first
        for place, part in ((first, share), (last, 1 - share)):
            sums += np.bincount(place, part * loss, self._bins)
            counts += np.bincount(place, part, self._bins)
        self._by_t = sums, counts

    def append_validation(self, step: int, loss: float, by_t: tuple[float, ...] = ()) -> None:
        """``by_t``: means over equal parts of 1..T."""
        self.validation_steps.extend(np.array([step]))
        self.validation_loss.extend(np.array([loss]))
        if by_t:
            self._validated_by_t = np.array(by_t)

    @property
    def by_t(self) -> LossByT:
        """Of the steps just taken; of a run that is only read, of its last validation."""
        sums, counts = self._by_t
        mean = np.divide(sums, counts, out=np.full(self._bins, np.nan), where=counts > 0)
        recent = self._validated_by_t is None or bool(counts.any())
        if not recent:
            mean = self._validated_by_t
        edges = np.arange(len(mean) + 1) * self.T / len(mean)
        return LossByT((edges[:-1] + edges[1:] + 1) / 2, mean, recent)

    def at(self, step: float) -> dict[str, float]:
        """What is known of the step nearest to ``step``, by name, to be read off a plot."""
        count = len(self)
        if count == 0:
            return {}
        place = min(int(np.searchsorted(self.steps.view()[:count], step)), count - 1)
        found = {
            "step": int(self.steps.view()[place]),
            "loss": float(self.loss.view()[place]),
            "smoothed": float(self.smooth.view()[place]),
            "gradient norm": float(self.gradient_norm.view()[place]),
            "learning rate": float(self.learning_rate.view()[place]),
        }
        validated = len(self.validation_loss)
        before = int(np.searchsorted(self.validation_steps.view()[:validated], step, "right")) - 1
        if before >= 0:
            found["validation"] = float(self.validation_loss.view()[before])
        return found


def _or_nan(values: np.ndarray) -> np.ndarray:
    """The values with NaN in the place of infinity, which no axis can show."""
    return np.where(np.isfinite(values), values, np.nan)
