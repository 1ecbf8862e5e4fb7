"""A button that folds away what few need."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from diffvis.app.widgets.fields import identify


class More(QToolButton):
    """Shows and hides ``content``, which stands somewhere below; at first it is hidden."""

    def __init__(self, content: QWidget, name: str, says: str, tip: str) -> None:
        super().__init__()
        self._content = content
        self.setText("More")
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setProperty("role", "flat")
        identify(self, name, says, tip)
        self.toggled.connect(self._show)
        self._show(False)

    @Slot(bool)
    def _show(self, shown: bool) -> None:
        self.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._content.setVisible(shown)
