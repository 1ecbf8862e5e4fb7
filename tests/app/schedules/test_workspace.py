"""What Schedules shows are the core's numbers; what is drawn, saved and loaded can be used."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import choose, click
from looking import cut_off
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.schedules.workspace import SchedulesWorkspace
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.symbols import in_plain
from diffvis.diffusion import NoiseSchedule, make_schedule
from diffvis.models.model import open_model
from diffvis.rendering.quantities import QUANTITIES

Find = Callable[[str], QWidget]


@pytest.fixture
def schedules(qtbot: QtBot, session: Session, theme: Theme) -> SchedulesWorkspace:
    made = SchedulesWorkspace(session, theme)
    theme.dress(made)
    qtbot.addWidget(made)
    made.resize(1100, 620)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def find(schedules: SchedulesWorkspace) -> Find:
    return lambda name: schedules.findChild(QWidget, name)


def drag(qtbot: QtBot, plot: QWidget, *places: tuple[float, float]) -> None:
    """Drag over the plot's own area; places are parts of it from the left and from the top."""
    view, box = plot.viewport(), plot.getPlotItem().vb.sceneBoundingRect()
    points = [
        QPoint(round(box.x() + x * box.width()), round(box.y() + y * box.height()))
        for x, y in places
    ]
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(view, left, pos=points[0])
    for point in points:
        qtbot.mouseMove(view, point)
    qtbot.mouseRelease(view, left, pos=points[-1])


def decimals(value: float) -> str:
    return f"{value:.4f}" if value >= 0.001 else f"{value:.2e}"


def test_readouts_are_the_cores(session: Session, find: Find) -> None:
    schedule = session.schedule
    for t in (1, schedule.T // 2, schedule.T):
        session.set_t(t)
        shown = {
            key: find(f"readout.{key}").text()
            for key in ("beta", "alpha_bar", "signal", "noise", "snr", "sigma")
        }
        alpha_bar = float(schedule.alpha_bar[t])
        assert shown == {
            "beta": f"{float(schedule.beta[t]):.5f}",
            "alpha_bar": decimals(alpha_bar),
            "signal": decimals(math.sqrt(alpha_bar)),
            "noise": decimals(math.sqrt(1 - alpha_bar)),
            "snr": f"{10 * math.log10(alpha_bar / (1 - alpha_bar)):.1f} dB",
            "sigma": f"{schedule.posterior(t, t - 1).variance ** 0.5:.4f}",
        }
        assert f"{float(schedule.alpha_bar[t]):.4g}" in find("schedules.readout").text()


def test_each_quantity_is_drawn_on_each_axis(session: Session, find: Find) -> None:
    plot = find("schedules.plot")
    name = plot.curve_names[0]
    for quantity in QUANTITIES.values():
        choose(find("schedules.quantity"), in_plain(quantity.says))
        t, values = plot.curve_data(name)
        assert np.array_equal(values, quantity.values(session.schedule), equal_nan=True)
        assert t.tolist() == list(range(session.schedule.T + 1))
        assert np.isfinite(values[2:]).all()
        assert find("schedules.log").isEnabled() != quantity.signed
    choose(find("schedules.axis"), "over t / T")
    assert plot.curve_data(name)[0][-1] == 1.0
    choose(find("schedules.axis"), "over log t")
    assert np.isnan(plot.curve_data(name)[0][0])


def test_any_number_of_schedules_lie_over_each_other(
    qtbot: QtBot, session: Session, find: Find
) -> None:
    plot = find("schedules.plot")
    for kind in ("linear", "sigmoid"):
        find(f"schedules.compare_{kind}").setChecked(True)
    click(qtbot, find("schedules.keep"))
    session.set_schedule(make_schedule("cosine", 80))
    assert plot.curve_names == ("cosine, T = 80", "linear", "sigmoid", "cosine, T = 40")
    expected = make_schedule("linear", 80).alpha_bar.numpy()
    assert np.array_equal(plot.curve_data("linear")[1], expected)
    assert len(plot.curve_data("cosine, T = 40")[0]) == 41
    click(qtbot, find("schedules.forget"))
    assert len(plot.curve_names) == 3


def test_the_strips_noise_the_same_sample_under_both_schedules(
    schedules: SchedulesWorkspace, session: Session, find: Find, qtbot: QtBot
) -> None:
    strips = find("schedules.strips")
    choose(find("schedules.against"), "linear")
    session.set_t(20)
    qtbot.waitUntil(lambda: strips.frame is not None)
    rows = strips.rows()
    assert [row.name for row in rows] == ["cosine", "linear"]
    assert rows[1].number.endswith(f"{float(make_schedule('linear', 40).alpha_bar[20]):.4f}")
    first, second = (row.moments[0] for row in rows)
    assert (first == second).all(), "at t = 0 both show the data"
    assert not (rows[0].now == rows[1].now).all()


def test_pressing_the_plot_moves_t(qtbot: QtBot, session: Session, find: Find) -> None:
    drag(qtbot, find("schedules.plot"), (0.2, 0.5), (0.5, 0.5))
    assert session.t == pytest.approx(20, abs=2)


def test_a_schedule_is_drawn_with_the_mouse(qtbot: QtBot, session: Session, find: Find) -> None:
    click(qtbot, find("schedules.draw"))
    plot = find("schedules.plot")
    drag(qtbot, plot, (0.05, 0.1), (0.4, 0.3), (0.6, 0.15), (0.98, 0.9))
    drawn = session.schedule
    assert drawn.kind == "drawn"
    assert drawn.T == 40
    log_snr = drawn.log_snr[1:].numpy()
    assert (np.diff(log_snr) < 0).all()
    assert log_snr[15] > 3, "drawn high in the middle"
    assert log_snr[-1] < -8
    assert find("schedules.kind").currentText() == "drawn (own)"
    click(qtbot, find("schedules.draw"))
    find("schedules.T").setValue(20)
    assert session.schedule.T == 20
    assert float(session.schedule.log_snr[20]) == pytest.approx(log_snr[-1], abs=0.05)
    choose(find("schedules.kind"), "linear")
    assert session.schedule == make_schedule("linear", 20)


def test_while_it_is_drawn_the_controls_say_what_the_plot_shows(qtbot: QtBot, find: Find) -> None:
    quantity, axis = find("schedules.quantity"), find("schedules.axis")
    for box, key in ((quantity, "alpha_bar"), (axis, "part")):
        box.setCurrentIndex(box.findData(key))
    click(qtbot, find("schedules.draw"))
    assert (quantity.currentData(), axis.currentData()) == ("log_snr", "t")
    assert quantity.currentText() == QUANTITIES["log_snr"].says
    click(qtbot, find("schedules.draw"))
    assert (quantity.currentData(), axis.currentData()) == ("alpha_bar", "part"), "as before"


def test_what_is_wrong_is_said_in_symbols(session: Session, find: Find) -> None:
    session.set_schedule(NoiseSchedule.from_betas([0.05] * 20, "weak"))
    words = find("schedules.warning").text()
    assert "x<sub>T</sub> is not pure noise" in words
    assert "ᾱ<sub>T</sub> = 0." in words
    assert "_" not in words


def test_save_and_load(
    schedules: SchedulesWorkspace, session: Session, tmp_path: Path, find: Find
) -> None:
    notices = []
    session.noticed.connect(notices.append)
    schedules.save_to(tmp_path / "mine")
    session.set_schedule(make_schedule("linear", 10))
    schedules.load_from(tmp_path / "mine.json")
    assert session.schedule == make_schedule("cosine", 40)
    own = {"alpha_bar": [0.9, 0.4, 0.01]}
    (tmp_path / "theirs.json").write_text(json.dumps(own))
    schedules.load_from(tmp_path / "theirs.json")
    assert session.schedule.alpha_bar[1:].tolist() == pytest.approx(own["alpha_bar"])
    assert find("schedules.warning").text(), "three steps are coarse"
    before = session.schedule
    (tmp_path / "bad.json").write_text('{"beta": [0.1, 7]}')
    schedules.load_from(tmp_path / "bad.json")
    assert session.schedule is before
    assert "beta_2" in notices[-1].title
    schedules.save_to(tmp_path / "nowhere" / "x.json")
    assert "cannot be written" in notices[-1].title


def test_reset_keeps_a_model_with_its_schedule(
    schedules: SchedulesWorkspace, session: Session
) -> None:
    model = open_model("checkerboard")
    assert model.schedule.T != session.schedule.T
    session.set_model(model)
    schedules.reset()
    assert session.model is model and session.schedule == model.schedule


def test_reset(schedules: SchedulesWorkspace, session: Session, find: Find) -> None:
    find("schedules.compare_linear").setChecked(True)
    choose(find("schedules.quantity"), "SNR in dB")
    session.set_schedule(make_schedule("constant", 7))
    schedules.reset()
    assert session.schedule == make_schedule("cosine", 40)
    assert find("schedules.plot").curve_names == ("cosine, T = 40",)
    assert find("schedules.quantity").currentIndex() == 0


def test_numbers_are_whole_in_the_narrowest_dock(
    qtbot: QtBot, session: Session, theme: Theme
) -> None:
    workspace = SchedulesWorkspace(session, theme)
    qtbot.addWidget(workspace)
    session.set_t(1)
    workspace.resize(600, 700)
    workspace.show()
    for _ in range(3):  # layouts that depend on widths settle in rounds
        workspace.resize(workspace.minimumSizeHint().width(), 700)
        QApplication.processEvents()
    numbers = workspace.findChild(QWidget, "readout.noise")
    assert numbers.mapTo(workspace, numbers.rect().topRight()).x() < workspace.width()
    assert cut_off(workspace) == []


def test_quantities_are_called_as_the_path_writes_them(
    session: Session, find: Find, schedules: SchedulesWorkspace
) -> None:
    box, plot = find("schedules.quantity"), find("schedules.plot")
    place = box.findData("signal")
    box.setCurrentIndex(place)
    box.activated.emit(place)
    assert box.currentText() == in_plain("√ᾱ: factor of x_0")
    session.set_schedule(make_schedule("flow", session.schedule.T))
    assert box.currentText() == in_plain(plot.accessibleName()) == "1−t/T: factor of x₀"
    assert schedules.shown().view == "signal"
