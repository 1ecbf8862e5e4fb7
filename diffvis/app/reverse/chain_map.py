"""The map over (t, x) of a chain on a line, with the ways of another kind beside its own."""

from PySide6.QtCore import QObject, Signal
from torch import Tensor

from diffvis.app.workers.jobs import Jobs
from diffvis.data.dataset import Dataset
from diffvis.rendering.heat_chain import companion_ways, reverse_scene
from diffvis.rendering.heat_ways import Ways
from diffvis.rendering.heatmap import HeatScene
from diffvis.sampling.beginning import begin_of
from diffvis.sampling.recording import Recording

JOB = "reverse.beside"


class ChainMap(QObject):
    """Keeps what was drawn last: it changes with the chain, not with t. The ways beside are walked
    in the background, once for each chain.
    """

    changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._of: Recording | None = None
        self._beside: Ways | None = None
        self._made: tuple[tuple[object, ...], HeatScene] | None = None

    def scene(self, main: Recording, data: Dataset | None) -> HeatScene:
        """As far as ``main`` has been walked, at least one step, over the density of ``data`` or
        that of the chain itself.
        """
        if main is not self._of:
            self._walk_beside(main)
        steps = list(main.steps)
        key = (main, len(steps), main.complete, data, self._beside)
        if self._made is None or self._made[0] != key:
            moments: dict[int, Tensor] = {step.t: step.x_t for step in steps}
            moments[steps[-1].s] = steps[-1].x_s
            scene = reverse_scene(main.model, main.settings, moments, self._beside, data)
            self._made = key, scene
        return self._made[1]

    def _walk_beside(self, main: Recording) -> None:
        self._of, self._beside = main, None
        model, settings, begin = main.model, main.settings, begin_of(main.beginning)
        x_T, device = main.steps[0].x_t, str(main.model.device or "cpu")
        self._jobs.run(
            JOB,
            lambda report: companion_ways(model, settings, x_T, begin, device),
            lambda ways: self._there(main, ways),
            title="Walking the chain beside",
        )

    def _there(self, main: Recording, ways: Ways) -> None:
        if main is self._of:
            self._beside = ways
            self.changed.emit()
