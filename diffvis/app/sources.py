"""Opening data and models in the background, from a name, a path or a drop."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from diffvis.app.failure import Failure
from diffvis.app.notices import About, Notice, NoticeKind
from diffvis.app.own_picture import own_picture_of
from diffvis.app.own_samples import about_own_samples, about_stand_in, is_real, own_samples_of
from diffvis.app.recent import remember
from diffvis.app.session import Session
from diffvis.app.undo.reopening import Reopening
from diffvis.app.workers.jobs import Jobs
from diffvis.data.catalogue import NAMED_BY_A_FILE, open_dataset
from diffvis.data.dataset import Dataset
from diffvis.data.facts import told
from diffvis.data.frames import holds_several
from diffvis.data.inferred import listed
from diffvis.data.kinds import is_model, is_picture
from diffvis.data.options import join_source, split_source
from diffvis.data.own_picture import side_and_colour
from diffvis.data.picture_list import write_list
from diffvis.data.stand_in import stand_in
from diffvis.errors import UserError
from diffvis.files import home
from diffvis.models.model import Model, open_model
from diffvis.models.run_files import RUN
from diffvis.models.schedule_file import SUFFIX as SCHEDULE
from diffvis.models.schedule_file import load_schedule
from diffvis.models.shipped import OWN_SAMPLES

DATA_OF_MODEL = "data of model"  # the key of a job that nobody asked for by name
DROPPED = "dropped"  # the folder of the lists of pictures that were dropped together
OWN_SIDE = 256  # pixels of a picture of one's own at most


class Sources(QObject):
    """Puts what was opened into the session, or says why it could not be opened."""

    draw_wanted = Signal()  # the data are to be drawn by hand
    learn_wanted = Signal()  # the data on show are to be learned at once

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs
        self._waits: Callable[[], object] | None = None  # for data that are being opened
        jobs.cancelled.connect(self._show_what_is_open)
        keys = ("data", "model", DATA_OF_MODEL)
        session.history.bring = Reopening(session, jobs, keys).bring

    def open_data(
        self,
        source: str,
        notice: Notice | None = None,
        then: Callable[[], None] | None = None,
        named_by_a_file: bool = False,
    ) -> None:
        """Open a data set by catalogue name or path; one that is open already is shown at once.

        ``notice`` is what to say when it is there, ``then`` what to do. For one that a file names,
        not a person, nothing is fetched.
        """
        known = self._session.datasets.get(source)
        how = NAMED_BY_A_FILE if named_by_a_file else {}

        def opened(data: Dataset) -> None:
            self._session.set_data(data)
            remember("data", source)
            self.tell(data, notice, again=known is not None)
            waits, self._waits = self._waits, None
            for each in (then, waits):
                if each is not None:
                    each()

        self._waits = None
        self._jobs.forget(DATA_OF_MODEL)
        if known is not None:
            self._jobs.forget("data")
            opened(known)
            return
        self._jobs.run(
            "data", lambda report: open_dataset(source, progress=report, **how),
            opened, self._data_failed, f"Opening {Path(split_source(source)[0]).name}",
        )  # fmt: skip

    def after_opening(self, do: Callable[[], object]) -> bool:
        """Do it when the data are there that are being opened for a person, if they come; whether
        there are such data.
        """
        if not self._jobs.wanted("data"):
            return False
        self._waits = do
        return True

    def open_model(self, source: str, then: Callable[[], None] | None = None) -> None:
        """Open a shipped model by name, a run folder or a checkpoint by path. One that is open
        already is used at once, but for a run, which may have gone on since.

        ``then`` is what to do when it is there; the data on show stay then.
        """
        self._jobs.forget(DATA_OF_MODEL)
        known = self._session.models.get(source)
        if known is not None and not Path(source, RUN).is_file():
            self._jobs.forget("model")
            self._model_opened(known)
            return
        device = self._session.device

        def opened(model: Model) -> None:
            if then is None:
                self._model_opened(model)
                remember("model", source)
                return
            self._session.set_model(model)
            then()

        self._jobs.run(
            "model", lambda _: open_model(source, device), opened, self._model_failed,
            f"Opening {Path(source).name}",
        )  # fmt: skip

    def use_exact_denoiser(self) -> None:
        """Put the exact denoiser in the place of a model, also of one that is being opened."""
        self._jobs.forget("model")
        self._jobs.forget(DATA_OF_MODEL)
        self._session.use_exact_denoiser()

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open what was dropped together: several pictures are one set. Of several sets one is
        opened, and the others are named.
        """
        pictures = [path for path in paths if is_picture(path)]
        several = len(pictures) > 1
        others = [path for path in paths if not (several and path in pictures)]
        sets = [path for path in others if not is_model(path) and not path.name.endswith(SCHEDULE)]
        left = sets if several else sets[1:]

        def say() -> None:
            if left:
                title = f"Not opened: {listed([path.name for path in left])}"
                hint = "one set is on show at a time"
                self._session.notice(Notice(title, hint, NoticeKind.WARNING, about=About.DATA))

        if several:
            self._open_pictures(pictures, say)
        for path in others:
            if path not in left:
                self.open_path(path, say)

    def _open_pictures(self, paths: Sequence[Path], then: Callable[[], None]) -> None:
        try:
            made = write_list(paths, home() / DROPPED)
        except OSError as error:
            failure = Failure.of(error)
            self._session.notice(Notice.of(failure, About.INCOMING, "The list cannot be kept"))
            return
        self.open_data(str(made), then=then)

    def open_path(self, path: Path, then: Callable[[], None] | None = None) -> None:
        """Open what was dropped: a model, a picture, a schedule, anything else as data. What it is
        comes first; whoever opens such things then says what is wrong with this one. ``then`` is
        done when data are there.
        """
        if is_model(path):
            self.open_model(str(path))
        elif is_picture(path) and not holds_several(path):
            self.open_picture(path)
        elif path.name.endswith(SCHEDULE):
            use_schedule_of(path, self._session)
        else:
            self.open_data(str(path), then=then)

    def open_picture(self, path: Path, as_points: bool = False) -> None:
        """Open a picture of one's own as it is, up to ``OWN_SIDE`` pixels, or as points.

        A model of images stays: what it gets of the picture is said where it is asked for.
        """
        side, colour = side_and_colour(path, OWN_SIDE)
        image = join_source(str(path), {"size": side, "colour": colour})
        if as_points:
            says, other = "points where it is dark", "Show it as an image"
        else:
            says = f"an image of {side} × {side}, {colour}"
            other = "Show it as points"
        notice = Notice(
            f"{path.name} is shown as {says}",
            action=(other, lambda: self.open_picture(path, not as_points)),
            about=About.DATA,
        )
        self.open_data(str(path) if as_points else image, notice)

    def tell(self, data: Dataset, notice: Notice | None = None, again: bool = False) -> None:
        """Say what was made of data of one's own, with ``notice`` where there is one; of what was
        seen before only what may be wrong with it.
        """
        doubtful = bool(data.warnings or data.skipped)
        if notice is None and told(data) and (doubtful or not again):
            notice = Notice(f"{data.title}: {data.description}", told(data), about=About.DATA)
        elif notice is not None and data.warnings:
            notice = replace(notice, hint="; ".join(map(str, data.warnings)))
        if notice is not None:
            kind = NoticeKind.WARNING if doubtful else notice.kind
            self._session.notice(replace(notice, kind=kind, details="\n".join(data.skipped)))

    def _data_opened(self, data: Dataset) -> None:
        self._session.set_data(data)
        self.tell(data)

    def _model_opened(self, model: Model) -> None:
        self._session.set_model(model)
        self._follow_data_of(model, self._session.history.occasion)

    def _follow_data_of(self, model: Model, occasion: int) -> None:
        """Where other data is on show, open what the model learned from: both came at once."""

        def opened(data: Dataset) -> None:
            with self._session.history.changing(of=occasion):
                self._data_opened(data)

        def not_here(failure: Failure) -> None:
            with self._session.history.changing(of=occasion):
                self._no_data_of_model(failure)

        if not model.data:  # it does not say
            if self._shows_other_data(model):
                self._stand_in(model)
            return
        data, (name, _) = self._session.data, split_source(model.data)
        known_as = split_source(data.source)[0].removeprefix(OWN_SAMPLES), data.name
        if model.shape != data.shape or name not in known_as:
            self._jobs.run(
                DATA_OF_MODEL,
                lambda report: open_dataset(model.data, progress=report, **NAMED_BY_A_FILE),
                opened, not_here, f"Opening the data of {model.name}",
            )  # fmt: skip

    def _shows_other_data(self, model: Model) -> bool:
        """Whether the data on show can be none of the model's, nor a picture for it."""
        data = self._session.data
        looked_at = not model.is_points and own_picture_of(data) is not None
        return tuple(model.shape) != tuple(data.shape) and not looked_at

    def _stand_in(self, model: Model) -> None:
        self._session.set_data(stand_in(model.shape))
        self._session.notice(about_stand_in(model))

    @Slot()
    def _show_what_is_open(self) -> None:
        """The pickers go back from what was chosen in vain."""
        if not self._jobs.wanted("data"):
            self._waits = None
        self._session.datasets_changed.emit()
        self._session.models_changed.emit()

    @Slot(object)
    def _data_failed(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure, About.DATA))
        self._show_what_is_open()

    @Slot(object)
    def _model_failed(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure, About.MODEL))
        self._show_what_is_open()

    @Slot(object)
    def _no_data_of_model(self, failure: Failure) -> None:
        model = self._session.model
        made, data = own_samples_of(model), self._session.data
        if made is not None and (made.shape != data.shape or not is_real(data)):
            self._session.set_data(made)
            self._session.notice(about_own_samples(model, self.open_data))
            return
        if self._shows_other_data(model):
            self._stand_in(model)
            return
        self._session.notice(
            Notice(
                f"The data that {model.name} learned from ({model.data}) is not here",
                "Reverse works without it; Forward goes on with the data that is open",
                NoticeKind.WARNING,
                failure.details,
                about=About.MODEL | About.DATA,
            )
        )


def use_schedule_of(path: Path, session: Session) -> None:
    """Put the schedule of a file into the session, or say why it is none."""
    try:
        schedule = load_schedule(path)
    except UserError as error:
        session.notice(Notice.refusing(error, About.SCHEDULE))
        return
    session.set_schedule(schedule)
