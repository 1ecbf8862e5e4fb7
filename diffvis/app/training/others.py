"""Samples of other runs, at the step whose samples of the run on show are looked at."""

from math import inf

from torch import Tensor

from diffvis.viewing.film import TrainingFrame
from diffvis.viewing.told_apart import distance_to_data, told_apart
from diffvis.viewing.training_record import TrainingRecord

MOST = 3  # of which there is room beside those of the run on show
KEPT = 64  # distances


class Others:
    """The runs that are ticked, of which some may take turns with the one on show."""

    def __init__(self) -> None:
        self.records: tuple[TrainingRecord, ...] = ()
        self._seen: tuple[tuple[TrainingFrame, ...], ...] = ()
        self._distances: dict[TrainingFrame, float | None] = {}

    def have_more(self) -> bool:
        """Whether they have other samples than when this was asked before."""
        before, self._seen = self._seen, tuple(record.film.moments for record in self.records)
        return len(before) != len(self._seen) or any(
            one is not other for one, other in zip(before, self._seen, strict=True)
        )

    def until(self, record: TrainingRecord) -> float:
        """The step to which all have come that take turns with a run: their newest samples are
        made one after the other.
        """
        partners = [other for other in self.records if other in record.together]
        return min((_newest(other) for other in partners), default=inf)

    def beside(
        self, record: TrainingRecord, moment: TrainingFrame
    ) -> list[tuple[str, Tensor | None]]:
        """What each run is called and its samples x0, at the step nearest to that of ``moment``."""
        records = (record, *self.records[:MOST])
        found: list[tuple[str, Tensor | None]] = []
        for other, name in zip(records, told_apart(records), strict=True):
            there = moment if other is record else _nearest(other, moment.step)
            if there is None:
                found.append((f"{name}: no samples yet", None))
                continue
            words = f"{name}: step {there.step:,}"
            distance = self._distance(there, record)
            words += "" if distance is None else f", {distance:.3f} from the data"
            found.append((words, there.x0))
        return found

    def _distance(self, moment: TrainingFrame, record: TrainingRecord) -> float | None:
        """Of points, where the data of the run on show is here."""
        if record.dataset is None:
            return None
        if moment not in self._distances:
            if len(self._distances) >= KEPT:
                self._distances.pop(next(iter(self._distances)))
            self._distances[moment] = distance_to_data(moment, record.dataset)
        return self._distances[moment]


def _newest(record: TrainingRecord) -> int:
    moments = record.film.moments
    return moments[-1].step if moments else 0


def _nearest(record: TrainingRecord, step: int) -> TrainingFrame | None:
    return min(record.film.moments, key=lambda each: abs(each.step - step), default=None)
