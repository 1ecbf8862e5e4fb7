"""The transport's keys, wherever in the window the focus is."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent

from diffvis.app.transport.player import Player
from diffvis.sampling.timeline import Repeat

NOTCH = 120  # of a mouse wheel, in eighths of a degree
KEYS = Qt.Key


def handle_transport_key(player: Player, event: QKeyEvent) -> bool:
    """The transport's keys. True when the key was one of them.

    They are taken where the focused widget left them over, so that a focused button keeps its
    Space and a field its arrows.
    """
    modifiers = event.modifiers()
    if modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
        return False
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    does = _actions(player, shift).get(event.key())
    if does is None:
        return False
    does()
    return True


def _actions(player: Player, shift: bool) -> dict[int, Callable[[], object]]:
    stride = 10 if shift else 1
    return {
        KEYS.Key_Space: lambda: player.toggle_direction(-1) if shift else player.toggle(),
        KEYS.Key_Right: lambda: player.step(stride),
        KEYS.Key_Left: lambda: player.step(-stride),
        KEYS.Key_PageDown: lambda: player.to_mark(1),
        KEYS.Key_PageUp: lambda: player.to_mark(-1),
        KEYS.Key_Home: player.to_start,
        KEYS.Key_End: player.to_end,
        KEYS.Key_Plus: lambda: player.change_speed(1),
        KEYS.Key_Minus: lambda: player.change_speed(-1),
        KEYS.Key_L: lambda: toggle_repeat(player, Repeat.LOOP),
        KEYS.Key_P: lambda: toggle_repeat(player, Repeat.PING_PONG),
        KEYS.Key_I: player.begin_span,
        KEYS.Key_O: player.end_span,
        KEYS.Key_X: player.clear_span,
    }


def toggle_repeat(player: Player, repeat: Repeat) -> None:
    """Repeat this way, or play once where it does so already."""
    player.set_repeat(Repeat.ONCE if player.repeat is repeat else repeat)


class Wheel:
    """Turns a mouse wheel or a touch pad into whole steps of t."""

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
            self._player.step(notches * (10 if tenfold else 1))
