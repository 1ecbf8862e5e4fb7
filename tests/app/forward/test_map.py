"""The map over (t, x) of points on a line, in Forward."""

from collections.abc import Iterator

import pytest
from driving import Find, choose, finder, rounds
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from diffvis.app.forward.workspace import ForwardWorkspace
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.workers.jobs import Jobs
from diffvis.data.catalogue import open_dataset
from diffvis.rendering.heatmap import heat_layout


@pytest.fixture
def forward(qtbot: QtBot, theme: Theme, session: Session) -> Iterator[ForwardWorkspace]:
    jobs = Jobs()
    session.set_data(open_dataset("two-spikes", n=400))
    made = ForwardWorkspace(session, theme, jobs, Sources(session, jobs, session))
    theme.dress(made)
    qtbot.addWidget(made)
    made.resize(1000, 560)
    made.show()
    qtbot.waitExposed(made)
    yield made
    jobs.ask_to_stop()
    assert jobs.wait()
    jobs.deleteLater()


def test_a_click_goes_to_its_t_and_selects_the_point_there(
    qtbot: QtBot, forward: ForwardWorkspace, session: Session
) -> None:
    find: Find = finder(forward)
    choose(find("forward.show"), "Map over (t, x)")
    rounds()
    view = find("forward.view")
    assert "over (t, x)" in view.accessibleName()
    height, width = view.frame.shape[:2]
    box = heat_layout((width, height), view.style_drawn).box
    at = QPoint(box.x + box.width // 4, box.y + box.height // 3)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    T = session.schedule.T
    assert session.t == pytest.approx(T / 4, abs=1)
    x_t = forward.noising.at(session.t).x_t[:, 0]
    clicked = forward.noising.extent / 3
    away = (x_t - clicked).abs()
    assert float(away[forward.selected]) < float(away.min()) + 0.05  # a pixel or two
    assert forward.shown().view == "heatmap"


def test_other_data_leave_the_map(forward: ForwardWorkspace, session: Session) -> None:
    choose(finder(forward)("forward.show"), "Map over (t, x)")
    session.set_data(open_dataset("moons", n=300))
    rounds()
    assert forward.shown().view == "equation"
