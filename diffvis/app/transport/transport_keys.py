"""The transport's keys and the mouse wheel, wherever in the window they are turned to."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent

from diffvis.app.keys import pressed
from diffvis.app.transport.actions import ACTIONS
from diffvis.app.transport.player import Player

NOTCH = 120  # of a mouse wheel, in eighths of a degree
BY_KEYS = {keys: action for action in ACTIONS for keys in action.keys}


def handle_transport_key(player: Player, event: QKeyEvent) -> bool:
    """A key that no widget wanted. True when it was one of the transport's."""
    action = next((BY_KEYS[keys] for keys in pressed(event) if keys in BY_KEYS), None)
    if action is not None:
        action.of(player).run()
    return action is not None


class Wheel:
    """Turns a mouse wheel or a touch pad into whole steps of whoever has the bar."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._turned = 0

    def take(self, event: QWheelEvent) -> None:
        """Turn as far as the event says."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.turn(event.angleDelta().y() or event.angleDelta().x(), shift)

    def turn(self, eighths: int, tenfold: bool = False) -> None:
        """Away from the person is one step on for every notch, with Shift ten."""
        if (eighths > 0) != (self._turned > 0):
            self._turned = 0
        self._turned += eighths
        notches = int(self._turned / NOTCH)
        if notches:
            self._turned -= notches * NOTCH
            self._player.clock.step(notches * (10 if tenfold else 1))
