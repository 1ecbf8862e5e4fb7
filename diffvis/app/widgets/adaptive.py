"""A workspace that fits wide and narrow docks: its panel stands beside what it shows, or below."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from diffvis.app.widgets.giving import Giving

UNLIMITED = 16_777_215  # what Qt takes for a size without a limit


class AdaptiveLayout(QWidget):
    """``main`` and ``side`` beside each other from a width on, else one over the other.

    Each scrolls by itself where the window is too low for it.

    ``turned(wide)`` is called when the form changes, so that the panel can lay itself out anew.
    ``side_height`` limits the panel below; ``narrow_to`` is the least width of the narrow form.
    Sizes are pixels.
    """

    def __init__(
        self,
        main: QWidget,
        side: QWidget,
        turned: Callable[[bool], None],
        *,
        wide_from: int,
        side_width: int,
        side_height: int = UNLIMITED,
        narrow_to: int = 340,
    ) -> None:
        super().__init__()
        self._side = Giving(side)
        self._turned = turned
        self._wide_from = wide_from
        self._side_width = side_width
        self._side_height = side_height
        self._narrow_to = narrow_to
        self._wide: bool | None = None
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(8)
        self._main = Giving(main)
        self._box.addWidget(self._main, 1)
        self._box.addWidget(self._side)
        self._adapt()

    @property
    def side(self) -> QWidget:
        """The panel, as it can be moved."""
        return self._side

    @property
    def wide(self) -> bool:
        """Whether the panel stands beside what the workspace shows."""
        return bool(self._wide)

    def minimumSizeHint(self) -> QSize:
        """The least of both forms: a wide dock may always be made narrow, and one over the other
        they scroll, where a dock that is not in front is of no width that means anything."""
        width = min(super().minimumSizeHint().width(), self._narrow_to)
        parts = (self._main, self._side)
        return QSize(width, max(part.minimumSizeHint().height() for part in parts))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._adapt()
        self._box.activate()  # Qt has placed both before this: as they stood until now

    def _adapt(self) -> None:
        # Before it has been shown, a widget is of no size that means anything.
        shown = self.testAttribute(Qt.WidgetAttribute.WA_WState_Created)
        wide = self.width() >= self._wide_from or not shown
        if wide:
            self._side.setFixedWidth(self._side_width)
        if wide == self._wide:
            return
        self._wide = wide
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self._side.setMaximumHeight(UNLIMITED if wide else self._side_height)
        if not wide:
            self._side.setMinimumWidth(0)
            self._side.setMaximumWidth(UNLIMITED)
        self._turned(wide)
