"""A widget that stands elsewhere for a while."""

from PySide6.QtWidgets import QLayout, QWidget


class Loan:
    """Takes a widget out of its layout, which keeps the place free until it is given back."""

    def __init__(self, widget: QWidget) -> None:
        self.widget = widget
        self._home = widget.parentWidget()
        self._hidden = widget.isHidden()
        self._keeper = QWidget(self._home)
        self._keeper.setFixedSize(0, 0)
        self._keeper.hide()
        _replace(self._home, widget, self._keeper)

    def lend_to(self, layout: QLayout, *where: object) -> None:
        """Let ``layout`` have it; ``where`` is what its ``addWidget`` takes besides."""
        layout.addWidget(self.widget, *where)
        self.widget.setVisible(not self._hidden)

    def give_back(self) -> None:
        """As if it had never been away, but for what was shown or hidden meanwhile."""
        hidden = self.widget.isHidden()
        self.widget.hide()
        _replace(self._home, self._keeper, self.widget)
        self.widget.setVisible(not hidden)
        self._keeper.deleteLater()


def _replace(home: QWidget, before: QWidget, now: QWidget) -> None:
    item = home.layout().replaceWidget(before, now)
    assert item is not None, f"{before} is in no layout"
