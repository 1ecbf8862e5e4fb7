"""Writes a film or a picture, one bounded piece a tick, while the window stays at hand."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal

from diffvis.app.workers.worker import Worker
from diffvis.data.dataset import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.rendering.export import Progress, export_forward, export_reverse
from diffvis.rendering.spec import ExportSpec
from diffvis.training.model import Model

REPORT_S = 0.05  # progress is told at most this often: a chain can take a thousand steps a second


@dataclass(frozen=True, eq=False)
class ExportRequest:
    """A file to be made of the noising of data, or of a model's reverse chain."""

    path: Path
    spec: ExportSpec
    source: Dataset | Model
    schedule: NoiseSchedule
    device: str = "cpu"

    def pieces(self) -> Iterator[Progress]:
        """The work, which ``close()`` cancels without leaving a file.

        Raises:
            UserError: the file cannot be made.
        """
        if isinstance(self.source, Dataset):
            return export_forward(self.path, self.source, self.schedule, self.spec)
        return export_reverse(self.path, self.source, self.spec, self.device)


class ExportWorker(Worker):
    """``saved`` comes before ``finished`` when the file is there, and not after a cancel."""

    progressed = Signal(object)  # Progress
    saved = Signal(object)  # ExportRequest

    def __init__(self) -> None:
        super().__init__("export")
        self._told = 0.0

    def job(self, request: ExportRequest) -> Iterator[Progress]:
        return request.pieces()

    def handle(self, item: Progress) -> None:
        complete = item.done == item.total
        now = time.monotonic()
        if complete or now - self._told >= REPORT_S:
            self._told = now
            self.progressed.emit(item)
        if complete:
            self.saved.emit(self._request)
