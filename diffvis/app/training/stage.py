"""Training on stage: the loss over the samples, or one of the plots or the samples alone."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from diffvis.app.stage.views import Arrangement, StageViews
from diffvis.app.training.by_t import LossByT
from diffvis.app.training.curves import Curves
from diffvis.app.training.samples import SamplesView

TITLES = {"run": "Loss and samples", "samples": "Samples", "loss": "Loss", "by_t": "Loss by t"}


class TrainingStage(StageViews):
    def __init__(
        self, curves: Curves, by_t: LossByT, samples: SamplesView, side: QWidget, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._controls = curves.controls, samples.controls
        self._side = side
        gradient, rate = curves.strips
        self._arrangements = {
            "run": Arrangement(((curves.loss,), (samples.view,)), shares=(1, 1)),
            "samples": Arrangement(((samples.view,),)),
            "loss": Arrangement(((curves.loss,), (gradient,), (rate,)), shares=(7, 2, 2)),
            "by_t": Arrangement(((by_t.plot,),)),
        }
        self._view = "run"

    @property
    def titles(self) -> dict[str, str]:
        return TITLES

    @property
    def view(self) -> str:
        return self._view

    def show(self, view: str) -> None:
        self._view = view
        self.changed.emit()

    @property
    def arrangement(self) -> Arrangement:
        return self._arrangements[self._view]

    @property
    def bars(self) -> tuple[QWidget, ...]:
        return self._controls

    @property
    def side(self) -> QWidget:
        return self._side
