"""Writes a film or a picture, one bounded piece a tick, while the window stays at hand."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal

from diffvis.app.workers.worker import Worker
from diffvis.rendering.estimate import Estimate, estimate
from diffvis.rendering.export import Progress, export
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import Subject

REPORT_S = 0.05  # progress is told at most this often: a chain can take a thousand steps a second


@dataclass(frozen=True, eq=False)
class ExportRequest:
    """A file to be made of a subject."""

    path: Path
    spec: ExportSpec
    subject: Subject
    device: str = "cpu"


class ExportWorker(Worker):
    """``saved`` comes before ``finished`` when the file is there, and not after a cancel."""

    progressed = Signal(object)  # Progress
    saved = Signal(object)  # ExportRequest

    def __init__(self) -> None:
        super().__init__("export")
        self._told = 0.0

    def job(self, request: ExportRequest) -> Iterator[Progress]:
        return export(request.path, request.subject, request.spec, request.device)

    def handle(self, item: Progress) -> None:
        complete = item.done == item.total
        now = time.monotonic()
        if complete or now - self._told >= REPORT_S:
            self._told = now
            self.progressed.emit(item)
        if complete:
            self.saved.emit(self._request)


class PreviewWorker(Worker):
    """Draws a few frames of a file and says how large it will be."""

    estimated = Signal(object, object)  # ExportRequest, Estimate

    def __init__(self) -> None:
        super().__init__("export preview")

    def job(self, request: ExportRequest) -> Iterator[Estimate | None]:
        return estimate(request.path.suffix, request.subject, request.spec, request.device)

    def handle(self, item: Estimate | None) -> None:
        if item is not None:
            self.estimated.emit(self._request, item)
