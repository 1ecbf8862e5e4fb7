"""The metrics of a run as event files, which TensorBoard shows."""

import contextlib
import logging
from collections.abc import Iterable
from pathlib import Path

from torch import Tensor

from diffvis.models.blueprint import Blueprint
from diffvis.training.metrics import COLUMNS, Row

SCALARS = {  # columns of a step's row by the names that TensorBoard groups at the stroke
    "loss": "loss/train",
    "gradient_norm": "optimiser/gradient_norm",
    "learning_rate": "optimiser/learning_rate",
    "steps_per_second": "run/steps_per_second",
    "memory_mb": "run/memory_mb",
    "device_memory_mb": "run/device_memory_mb",
}
_EVENT, _LOSS, _BY_T, _NOTE = (COLUMNS.index(n) for n in ("event", "loss", "loss_by_t", "note"))
log = logging.getLogger(__name__)


class Board:
    """Writes beside the metrics. If it cannot, the run goes on without: the metrics have it all.

    Raises:
        ImportError: the package tensorboard is not there.
        OSError: the folder cannot be written.
    """

    def __init__(self, folder: Path, step: int) -> None:
        """``step``: where the run is; what earlier files say of later steps is no longer shown."""
        from torch.utils.tensorboard import SummaryWriter

        self._writer: SummaryWriter | None = SummaryWriter(folder, purge_step=step + 1)

    def add(self, rows: Iterable[Row]) -> None:
        """Take in rows as ``Metrics.flush`` returns them."""
        for row in rows:
            step, event = int(row[0]), row[_EVENT]
            if event == "step":
                for column, name in SCALARS.items():
                    value = row[COLUMNS.index(column)]
                    if value != "":
                        self._write("add_scalar", name, float(value), step)
            elif event == "validation":
                self._write("add_scalar", "loss/validation", float(row[_LOSS]), step)
                means = str(row[_BY_T]).split()
                for part, mean in enumerate(means, 1):
                    name = f"loss_by_t/{part:02}_of_{len(means)}"
                    self._write("add_scalar", name, float(mean), step)
            elif row[_NOTE]:
                self._write("add_text", str(event), str(row[_NOTE]), step)
        self._write("flush")

    def add_samples(self, step: int, x0: Tensor, blueprint: Blueprint) -> None:
        """Take in a preview x0 (N, C, H, W) in model units; points are no pictures."""
        if not blueprint.is_points:
            images = blueprint.scaling.to_data(x0).clamp(0, 1)
            self._write("add_images", "samples", images, step)

    def close(self) -> None:
        self._write("close")
        self._writer = None

    def _write(self, what: str, *values: object) -> None:
        if self._writer is None:
            return
        try:
            getattr(self._writer, what)(*values)
        except OSError as error:
            log.warning("no more event files: %s", error)
            writer, self._writer = self._writer, None
            with contextlib.suppress(OSError):
                writer.close()
