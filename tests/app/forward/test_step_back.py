"""The step back in Forward is the one of the export, from the place that was clicked."""

import numpy as np
import pytest
from driving import choose, finder, rounds
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from diffvis.app.export.choices import choices_for
from diffvis.app.forward.workspace import ForwardWorkspace
from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.workers.jobs import Jobs
from diffvis.data.catalogue import open_dataset
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.step_curves import OF_BEST, OF_LARGE, TRUE


@pytest.fixture
def forward(qtbot: QtBot, theme: Theme, session: Session, jobs: Jobs) -> ForwardWorkspace:
    session.set_data(open_dataset("eight-gaussians", n=400))
    session.set_t(40)
    made = ForwardWorkspace(session, theme, jobs, Sources(session, jobs, session))
    theme.dress(made)
    qtbot.addWidget(made)
    made.resize(1200, 620)
    made.show()
    qtbot.waitExposed(made)
    choose(finder(made)("forward.show"), "The step back")
    rounds()
    return made


def test_the_step_from_a_clicked_place(
    qtbot: QtBot, forward: ForwardWorkspace, session: Session, jobs: Jobs
) -> None:
    find = finder(forward)
    view, slider = find("forward.step_view"), find("forward.step_s")
    (points,) = view.shown
    box, extent = points.rect, forward.noising.extent
    at = QPoint(box.x + box.width // 4, box.y + box.height // 2)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    slider.setValue(10)
    qtbot.waitUntil(lambda: jobs.idle)
    x_t, s = forward.shown().step
    assert s == 10 and x_t == pytest.approx((-extent / 2, 0), abs=0.05)

    exported = choices_for(forward.shown(), session)[0]
    spec = ExportSpec(view="steps", times=(s,), t=40)
    table = next(exported.subject.content("table", spec).pieces())
    x, y = find("forward.step_density").curve_data(TRUE)
    np.testing.assert_allclose(y, table["true, s = 10"], rtol=1e-6)
    np.testing.assert_allclose(x, table["x, s = 10"], rtol=1e-6)
    over = next(exported.subject.content("table", ExportSpec(view="divergence", t=40)).pieces())
    strides, best = find("forward.step_kl").curve_data(OF_BEST)
    np.testing.assert_allclose(best, np.maximum(over["the best σ²"], 1e-7), rtol=1e-6)
    assert strides[0] == 1 and strides[-1] == 39
    times, _ = find("forward.step_kl_over_t").curve_data(OF_LARGE)
    assert times[0] == 31 and times[-1] == session.schedule.T

    kept = forward.state()
    forward.reset()
    forward.restore(kept)
    step = forward.shown().step
    assert step[0] == pytest.approx(x_t) and step[1] == s
    assert forward.read(forward.written(kept)) == kept  # as a scene of a lecture has it


def test_t_moves_the_step_and_keeps_its_stride(
    qtbot: QtBot, forward: ForwardWorkspace, session: Session, jobs: Jobs
) -> None:
    slider = finder(forward)("forward.step_s")
    slider.setValue(35)
    for t, s in ((60, 55), (4, 1), (0, 1)):
        session.set_t(t)
        rounds()
        assert slider.value() == s == forward.shown().step[1]
    session.set_data(open_dataset("digits"))
    assert forward.shown().view == "equation"
    qtbot.waitUntil(lambda: jobs.idle)
