"""The map over (t, x) of a chain on a line, in Reverse."""

import numpy as np
import pytest
from driving import Find, choose, finder, rounds, walk
from pytestqt.qtbot import QtBot

from diffvis.app.export.choices import choices_for
from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
from diffvis.data.catalogue import open_dataset


@pytest.fixture
def find(reverse: ReverseWorkspace) -> Find:
    return finder(reverse)


def test_the_map_is_offered_for_points_on_a_line(
    qtbot: QtBot, reverse: ReverseWorkspace, session: Session, find: Find
) -> None:
    shown, density = find("reverse.shown"), find("reverse.density")
    assert shown.findData("heatmap") < 0
    session.set_data(open_dataset("two-spikes", n=300))
    assert shown.findData("heatmap") >= 0
    assert find("reverse.field").isHidden() and density.isHidden()
    walk(qtbot, reverse)
    choose(shown, "map over (t, x)")
    assert density.isChecked() and not density.isHidden()  # the data of an exact denoiser
    qtbot.waitUntil(lambda: reverse.idle)
    session.set_t(50)
    rounds()
    exact = find("reverse.view").frame.copy()
    density.click()
    rounds()
    assert not np.array_equal(find("reverse.view").frame, exact)  # the chain's own histogram
    usual = choices_for(reverse.shown(), session)[0]
    assert usual.view == "heatmap" and usual.subject.data is None
    session.set_data(open_dataset("moons", n=300))
    assert shown.findData("heatmap") < 0 and not find("reverse.field").isHidden()
