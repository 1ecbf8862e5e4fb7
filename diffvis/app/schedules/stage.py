"""Schedules on stage: the plot with its values at t, or the film strips."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from diffvis.app.stage.views import Arrangement, StageViews

PLOT, STRIPS = "plot", "strips"


class SchedulesStage(StageViews):
    def __init__(
        self, picker: QWidget, plot: QWidget, readout: QWidget, strips: QWidget, side: QWidget,
        parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._picker, self._side = picker, side
        self._arrangements = {
            PLOT: Arrangement(((plot,), (readout,)), shares=(1, 0)),
            STRIPS: Arrangement(((strips,),)),
        }
        self._view = PLOT

    @property
    def titles(self) -> dict[str, str]:
        return {PLOT: "Plot", STRIPS: "Film strips"}

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
        return (self._picker,)

    @property
    def side(self) -> QWidget:
        return self._side
