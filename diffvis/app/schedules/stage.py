"""Schedules on stage: the plot with its values at t, or the film strips."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from diffvis.app.stage.views import Arrangement, OwnViews

PLOT, STRIPS = "plot", "strips"


class SchedulesStage(OwnViews):
    def __init__(
        self, picker: QWidget, plot: QWidget, readout: QWidget, strips: QWidget, side: QWidget,
        parent: QObject,
    ) -> None:  # fmt: skip
        views = {
            PLOT: ("Plot", Arrangement(((plot,), (readout,)), shares=(1, 0))),
            STRIPS: ("Film strips", Arrangement(((strips,),))),
        }
        super().__init__(views, (picker,), side, parent)
