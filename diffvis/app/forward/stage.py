"""Forward on stage: its views, and the film strip alone."""

from math import isqrt

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from diffvis.app.forward.browser import ForwardBrowser
from diffvis.app.forward.picture import ForwardPicture
from diffvis.app.stage.views import Arrangement, Place, StageViews

STRIP = "strip"


class ForwardStage(StageViews):
    """Those of the row of controls are one and the same on stage and off it."""

    def __init__(
        self, browser: ForwardBrowser, picture: ForwardPicture, pictures: QWidget, side: QWidget,
        parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._browser, self._picture = browser, picture
        self._pictures, self._side = pictures, side
        self._strip = False
        browser.view_changed.connect(self._view_chosen)
        browser.changed.connect(self.changed)

    @property
    def titles(self) -> dict[str, str]:
        return self._browser.views | {STRIP: "Film strip"}

    @property
    def view(self) -> str:
        return STRIP if self._strip else self._browser.view

    @property
    def usual(self) -> str:
        return self._browser.view

    def show(self, view: str) -> None:
        if view == self.view:
            return
        self._strip = view == STRIP
        if view in (STRIP, self._browser.view):
            self.changed.emit()
        else:
            self._browser.choose_view(view)

    @property
    def arrangement(self) -> Arrangement:
        if self._strip:
            return Arrangement(((self._picture.strip,),))
        # Samples in a square leave the sides of the screen free.
        square = isqrt(self._browser.count) ** 2 == self._browser.count
        alone = self.view in ("cloud", "density") or (self.view == "large" and square)
        return Arrangement(((self._pictures,),), t=Place.CORNER if alone else Place.BELOW)

    @property
    def bars(self) -> tuple[QWidget, ...]:
        return (self._browser,)

    @property
    def side(self) -> QWidget:
        return self._side

    @Slot()
    def _view_chosen(self) -> None:
        self._strip = False
        self.changed.emit()
