"""The export dialog of the window: opened for a workspace, or for a file that was dropped."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from diffvis.app.export.dialog import ExportDialog
from diffvis.app.export.just_shown import JustShown
from diffvis.app.export.opening import dialog_again, dialog_for
from diffvis.app.failure import Failure
from diffvis.app.notices import About, Notice
from diffvis.app.session import Session
from diffvis.app.shown import AnyShown, ForwardShown, ReverseShown
from diffvis.app.theme import Theme
from diffvis.app.workers.jobs import Jobs
from diffvis.errors import UserError
from diffvis.rendering.formats.registry import FORMATS
from diffvis.rendering.recipe import carries_recipe, read_recipe
from diffvis.rendering.remake import Remade, remake


class Exports(QObject):
    """One dialog at a time."""

    def __init__(self, session: Session, theme: Theme, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._theme, self._jobs, self._window = session, theme, jobs, window
        self._dialog: ExportDialog | None = None
        self._just_shown = JustShown(session, theme, jobs, self)

    @property
    def dialog(self) -> ExportDialog | None:
        """The one that was opened last."""
        return self._dialog

    def open(self, shown: AnyShown) -> None:
        """Export what a workspace shows; a dialog that is open stays."""
        if self._is_open():
            return
        try:
            dialog = dialog_for(self._session, self._theme, shown, self._window)
        except UserError as error:
            self._session.notice(Notice(error.problem, error.remedy, about=About.EXPORT))
            return
        self._show(dialog)

    def save_just_shown(self, shown: AnyShown, at: Sequence[int]) -> None:
        """The last seconds as a GIF: what a workspace has shown at these t."""
        if isinstance(shown, ForwardShown | ReverseShown):
            self._just_shown.save(shown, at)

    def takes(self, path: Path) -> bool:
        """Open a dialog filled in as ``path`` was made; False where it carries no recipe."""
        if path.suffix.lower() not in FORMATS or not carries_recipe(path):
            return False
        device = self._session.device
        self._jobs.run(
            "recipe", lambda _: (path, remake(read_recipe(path), device)), self._remade,
            self._failed, f"Opening what made {path.name}",
        )  # fmt: skip
        return True

    def ask_to_stop(self) -> None:
        if self._dialog is not None:
            self._dialog.ask_to_stop()

    def wait(self) -> bool:
        return self._dialog is None or self._dialog.wait()

    def _is_open(self) -> bool:
        if self._dialog is not None and self._dialog.isVisible():
            self._dialog.raise_()
            return True
        return False

    def _show(self, dialog: ExportDialog) -> None:
        self._session.settle(About.EXPORT)
        if self._dialog is not None:
            self._dialog.ask_to_stop()
            self._dialog.deleteLater()
        self._dialog = dialog
        dialog.open()

    def _remade(self, answer: tuple[Path, Remade]) -> None:
        if self._is_open():
            return
        path, remade = answer
        self._show(dialog_again(self._session, self._theme, path, remade, self._window))

    def _failed(self, failure: Failure) -> None:
        self._session.notice(Notice.of(failure, About.EXPORT))
