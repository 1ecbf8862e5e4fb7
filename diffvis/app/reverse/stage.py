"""Reverse on stage: the samples, each page, and the film strip, one at a time."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from diffvis.app.reverse.pages import Pages
from diffvis.app.reverse.samples import SamplesPanel
from diffvis.app.reverse.strip import StripPanel
from diffvis.app.stage.views import Arrangement, Place, StageViews

SAMPLES, STRIP = "samples", "strip"


class ReverseStage(StageViews):
    """Begins with the samples; whoever turns a page sees that."""

    def __init__(
        self, samples: SamplesPanel, strip: StripPanel, pages: Pages, side: QWidget, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._samples, self._pages, self._side = samples, pages, side
        self._alone = SAMPLES  # instead of the page, if anything
        branch, reading = pages["branch"], pages["reading"]
        self._arrangements = {
            SAMPLES: Arrangement(((samples.view,),), t=Place.BESIDE),
            "step": Arrangement(((pages["step"].view,),), t=Place.BESIDE),
            "compare": Arrangement(((pages["compare"].view,),)),
            "branch": Arrangement(((branch.view, branch.plot),)),
            "nearest": Arrangement(((pages["nearest"].view,),)),
            "reading": Arrangement(((reading.says,), (reading.plot,)), shares=(0, 1)),
            STRIP: Arrangement(((strip.view,),)),
        }
        pages.turned.connect(self._page_turned)

    @property
    def titles(self) -> dict[str, str]:
        return {SAMPLES: "Samples", **self._pages.offered, STRIP: "Film strip"}

    @property
    def view(self) -> str:
        return self._alone or self._pages.key

    @property
    def usual(self) -> str:
        return SAMPLES

    def show(self, view: str) -> None:
        if view == self.view:
            return
        if view in (SAMPLES, STRIP):
            self._alone = view
            self.changed.emit()
        else:
            self._pages.show_page(view)

    @property
    def arrangement(self) -> Arrangement:
        return self._arrangements[self.view]

    @property
    def bars(self) -> tuple[QWidget, ...]:
        own = {"compare": "compare", "branch": "branch"}.get(self.view)
        rows = (self._samples.controls, self._pages.tabs)
        return rows if own is None else (*rows, self._pages[own].controls)

    @property
    def side(self) -> QWidget:
        return self._side

    @Slot()
    def _page_turned(self) -> None:
        self._alone = ""
        self.changed.emit()
