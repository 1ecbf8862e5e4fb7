"""A look at an export before it is written: some frames, its size, and what makes it smaller."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from diffvis.app.failure import Failure
from diffvis.app.widgets.fields import button, label
from diffvis.app.widgets.flow import FlowRow
from diffvis.app.widgets.images import image_of
from diffvis.app.widgets.spoken import say_values
from diffvis.app.workers.export import ExportRequest, PreviewWorker
from diffvis.files import size_words
from diffvis.rendering.estimate import LARGE, Estimate
from diffvis.rendering.formats.registry import FORMATS

WAIT_MS = 250  # after the last change, before it is looked at again
FRAME_MS = 300  # of the few frames that the preview shows
WAYS = (
    ("webp", "as WebP", "Exact, and the smallest of all"),
    ("mp4", "as MP4", "A film; not exact, but small"),
    ("levels", "64 greys", "64 levels of grey instead of 256"),
    ("frames", "fewer frames", "Two thirds of the frames"),
    ("count", "fewer samples", "A quarter of the samples"),
    ("factor", "smaller pictures", "Half as many pixels for each of a sample's"),
)


class ExportPreview(QWidget):
    """``reduce_asked`` says by which of ``WAYS`` the file is to become smaller."""

    reduce_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._picture = _Picture()
        self._size = label("", "hint")
        self._size.setObjectName("export.estimate")
        self._size.setWordWrap(True)
        self._buttons = {
            way: button(says, f"export.reduce_{way}", f"Make it smaller: {says}", tip)
            for way, says, tip in WAYS
        }
        for way, made in self._buttons.items():
            made.clicked.connect(lambda _=False, way=way: self.reduce_asked.emit(way))
        self._ways = FlowRow(*self._buttons.values())
        self._ways.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._picture, 1)
        column.addWidget(self._size)
        column.addWidget(self._ways)
        self._request: ExportRequest | None = None
        self._looked_at: ExportRequest | None = None  # the last that was looked at to its end
        self._worker: PreviewWorker | None = None
        self._stopping = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._look)

    def ask_for(self, request: ExportRequest | None, problem: str = "") -> None:
        """Look at a file that could be made, soon; or say why it cannot."""
        self._request = request
        self._ways.hide()
        if request is None:
            self._timer.stop()
            self._looked_at = None
            self._size.setText(problem)
            return
        self._size.setText("…")
        self._timer.start()

    def pause(self) -> None:
        """While the file is written, nothing else is drawn."""
        self._timer.stop()
        if self._worker is not None:
            self._worker.cancel()

    def resume(self) -> None:
        """Look at what ``pause`` kept from being looked at."""
        if self._request is not self._looked_at and self.isVisible():
            self._timer.start()

    def ask_to_stop(self) -> None:
        self._timer.stop()
        self._picture.show_frames(())
        if self._worker is not None:
            self._stopping = True
            self._worker.ask_to_stop()

    def wait(self) -> bool:
        return self._worker is None or self._worker.wait()

    @Slot()
    def _look(self) -> None:
        if not self.isVisible():
            return  # the dialog was closed meanwhile
        if self._stopping:  # it may take its time
            self._worker, self._stopping = None, False
        if self._worker is None:
            self._worker = PreviewWorker()
            self._worker.estimated.connect(self._show)
            self._worker.failed.connect(self._failed)
        self._worker.start(self._request)

    @Slot(object, object)
    def _show(self, request: ExportRequest, estimate: Estimate) -> None:
        if request is not self._request:
            return  # of something that was chosen before
        self._looked_at = request
        self._picture.show_frames(estimate.frames)
        if estimate.size is None:
            self._size.setText("Numbers have no preview")
            return
        about = "" if estimate.exact else "about "
        large = estimate.size > LARGE
        size = f"{_contents(estimate)}{about}{size_words(estimate.size)}"
        said = (f"{size}: large for a slide" if large else size, _shown(estimate))
        asks = ". Make it smaller:" if large else ""
        self._size.setText(". ".join(filter(None, said)) + asks)
        self._offer(request)
        self._ways.setVisible(large)

    def _offer(self, request: ExportRequest) -> None:
        """The ways that help with this file."""
        suffix, spec, subject = request.path.suffix, request.spec, request.subject
        film = FORMATS[suffix].kind == "film"
        several = (
            subject.what in ("reverse", "forward", "compare") and (spec.shown.count or 16) >= 4
        )
        useful = {
            "webp": film and suffix not in (".webp", ".mp4"),
            "mp4": film and suffix != ".mp4" and not spec.picture.transparent,
            "levels": spec.picture.levels > 64,
            "frames": film and spec.film.frames > 20,
            "count": several,
            "factor": subject.what != "forward" and spec.picture.factor != 1,
        }
        for way, made in self._buttons.items():
            made.setVisible(bool(useful[way]))

    @Slot(object)
    def _failed(self, failure: Failure) -> None:
        if failure.request is self._request:
            self._looked_at = self._request
            self._size.setText(f"{failure.title}: {failure.hint}")


def _contents(estimate: Estimate) -> str:
    """What the file will have: ``300 steps in 61 frames, ``; nothing of a picture."""
    if estimate.total == 1:
        return ""
    frames = f"{estimate.total:,} frames, "
    return f"{estimate.steps:,} steps in {frames}" if estimate.steps else frames


def _shown(estimate: Estimate) -> str:
    """How the preview differs from it."""
    frames = len(estimate.frames)
    if estimate.walked:
        return f"The preview walks {estimate.walked} of the steps and shows {frames} frames"
    return f"The preview shows {frames} of them" if frames < estimate.total else ""


class _Picture(QWidget):
    """A few frames, one after another."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("export.preview")
        self.setAccessibleName("Preview of the export")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(300, 170))
        self._images: list[QImage] = []
        self._place = 0
        say_values()
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._next)

    def show_frames(self, frames: tuple[np.ndarray, ...]) -> None:
        """uint8 (h, w, 3) or (h, w, 4)."""
        self._images = [image_of(frame) for frame in frames]
        self._place = 0
        if len(self._images) > 1:
            self._timer.start()
        else:
            self._timer.stop()
        self.update()

    def spoken_value(self) -> str:
        if not self._images:
            return "nothing to see yet"
        size = self._images[0].size()
        frames = f"{len(self._images)} frames" if len(self._images) > 1 else "a picture"
        return f"{frames} of {size.width()} × {size.height()} pixels"

    @Slot()
    def _next(self) -> None:
        self._place = (self._place + 1) % len(self._images)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._images:
            return
        image = self._images[self._place]
        size = image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, top, size.width(), size.height()), image)
        painter.end()
