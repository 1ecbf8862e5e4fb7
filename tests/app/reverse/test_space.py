"""Points in space, in Reverse: the mouse turns them, and a click that does not move selects."""

import numpy as np
from driving import Find, choose, finder, rounds, walk
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
from diffvis.app.widgets.symbols import in_plain
from diffvis.data.catalogue import open_dataset

LEFT = Qt.MouseButton.LeftButton


def test_the_mouse_turns_and_selects(
    qtbot: QtBot, reverse: ReverseWorkspace, session: Session
) -> None:
    find: Find = finder(reverse)
    session.set_data(open_dataset("s-curve-3d", n=100))
    walk(qtbot, reverse)
    choose(find("reverse.shown"), "in space")
    session.set_t(20)
    rounds()
    view = find("reverse.view")
    assert find("reverse.field").isHidden()
    before, angles = view.frame.copy(), reverse.shown().camera
    middle = view.rect().center()
    qtbot.mousePress(view, LEFT, pos=middle)
    qtbot.mouseMove(view, middle + QPoint(60, 10))
    qtbot.mouseRelease(view, LEFT, pos=middle + QPoint(60, 10))
    rounds()
    assert reverse.shown().camera == (angles[0] + 30, angles[1] + 5)
    assert not np.array_equal(view.frame, before)
    chosen = []
    reverse.chain.selected_changed.connect(lambda: chosen.append(reverse.chain.selected))
    for corner in (QPoint(5, 5), view.rect().bottomRight() - QPoint(5, 5)):
        qtbot.mouseClick(view, LEFT, pos=corner)
    assert len(chosen) == 2 and chosen[0] != chosen[1]
    assert reverse.shown().view == "space"


def test_arrow_keys_turn(qtbot: QtBot, reverse: ReverseWorkspace, session: Session) -> None:
    """After Tab alone: a click leaves them to the transport, as other keys are left to it."""
    find: Find = finder(reverse)
    session.set_data(open_dataset("s-curve-3d", n=50))
    walk(qtbot, reverse)
    view = find("reverse.view")
    assert view.focusPolicy() == Qt.FocusPolicy.NoFocus
    choose(find("reverse.shown"), "in space")
    assert view.focusPolicy() == Qt.FocusPolicy.TabFocus
    assert "arrow keys turn them" in view.accessibleName()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    rounds()
    before, (turn, tilt) = view.frame.copy(), reverse.shown().camera
    assert f"turned by {turn:.0f}°, seen from {tilt:.0f}° above" in view.spoken_value()
    keys = Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down
    for key in keys:
        qtbot.keyClick(view, key)
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    rounds()
    assert reverse.shown().camera == (turn + 2 * 5 - 30, tilt + 5)
    assert not np.array_equal(view.frame, before)
    event = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier)
    event.accept()
    view.keyPressEvent(event)
    assert not event.isAccepted() and reverse.shown().camera[1] == tilt + 5
    choose(find("reverse.shown"), in_plain("x_t"))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert reverse.shown().camera == (turn - 20, tilt + 5)
