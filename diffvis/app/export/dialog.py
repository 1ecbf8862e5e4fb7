"""Export: what is on screen becomes a file for a slide."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.export.footer import ExportFooter
from diffvis.app.export.form import ExportForm
from diffvis.app.export.path import as_path, remember, suggest
from diffvis.app.export.preview import ExportPreview
from diffvis.app.export.ways import reduce
from diffvis.app.failure import Failure
from diffvis.app.folders import saved_notice
from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.widgets.fields import label
from diffvis.app.widgets.giving import Giving
from diffvis.app.workers.export import ExportRequest, ExportWorker
from diffvis.errors import UserError
from diffvis.files import size_of, size_words
from diffvis.rendering.export import Progress
from diffvis.rendering.formats.registry import FORMATS, check_target, poster_beside

SIDE = 41  # digits: the width of the column beside the preview
LARGEST, PART = QSize(1240, 800), 0.95  # and of the window, or of the screen where there is none


class ExportDialog(QDialog):
    """Writes what its form describes, as it was when the dialog was made.

    The work is done in a thread of its own that ends with the dialog; a file that is not complete
    is never there.
    """

    def __init__(
        self, title: str, subject: str, form: ExportForm, device: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("export.dialog")
        self.setWindowTitle(title)
        self._device = device
        self._worker: ExportWorker | None = None
        self._stopping = False
        self._request: ExportRequest | None = None
        self._may_replace: Path | None = None
        self._looked_at: tuple[object, ...] = ()
        self._form = form
        self._preview = ExportPreview()
        self._make_widgets(title, subject)
        self._form.changed.connect(self._form_changed)
        self._form.file.submitted.connect(self._run_clicked)
        self._form.file.browse_asked.connect(self._browse)
        self._preview.reduce_asked.connect(self._reduce)
        self._show_idle()

    def suggest(self, folder: Path, stem: str | None = None) -> None:
        """Offer a name that is free: ``stem``, or one that says what is inside."""
        if stem is not None:
            self._form.file.set_text(str(suggest(stem, self._form.suffix, folder)))
            return
        self._form.file.propose_in(folder)
        self._form.name_file()

    def say(self, notice: Notice) -> None:
        """Say it in the dialog."""
        self._notice.show_notice(notice)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    @property
    def running(self) -> bool:
        """Whether a file is being written."""
        return self._request is not None

    def ask_to_stop(self) -> None:
        """Cancel what is being written and end the thread; ``wait`` waits for both."""
        self._looked_at = ()  # opened again, it is looked at again
        self._preview.ask_to_stop()
        if self._worker is not None:
            self._stopping = True
            self._worker.ask_to_stop()

    def wait(self) -> bool:
        written = self._worker is None or self._worker.wait()
        return self._preview.wait() and written

    def done(self, result: int) -> None:
        """However the dialog is closed, the work ends with it."""
        self.ask_to_stop()
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.running:
            self._cancel_clicked()
        else:
            super().keyPressEvent(event)

    # --- widgets -------------------------------------------------------------------------

    def _make_widgets(self, title: str, subject: str) -> None:
        self._footer = ExportFooter()
        self._notice, self._run = self._footer.notice, self._footer.run
        self._footer.cancel.clicked.connect(self._cancel_clicked)
        self._run.clicked.connect(self._run_clicked)
        heading = QHBoxLayout()
        heading.setSpacing(10)
        heading.addWidget(label(title, "title"))
        heading.addWidget(label(subject, "muted"), 1)
        side = Giving(self._form)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self._preview, 1)
        middle.addWidget(side)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(heading)
        column.addLayout(middle, 1)
        column.addWidget(self._form.file)
        column.addWidget(self._footer)
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        wanted = SIDE * self.fontMetrics().horizontalAdvance("0")
        # here, where the form has the style of the dialog
        side.setFixedWidth(max(wanted, self._form.minimumSizeHint().width() + bar))
        self.resize(fitting(self))
        for control in self.findChildren(QPushButton):
            control.setAutoDefault(False)  # Return in a number means that number, not Export

    # --- what the person does ------------------------------------------------------------

    @Slot()
    def _run_clicked(self) -> None:
        if self.running:
            return
        try:
            spec = self._form.spec()
            path = as_path(self._form.file.text, self._form.suffix, tuple(FORMATS))
            check_target(path, (self._form.suffix,), spec.picture.transparent, spec.film)
        except UserError as error:
            self.say(Notice(error.problem, error.remedy, NoticeKind.ERROR))
            return
        files = path, poster_beside(path, spec.film)
        there = next((each for each in files if each is not None and each.exists()), None)
        if there is not None and path != self._may_replace:
            self._ask_to_replace(path, there)
            return
        self._form.file.set_text(str(path))
        self._preview.pause()
        self._request = ExportRequest(path, spec, self._form.choice.subject, self._device)
        self._begin_work().start(self._request)
        self._footer.begin()
        self._set_free(False)

    def _ask_to_replace(self, path: Path, there: Path) -> None:
        """``there`` is the file itself, or what is written beside it."""
        self._may_replace = path
        self._run.setText("Replace")
        self.say(
            Notice(
                f"{there.name} exists already",
                "press Replace to write over it, or choose another name",
                NoticeKind.WARNING,
            )
        )

    @Slot()
    def _cancel_clicked(self) -> None:
        if not self.running:
            self.reject()
            return
        assert self._worker is not None
        self._worker.cancel()
        self._footer.say("Cancelling…")

    @Slot()
    def _form_changed(self) -> None:
        """What was said no longer holds."""
        self._may_replace = None
        self._run.setText("Export")
        self._notice.clear()
        self._look()

    def _look(self) -> None:
        """Have the preview show what would be written."""
        if not self.isVisible():
            return
        try:
            spec = self._form.spec()
            path = Path(f"film{self._form.suffix}")
            request = ExportRequest(path, spec, self._form.choice.subject, self._device)
        except UserError as error:
            self._looked_at = ()
            self._preview.ask_for(None, f"{error.problem}: {error.remedy}")
            return
        asked = (self._form.suffix, spec, id(request.subject))
        if asked != self._looked_at:
            self._looked_at = asked
            self._preview.ask_for(request)

    @Slot(str)
    def _reduce(self, way: str) -> None:
        reduce(self._form, way)

    @Slot()
    def _browse(self) -> None:
        chooser = QFileDialog(self, "Export to", self._form.file.text)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter(f"*{self._form.suffix}")
        chooser.setDefaultSuffix(self._form.suffix.removeprefix("."))
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self._file_chosen)
        chooser.open()

    @Slot(str)
    def _file_chosen(self, name: str) -> None:
        self._form.file.set_text(name)
        self._may_replace = Path(name)  # the chooser has asked already

    # --- what the worker says ------------------------------------------------------------

    def _begin_work(self) -> ExportWorker:
        """The worker for this export: another one where the dialog was closed and opened again."""
        if self._stopping:  # it may take its time
            self._worker, self._stopping = None, False
        if self._worker is None:
            self._worker = ExportWorker()
            self._worker.progressed.connect(self._show_progress)
            self._worker.saved.connect(self._saved)
            self._worker.finished.connect(self._finished)
            self._worker.failed.connect(self._failed)
        return self._worker

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        if not self.running:
            return
        self._footer.show_progress(progress)

    @Slot(object)
    def _saved(self, request: ExportRequest) -> None:
        path = request.path
        remember(path, self._form.film)
        size = size_words(size_of(path))
        self._may_replace = None
        poster = poster_beside(path, request.spec.film)
        said = "" if poster is None else f", and {poster.name}"
        self.say(saved_notice(f"{path.name} is saved, {size}{said}", path, self.say))

    @Slot(object)
    def _finished(self, request: ExportRequest) -> None:
        if request is not self._request:
            return  # of before the dialog was closed and opened again
        if self._notice.notice is None:
            self.say(Notice("The export was cancelled", f"{request.path.name} was not written"))
        self._show_idle()

    @Slot(object)
    def _failed(self, failure: Failure) -> None:
        if failure.request is not self._request:
            return
        self.say(Notice.of(failure))
        self._show_idle()

    def _set_free(self, free: bool) -> None:
        self._form.setEnabled(free)
        self._form.file.setEnabled(free)

    def _show_idle(self) -> None:
        self._request = None
        self._set_free(True)
        self._footer.rest()
        self._preview.resume()


def fitting(dialog: QDialog) -> QSize:
    """Most of its window, so that the preview is large, and never more than the screen has."""
    parent, screen = dialog.parentWidget(), dialog.screen().availableGeometry().size()
    room = screen if parent is None else parent.size().boundedTo(screen)
    return (room * PART).boundedTo(LARGEST)
