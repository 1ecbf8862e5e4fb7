"""Opening data and models in the background, from a name, a path or a drop."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.workers.jobs import Jobs
from diffvis.app.workers.worker import Failure
from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.training.checkpoint import SUFFIX
from diffvis.training.model import WEIGHTS, Model, open_model


class Sources(QObject):
    """Puts what was opened into the session, or says why it could not be opened."""

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs
        jobs.cancelled.connect(self._show_what_is_open)

    def open_data(self, source: str) -> None:
        """Open a data set by catalogue name or path; one that is open already is shown at once."""
        opened = self._session.datasets.get(source)
        if opened is not None:
            self._session.set_data(opened)
            return
        self._jobs.run(
            "data", lambda report: open_dataset(source, progress=report),
            self._data_opened, self._data_failed, f"Opening {Path(source).name}",
        )  # fmt: skip

    def open_model(self, source: str) -> None:
        """Open a shipped model by name, a run folder or a checkpoint by path."""
        device = self._session.device
        self._jobs.run(
            "model", lambda _: open_model(source, device), self._model_opened, self._model_failed,
            f"Opening {Path(source).name}",
        )  # fmt: skip

    def open_path(self, path: Path) -> None:
        """Open what was dropped: a run folder or checkpoint as a model, anything else as data."""
        marks = (path / "run.json", path / WEIGHTS)
        is_model = path.suffix == SUFFIX or any(mark.is_file() for mark in marks)
        (self.open_model if is_model else self.open_data)(str(path))

    def _data_opened(self, data: Dataset) -> None:
        self._session.set_data(data)
        if data.skipped:
            self._session.notice(
                Notice(
                    f"Not all of {data.title} could be used as it is ({len(data.skipped)} remarks)",
                    "Details lists each file with the reason",
                    NoticeKind.WARNING,
                    "\n".join(data.skipped),
                )
            )

    def _model_opened(self, model: Model) -> None:
        self._session.set_model(model)
        self.follow_model_data()

    def follow_model_data(self) -> None:
        """Where the data on show is not of the model's shape, open what the model learned from."""
        model = self._session.model
        if model.shape != self._session.data.shape:
            self._jobs.run(
                "data", lambda report: open_dataset(model.data, progress=report, download=False),
                self._data_opened, self._no_data_of_model, f"Opening the data of {model.name}",
            )  # fmt: skip

    @Slot()
    def _show_what_is_open(self) -> None:
        """The pickers go back from what was chosen in vain."""
        self._session.datasets_changed.emit()
        self._session.models_changed.emit()

    @Slot(object)
    def _data_failed(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure))
        self._show_what_is_open()

    @Slot(object)
    def _model_failed(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure))
        self._show_what_is_open()

    @Slot(object)
    def _no_data_of_model(self, failure: Failure) -> None:
        model = self._session.model
        self._session.notice(
            Notice(
                f"The data that {model.name} learned from ({model.data}) is not here",
                "Reverse works without it; Forward goes on with the data that is open",
                NoticeKind.WARNING,
                failure.details,
            )
        )
