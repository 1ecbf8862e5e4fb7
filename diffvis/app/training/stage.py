"""Training on stage: the loss over the samples, or one of the plots or the samples alone."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from diffvis.app.stage.views import Arrangement, OwnViews
from diffvis.app.training.by_t import LossByT
from diffvis.app.training.curves import Curves
from diffvis.app.training.samples import SamplesView


class TrainingStage(OwnViews):
    def __init__(
        self, curves: Curves, by_t: LossByT, samples: SamplesView, side: QWidget, parent: QObject
    ) -> None:
        gradient, rate = curves.strips
        loss = Arrangement(((curves.loss,), (gradient,), (rate,)), shares=(7, 2, 2))
        views = {
            "run": (
                "Loss and samples",
                Arrangement(((curves.loss,), (samples.view,)), shares=(1, 1)),
            ),
            "samples": ("Samples", Arrangement(((samples.view,),))),
            "loss": ("Loss", loss),
            "by_t": ("Loss by t", Arrangement(((by_t.plot,),))),
        }
        super().__init__(views, (curves.controls, samples.controls), side, parent)
