"""What a list says of a run without reading all of it: its name, its loss, how far it has come."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from diffvis.data.catalogue import title_of
from diffvis.data.options import split_source
from diffvis.errors import UserError
from diffvis.models.blueprint import marked
from diffvis.models.run_files import files_by_step, read_run
from diffvis.training.metrics import number, read_metrics

TAIL = 1 << 14  # bytes of the metrics that are read: about the last 150 steps
_NUMBERED = re.compile(r"(.+)-([0-9]+)")
_DATED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{2})([0-9]{2})[0-9]{2}-(.+)")


@dataclass(frozen=True)
class RunCard:
    """``loss`` is that of the newest validation, or the mean of the last steps; NaN for none."""

    name: str
    loss: float
    step: int
    steps: int
    preview: Path | None
    """Samples of the newest preview, for ``read_preview``."""

    @property
    def title(self) -> str:
        """``Digits 3, loss 0.21``."""
        return ", ".join(part for part in (self.name, self._loss) if part)

    @property
    def progress(self) -> str:
        """``step 1,200 of 5,000``."""
        if self.step >= self.steps:
            return f"all {self.steps:,} steps"
        return f"step {self.step:,} of {self.steps:,}"

    @property
    def about(self) -> str:
        """Beside its name: ``loss 0.21 · step 1,200 of 5,000``."""
        return " · ".join(part for part in (self._loss, self.progress) if part)

    @property
    def _loss(self) -> str:
        if not math.isfinite(self.loss):
            return ""
        return f"loss {self.loss:.{'2f' if 0.1 <= self.loss < 100 else '2g'}}"


def run_name(path: Path, data: str, bug: str = "") -> str:
    """How people call a run in ``path`` that learns ``data``: ``Digits 3`` for ``digits-3``, and
    with a bug ``Digits 3 (BUG no-t)``.

    Folders of earlier versions have a date for a number. One that was named by a person is called
    by that name.
    """
    own, title = Path(split_source(data)[0]).name, title_of(data)
    names = {own, Path(own).stem}
    if bug:
        names |= {f"{name}-bug-{bug}" for name in names}
    numbered, dated = _NUMBERED.fullmatch(path.name), _DATED.fullmatch(path.name)
    if numbered and numbered[1] in names:
        return marked(f"{title} {numbered[2]}", bug)
    if dated and dated[4] in names:
        return marked(f"{title}, {dated[1]} {dated[2]}:{dated[3]}", bug)
    return marked(path.name, bug)


def run_card(path: Path) -> RunCard:
    """What is known of the run in a folder; of one that cannot be read, only its folder's name."""
    metrics = path / "metrics.csv"
    try:
        seen = metrics.stat()
        state = seen.st_mtime_ns, seen.st_size
    except OSError:
        state = 0, 0
    return _card(path, *state)


@lru_cache(maxsize=512)
def _card(path: Path, _changed: int, size: int) -> RunCard:
    try:
        values = read_run(path)
        name = run_name(path, str(values.get("data", "")), str(values.get("bug", "")))
        steps = int(values.get("steps", 0))
        rows = read_metrics(path / "metrics.csv", max(0, size - TAIL), TAIL)[0]
    except (UserError, OSError, ValueError, TypeError):
        return RunCard(path.name, math.nan, 0, 0, None)
    previews = files_by_step(path / "previews", ".npz")
    step = int(rows[-1]["step"]) if rows else 0
    return RunCard(name, _newest_loss(rows), step, steps, previews[-1] if previews else None)


def _newest_loss(rows: list[dict[str, str]]) -> float:
    for event in ("validation", "step"):
        losses = [number(row.get("loss", "")) for row in rows if row.get("event") == event]
        known = [loss for loss in losses if math.isfinite(loss)]
        if known:
            return known[-1] if event == "validation" else sum(known) / len(known)
    return math.nan
