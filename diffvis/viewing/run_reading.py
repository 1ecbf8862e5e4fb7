"""Reading a run folder into a record, now and again, while another process may be writing it."""

from collections.abc import Iterator
from pathlib import Path

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.run_files import is_run
from diffvis.training.folder import read_chain, read_preview
from diffvis.training.follow import Follower, News
from diffvis.viewing.film import TrainingFrame
from diffvis.viewing.training_record import TrainingRecord, Whose


class RunReading:
    """A follower and the record that it fills. All methods belong to the thread that reads.

    Raises:
        UserError: there is no run in the folder, or it is of a newer diffvis.
    """

    def __init__(self, path: Path, dataset: Dataset | None = None) -> None:
        self._follower = Follower(path)
        self.record = TrainingRecord(self._follower.config, dataset, path, whose=Whose.KEPT)
        self.record.device = str(self._follower.folder.environment().get("device", ""))

    def read(self) -> Iterator[News]:
        """Take in what is new, a bounded piece of the metrics for each ``next``."""
        while True:
            news = self._follower.look()
            self.record.take(news, self._follower.config)
            for path in news.previews:
                if _add(path, self.record):
                    yield news
            yield news
            if not news.more:
                return


def read_past(record: TrainingRecord) -> None:
    """Fill the record of a run that goes on here with what its folder knows of its past; what the
    record knew is there until all of it has been read.

    Raises:
        UserError: there is no run in the folder.
    """
    follower = Follower(record.path)
    past = TrainingRecord(record.config, record.dataset, record.path)
    while True:
        news = follower.look()
        past.take(news, record.config)
        for preview in news.previews:
            _add(preview, past)
        if not news.more:
            break
    record.take_past(past)


def _add(preview: Path, record: TrainingRecord) -> bool:
    """Whether the preview could be added to the film. One that is half copied, or damaged, cannot:
    the others are still worth seeing.
    """
    try:
        record.film.append(TrainingFrame(*read_preview(preview), read_chain(preview)))
    except UserError:
        return False
    return True


def open_reading(path: Path, dataset: Dataset | None = None) -> Iterator[RunReading | News]:
    """The reading of a folder first, then what each look at it brings.

    Raises:
        UserError: there is no run in it.
    """
    if not is_run(path):
        raise UserError(f"{path} is not a run folder", "it has no run.json")
    reading = RunReading(path, dataset)
    yield reading
    yield from reading.read()
