"""The button with the range that is played and the marks that a drag catches at."""

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QPushButton

from diffvis.app.keys import spelled
from diffvis.app.session import Session
from diffvis.app.transport.actions import BY_ID, SNAP
from diffvis.app.transport.player import Player
from diffvis.app.widgets.fields import identify

BEGIN, END, ALL = (BY_ID[f"transport.range_{what}"] for what in ("begin", "end", "all"))


class RangeButton(QPushButton):
    """Its menu sets the range; it looks pressed while there is one."""

    marks_wanted = Signal()  # the person wants to change the marks

    def __init__(self, session: Session, player: Player) -> None:
        super().__init__()
        self._session = session
        self._player = player
        identify(self, "transport.range", "Range that is played")
        menu = QMenu(self)
        for action in (BEGIN, END):
            menu.addAction(action.line, partial(action.of(player).run))
        self._all = menu.addAction(ALL.line, partial(ALL.of(player).run))
        menu.addSeparator()
        self._snap = menu.addAction(SNAP.line)
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
        played = self._player.played
        begin, end, clear = (spelled(action.keys[0]) for action in (BEGIN, END, ALL))
        keys = f"{begin} and {end} set its ends, {clear} clears it"
        self.setToolTip(f"Play or loop a range: {played} ({keys})")
        self.setAccessibleDescription(played)
