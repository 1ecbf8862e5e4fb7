"""Points in space, in Reverse: the mouse turns them, and a click that does not move selects."""

import numpy as np
from driving import Find, choose, finder, rounds, walk
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
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
