"""What Reverse is made of, and where it stands: pictures, film strip, form, run."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QVBoxLayout, QWidget

from diffvis.app.reverse.branch import BranchPanel
from diffvis.app.reverse.chain import Chain
from diffvis.app.reverse.compare import ComparePanel
from diffvis.app.reverse.controls import RunControls
from diffvis.app.reverse.form import ReverseForm
from diffvis.app.reverse.nearest import NearestPanel
from diffvis.app.reverse.pages import Pages
from diffvis.app.reverse.reading import ReadingPanel
from diffvis.app.reverse.samples import SamplesPanel
from diffvis.app.reverse.stage import ReverseStage
from diffvis.app.reverse.step import StepPanel
from diffvis.app.reverse.strip import StripPanel
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.adaptive import AdaptiveLayout
from diffvis.app.widgets.fields import panel
from diffvis.app.widgets.with_strip import WithStrip
from diffvis.app.workers.aside import Aside
from diffvis.app.workers.jobs import Jobs
from diffvis.models.model import Model

SHARES = 5, 6  # of the width: the samples, and the page beside them
STACKED = 560  # pixels: narrower than this, two pictures beside each other are too small


class ReversePanels(QWidget):
    """The panels look at the chain by themselves; the workspace tells them when it has changed."""

    def __init__(
        self, session: Session, theme: Theme, chain: Chain, jobs: Jobs, aside: Aside
    ) -> None:
        super().__init__()
        self.form = ReverseForm(session)
        self.samples = SamplesPanel(session, theme, chain, self.form, jobs)
        self.strip = StripPanel(session, theme, chain, self.samples)
        self.compare = ComparePanel(session, theme, chain, self.samples, self.form, jobs)
        self.reading = ReadingPanel(session, theme, aside)
        self.pages = Pages(
            {
                "step": StepPanel(session, theme, chain, self.samples),
                "compare": self.compare,
                "branch": BranchPanel(session, theme, chain, self.samples),
                "nearest": NearestPanel(session, theme, chain, jobs),
                "reading": self.reading,
            }
        )
        self.controls = RunControls()
        self._arrange()
        self.pages.turned.connect(self._page_turned)

    def fit(self, model: Model, *, keep: bool) -> None:
        """Offer what ``model`` can do; ``keep`` the person's choices where that is possible."""
        self.form.fit(model, keep=keep)
        self.samples.fit()
        self.compare.fit()
        self.reading.fit()
        self.pages.offer("reading", self.reading.possible(model))

    def reset(self) -> None:
        self.form.reset()
        self.samples.reset()
        self.pages.reset()

    def _arrange(self) -> None:
        samples, middle, strip = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        samples.addWidget(self.samples)
        middle.addWidget(self.pages)
        strip.addWidget(self.strip)
        self._left = panel(samples, 4)
        self._above = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pictures = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for box in (self._above, self._pictures):
            box.setSpacing(8)
        controls = self.samples.controls
        stays = controls.sizePolicy()
        stays.setRetainSizeWhenHidden(True)  # the tabs beside it are where they are on every page
        controls.setSizePolicy(stays)
        for box, left, right in (
            (self._above, controls, self.pages.tabs),
            (self._pictures, self._left, panel(middle, 8)),
        ):
            box.addWidget(left, SHARES[0])
            box.addWidget(right, SHARES[1])
        self._strip_panel = panel(strip, 5)
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._above)
        column.addWidget(WithStrip(self._pictures, self._strip_panel), 1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.form)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the arrows alone
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self._scroll, 1)
        side.addWidget(self.controls)
        self._side = panel(side, 10)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        made = AdaptiveLayout(main, self._side, self._turned, wide_from=820, side_width=310)
        whole.addWidget(made)
        self.stage_views = ReverseStage(self.samples, self.strip, self.pages, made.side, self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Very narrow, the samples stand above the step rather than beside it."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        stacked = self.width() < STACKED and self.height() > self.width()
        self._pictures.setDirection(directions.TopToBottom if stacked else directions.LeftToRight)
        self._above.setDirection(
            directions.TopToBottom if self.width() < STACKED else directions.LeftToRight
        )

    def _turned(self, wide: bool) -> None:
        """Beside the pictures the form has their height; below them it must not take it."""
        self._side.setMaximumHeight(16_777_215 if wide else 210)

    @Slot(str)
    def _page_turned(self, key: str) -> None:
        for widget in (self._left, self.samples.controls):
            widget.setVisible(key != "compare")  # where A, B and A - B take all the room
