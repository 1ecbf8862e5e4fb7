"""Bench on stage: the board alone, whose foot leaves the corner to the number."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from diffvis.app.stage.views import Arrangement, OwnViews, Place


class BenchStage(OwnViews):
    def __init__(self, view: QWidget, about: QWidget, side: QWidget, parent: QObject) -> None:
        views = {"board": ("Board", Arrangement(((view,),), t=Place.CORNER))}
        super().__init__(views, (about,), side, parent)
