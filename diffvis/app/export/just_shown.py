"""The last seconds as a GIF, without a dialog: the frames that were just on show."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from diffvis.app.export.choices import choices_for, spec_of
from diffvis.app.export.path import last_folder, suggest
from diffvis.app.failure import Failure
from diffvis.app.folders import saved_notice
from diffvis.app.notices import About, Notice
from diffvis.app.session import Session
from diffvis.app.shown import ForwardShown, ReverseShown
from diffvis.app.theme import Theme
from diffvis.app.transport.history import FRAME_MS
from diffvis.app.workers.jobs import Jobs, Report
from diffvis.files import size_of, size_words
from diffvis.rendering.export import export
from diffvis.rendering.naming import stem
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import Subject

HOLD_MS = 1000  # of the last frame


class JustShown(QObject):
    """Writes in the background and says where the file is."""

    def __init__(self, session: Session, theme: Theme, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._theme, self._jobs = session, theme, jobs

    def save(self, shown: ForwardShown | ReverseShown, at: Sequence[int]) -> None:
        """A film of what a workspace shows at these t, where exports go."""
        choice = next(each for each in choices_for(shown, self._session) if each.moves)
        spec = spec_of(shown).changed(
            view=choice.view, style=self._theme.style.name, at=tuple(at), frame_ms=FRAME_MS,
            first_ms=0, hold_ms=HOLD_MS, **choice.fields,
        )  # fmt: skip
        name = f"{stem(choice.subject, spec, 'film')}-t-{at[0]}-to-{at[-1]}"
        path = suggest(name, ".gif", last_folder())
        device = self._session.device
        self._jobs.run(
            "export.just_shown", lambda report: _write(path, choice.subject, spec, device, report),
            self._saved, self._failed, "Saving the last five seconds",
        )  # fmt: skip

    def _saved(self, path: Path) -> None:
        said = f"{path.name} is saved, {size_words(size_of(path))}"
        notice = self._session.notice
        notice(saved_notice(said, path, notice, About.EXPORT))

    def _failed(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure, About.EXPORT, "The film could not be saved"))


def _write(path: Path, subject: Subject, spec: ExportSpec, device: str, report: Report) -> Path:
    work = export(path, subject, spec, device)
    try:
        for progress in work:
            report(progress.done, progress.total)
    finally:
        work.close()  # one that is cancelled leaves nothing behind
    return path
