"""The button with the range that is played and the marks that a drag catches at."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QPushButton

from diffvis.app.session import Session
from diffvis.app.transport.player import Player
from diffvis.app.widgets.fields import identify


class RangeButton(QPushButton):
    """Its menu sets the range; it looks pressed while there is one."""

    marks_wanted = Signal()  # the person wants to change the marks

    def __init__(self, session: Session, player: Player) -> None:
        super().__init__()
        self._session = session
        self._player = player
        identify(self, "transport.range", "Range that is played")
        menu = QMenu(self)
        menu.addAction("Begin the range at this t\tI", player.begin_span)
        menu.addAction("End the range at this t\tO", player.end_span)
        self._all = menu.addAction("Play everything\tX", player.clear_span)
        menu.addSeparator()
        self._snap = menu.addAction("Catch at marked t")
        self._snap.setCheckable(True)
        self._snap.triggered.connect(lambda snap: session.preferences.change(snap=snap))
        menu.addAction("Change the marks…", self.marks_wanted.emit)
        self.setMenu(menu)
        self.setCheckable(True)
        player.mode_changed.connect(self._show)
        session.preferences.snap_changed.connect(self._snap.setChecked)
        self._snap.setChecked(session.preferences.snap)
        self._show()

    @Slot()
    def _show(self) -> None:
        span = self._player.span
        self.setChecked(span is not None)
        self._all.setEnabled(span is not None)
        played = "everything is played" if span is None else f"t = {span[0]} to {span[1]} is played"
        self.setToolTip(f"Play or loop a range: {played} (I and O set its ends, X clears it)")
        self.setAccessibleDescription(played)
