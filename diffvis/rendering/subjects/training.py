"""A training run: samples on fixed noise as they improve, the loss, and the numbers."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from diffvis.errors import UserError
from diffvis.models.blueprint import MARK
from diffvis.models.run_files import step_of
from diffvis.rendering.chart import Chart
from diffvis.rendering.footer import Foot
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.frames import spread
from diffvis.rendering.grids import draw_grid
from diffvis.rendering.loss_curves import loss_curves, loss_marks, metrics_of
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.palette import Palette, grey_palette, picture_palette, points_palette
from diffvis.rendering.pixels import to_uint8
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.sheet import Sheet, draw_sheet
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.strip import StripFrame, strip_sheet
from diffvis.rendering.style import Style
from diffvis.rendering.subjects.schedules import draw
from diffvis.rendering.subjects.subject import Content, limit_numbers, view_of
from diffvis.rendering.text import escape
from diffvis.rendering.told import Told
from diffvis.training.config import bug_of
from diffvis.training.folder import RunFolder, read_preview

STRIP = 6  # moments of a strip


@dataclass(frozen=True, eq=False)
class Training:
    """What a run folder has kept up to the step ``until``; a run may go on meanwhile."""

    folder: RunFolder
    until: int
    floor: float | None = None
    """The loss that no network can get below, drawn with those of the run."""

    what = "training"
    views = {  # noqa: RUF012 - nobody writes to it
        "samples": ("film", "picture", "drawing", "numbers"),
        "strip": ("picture", "drawing"),
        "loss": ("picture", "drawing", "table"),
    }

    @classmethod
    def open(
        cls, path: str | Path, until: int | None = None, floor: float | None = None
    ) -> "Training":
        """The run in a folder, as far as it is now if not told otherwise.

        Raises:
            UserError: there is none, or its metrics have not the columns they need.
        """
        folder = RunFolder.open(path)
        if until is None:
            steps = [int(row["step"]) for row in metrics_of(folder)[-1:]]
            until = max(steps + [step_of(path) for path in folder.previews()], default=0)
        return cls(folder, until, floor)

    @property
    def name(self) -> str:
        bug = bug_of(self.folder.config)
        return f"{self.folder.path.name}-training" + (f"-bug-{bug}" if bug else "")

    def sources(self) -> dict[str, Any]:
        config = self.folder.config
        floor = {} if self.floor is None else {"floor": self.floor}
        return {
            **floor,
            "run": str(self.folder.path.absolute()),
            "data": {"source": config.data, "fingerprint": self.folder.data_fingerprint()},
            "config": config.model_dump(mode="json"),
            "until": self.until,
            "sha256": self._hash(),
        }

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        view = view_of(self, spec)
        if view == "loss":
            chart = self._chart(spec)
            made = {"table": chart.table, "drawing": lambda: chart}
            make = made.get(kind, lambda: draw(chart, spec))
            return Content(1, lambda: iter([make()]))
        previews = self._previews(spec, STRIP if view == "strip" else spec.film.frames)
        if view == "strip":
            return Content(len(previews) + 1, lambda: self._strip(previews, kind, spec))
        if kind == "numbers":
            return Content(len(previews) + 1, lambda: self._numbers(previews, spec))
        if kind != "film":
            previews = [self._at(previews, spec.shown.t)]
        return Content(
            len(previews),
            lambda: (self._frame(path, spec, kind) for path in previews),
            lambda: self._palette(previews[-1], spec),
            len(previews),
            lambda: self._told(previews),
        )

    def _told(self, previews: list[Path]) -> Told:
        steps = [step_of(path) for path in previews]
        return Told.counted("Training", escape(self._words()), steps, self._last_step(), "step")

    def _last_step(self) -> int:
        """Of the training, or of what it has shown so far where that is more."""
        return max(self.folder.config.steps, step_of(self._stored()[-1]))

    def _hash(self) -> str:
        """SHA-256 of the samples and losses that are shown."""
        digest = hashlib.sha256()
        for path in self._stored():
            digest.update(path.read_bytes())
        for row in self._rows():
            digest.update(f"{row['step']} {row['event']} {row['loss']};".encode())
        return digest.hexdigest()

    def _stored(self) -> list[Path]:
        """The previews, in the order of their steps."""
        return [path for path in self.folder.previews() if step_of(path) <= self.until]

    def _rows(self) -> list[dict[str, str]]:
        """The metrics, as they were written."""
        return [row for row in metrics_of(self.folder) if int(row["step"]) <= self.until]

    # --- samples -------------------------------------------------------------------------

    def _previews(self, spec: ExportSpec, count: int) -> list[Path]:
        """At most ``count`` of those stored, early ones closer: samples change fastest there."""
        stored = self._stored()
        if not stored:
            raise UserError(
                f"{self.folder.path} holds no previews yet", "train it for a few seconds"
            )
        steps = np.array([step_of(path) for path in stored], float)
        gap = steps[steps > 0][0] if (steps > 0).any() else 1.0
        easing = spec.film.easing
        if view_of(self, spec) == "strip" and easing == "end":  # which is for films
            easing = "even"
        place = steps if easing == "linear" else np.log1p(steps / gap)
        return [stored[i] for i in spread(place, count, easing)]

    def _at(self, previews: list[Path], step: int | None) -> Path:
        """The newest, or the one that is nearest to a step."""
        if step is None:
            return previews[-1]
        return min(self._stored(), key=lambda path: abs(step_of(path) - step))

    def _shown(self, path: Path, spec: ExportSpec) -> tuple[int, Any]:
        step, x0 = read_preview(path)
        return step, x0 if spec.shown.count is None else x0[: spec.shown.count]

    def _words(self) -> str:
        config = self.folder.config
        return f"{self._mark}{config.data} · {config.network} · seed {config.seed}"

    @property
    def _mark(self) -> str:
        """``BUG no-t · `` for a run with a bug, which is said even where there is no caption."""
        bug = bug_of(self.folder.config)
        return f"{MARK} {bug} · " if bug else ""

    def _captioned(self, spec: ExportSpec) -> bool:
        return spec.picture.caption or bool(self._mark)

    def _frame(self, path: Path, spec: ExportSpec, kind: Kind) -> np.ndarray | Scene:
        step, x0 = self._shown(path, spec)
        foot = None
        if self._captioned(spec):
            foot = Foot(step, self._last_step(), escape(self._words()), "step")
        said = self._told([path]).still()
        return drawn_as(
            kind, lambda look: draw_grid(x0, spec, look, foot=foot), spec, "Training", said
        )

    def _palette(self, path: Path, spec: ExportSpec) -> Palette:
        _, x0 = read_preview(path)
        if x0.ndim == 2:
            return points_palette(spec.look, None)
        if x0.shape[1] != 3:
            return grey_palette(spec.look, spec.picture.levels)
        return picture_palette(spec.look, to_uint8(x0), spec.picture.levels)

    def _strip(self, previews: list[Path], kind: Kind, spec: ExportSpec) -> Iterator[Any]:
        moments = []
        for path in previews:
            step, x0 = self._shown(path, spec)
            if spec.shown.count is None and x0.ndim == 4:
                x0 = x0[:9]  # as many as can be told apart
            moments.append(StripFrame(f"step {step:,}", x0))
            yield None

        def sheet(look: Style) -> Sheet:
            caption = self._words() if self._captioned(spec) else ""
            return strip_sheet(moments, spec, look, caption=caption, title="Training progress")

        said = f"{self._words()}: {', '.join(moment.label for moment in moments)}."
        yield drawn_as(kind, lambda look: draw_sheet(sheet(look)), spec, "Training progress", said)

    def _numbers(self, previews: list[Path], spec: ExportSpec) -> Iterator[Any]:
        _, first = self._shown(previews[0], spec)
        limit_numbers(len(previews) * first.numel())
        steps, samples = [], []
        for path in previews:
            step, x0 = self._shown(path, spec)
            steps.append(step)
            samples.append(x0.numpy())
            yield None
        yield {"step": np.array(steps), "x0": np.stack(samples)}

    # --- loss ----------------------------------------------------------------------------

    def _chart(self, spec: ExportSpec) -> Chart:
        rows = self._rows()
        curves = loss_curves(rows, self.floor)
        if not curves:
            raise UserError(f"{self.folder.path} holds no losses yet", "train it for some steps")
        return Chart(
            f"{self._mark}Loss while training", "step", "loss", tuple(curves),
            spec.picture.size, spec.look, log_y=spec.plot.log,
            caption=self._words() if self._captioned(spec) else "",
            marks=loss_marks(rows) if spec.plot.marks else (),
        )  # fmt: skip
