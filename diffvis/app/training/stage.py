"""Training on stage: the loss over the samples, or one of the plots or the samples alone."""

from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from diffvis.app.stage.views import Arrangement, OwnViews
from diffvis.app.training.by_t import LossByT
from diffvis.app.training.curves import Curves
from diffvis.app.training.samples import SamplesView


class TrainingStage(OwnViews):
    """Of a run with a bug in its code, ``title`` stands above: that is never unsaid."""

    def __init__(
        self,
        curves: Curves,
        by_t: LossByT,
        samples: SamplesView,
        side: QWidget,
        title: QWidget,
        parent: QObject,
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
        self._title, self._titled = title, False

    def show_title(self, shown: bool) -> None:
        """Whether the run on show must be called by its name."""
        if shown != self._titled:
            self._titled = shown
            self.changed.emit()

    @property
    def arrangement(self) -> Arrangement:
        own = super().arrangement
        if not self._titled:
            return own
        shares = own.shares or (1,) * len(own.rows)
        return replace(own, rows=((self._title,), *own.rows), shares=(0, *shares))
