"""Training can be read from the last row: names, titles and axes, also with large type."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import rounds
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.training.curves import LOOKS, Curves, over
from diffvis.app.training.folds import FormScroll
from diffvis.app.training.side import TrainingSide
from diffvis.app.training.why import WhyPanel
from diffvis.app.training.workspace import TrainingWorkspace
from diffvis.app.widgets.elided import ElidedLabel
from diffvis.data.catalogue import open_dataset
from diffvis.training.config import preset_for
from diffvis.training.floor import Floor
from diffvis.viewing.training_record import TrainingRecord

STEPS = 60


def a_run(session: Session, path: str = "run") -> TrainingRecord:
    """A run whose loss has fallen from 1 to 0.5."""
    data = session.data
    record = TrainingRecord(preset_for(data), data, Path(path))
    step = np.arange(1, STEPS + 1)
    ones = np.ones(STEPS)
    record.history.append(step, np.linspace(1, 0.5, STEPS), 3 + np.sin(step), 1e-3 * ones)
    return record


@pytest.fixture
def curves(qtbot: QtBot, session: Session, theme: Theme) -> Curves:
    """The plots of that run, on show."""
    made = Curves(theme)
    theme.dress(made)
    qtbot.addWidget(made)
    made.resize(600, 330)
    made.show()
    made.begin(a_run(session))
    return made


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"predict": "eps"}, "L<sub>simple</sub> = E‖ε − ε<sub>θ</sub>"),
        ({"predict": "v"}, "E‖v − v<sub>θ</sub>"),
        ({"predict": "x0"}, "E‖x<sub>0</sub> − x<sub>θ</sub>"),
        ({"predict": "v", "references": 9}, "E‖E[v | x<sub>t</sub>] − v<sub>θ</sub>"),
        ({"loss": "min-snr"}, "E w<sub>t</sub> ‖ε"),
        ({"loss": "hybrid"}, "λ L<sub>vlb</sub> + E‖ε"),
    ],
    ids=str,
)
def test_the_equation_over_the_plot_is_that_of_the_run(
    curves: Curves, session: Session, settings: dict[str, str], says: str
) -> None:
    config = preset_for(session.data).changed(predict="eps").changed(**settings)
    curves.begin(TrainingRecord(config, session.data, Path("run")))
    readout = curves.findChild(ElidedLabel, "training.readout")
    assert says in readout.text()
    curves.begin(None)
    assert "E‖ε − ε" in readout.text()


def a_floor(mean: float) -> Floor:
    return Floor(np.array([1, 20]), np.full(2, mean), 10, 10, "eps")


@pytest.mark.parametrize("skipped", [slice(3, 5), slice(0, 2), slice(None)])
def test_steps_that_were_skipped_are_gaps_in_the_curves(
    curves: Curves, session: Session, skipped: slice
) -> None:
    record = a_run(session)
    for column in (record.history.loss, record.history.gradient_norm, record.history.smooth):
        column.view()[skipped] = np.nan
    curves.begin(record)
    curves.draw()
    curves.grab()
    curves.set_floor(Floor(np.array([1]), np.array([0.3]), 1, 1, "eps"))
    curves.grab()
    low, high = curves.loss.getPlotItem().getViewBox().viewRange()[1]
    assert -2 < low < high < 1
    panel = WhyPanel()
    panel.explain(record, Floor(np.array([1]), np.array([0.3]), 1, 1, "eps"))
    assert "nan" not in panel.findChild(QLabel, "training.why_text").text()
    panel.deleteLater()


def test_a_floor_far_below_does_not_press_the_curves_flat(curves: Curves) -> None:
    plot = curves.loss

    def bottom() -> float:
        return plot.getViewBox().viewRange()[1][0]

    def legend() -> str:
        return plot.legend.text("floor")

    curves.set_floor(a_floor(0.01))
    assert 0.4 < 10 ** bottom() < 0.5
    assert legend() == "floor ↓"
    curves.set_floor(a_floor(0.2))
    assert 10 ** bottom() <= 0.2, "near enough to be in view"
    assert legend() == "floor"
    curves.findChild(QCheckBox, "training.log").setChecked(False)
    curves.set_floor(a_floor(0.01))
    assert bottom() <= 0.01
    assert legend() == "floor"


@pytest.mark.parametrize("name", ["each step", "training, smoothed", "validation", "floor"])
def test_a_run_may_be_called_like_a_curve(curves: Curves, session: Session, name: str) -> None:
    before = curves.loss.curve_names
    curves.set_others([a_run(session, f"runs/{name}")])
    assert legend(curves)[-1] == name
    curves.set_others([])
    curves.draw()
    assert curves.loss.curve_names == before
    assert len(curves.loss.curve_data("training, smoothed")[0]) == STEPS


def test_runs_that_are_called_alike_are_all_drawn(curves: Curves, session: Session) -> None:
    runs = [a_run(session, path) for path in ("here/b", "there/b")]
    curves.set_others(runs)
    assert legend(curves)[-2:] == ("b", "b")
    assert all(len(curves.loss.curve_data(over(run))[0]) == STEPS for run in runs)


def test_no_two_runs_look_alike_while_there_are_looks(curves: Curves, session: Session) -> None:
    a, b, c, d, e = (a_run(session, name) for name in "abcde")

    def look(run: TrainingRecord) -> tuple[str, str]:
        curve = curves.loss._curves[over(run)]
        return curve.colour_name, curve.dash

    curves.set_others([a, b])
    kept = look(b)
    curves.set_others([b])
    curves.set_others([b, c, d, e])
    assert look(b) == kept
    assert {look(run) for run in (b, c, d, e)} == set(LOOKS)
    curves.set_others([a, b, c, d, e])  # there are more runs than looks
    assert look(a) in LOOKS


def test_a_run_of_few_samples_says_that_none_validates(curves: Curves) -> None:
    assert curves.loss.legend.text("validation") == "validation"
    three = open_dataset("moons?n=3")
    curves.begin(TrainingRecord(preset_for(three), three, Path("few")))
    assert curves.loss.legend.text("validation") == "no validation"


def legend(curves: Curves) -> tuple[str, ...]:
    return curves.loss.legend.texts


def test_a_long_name_is_elided_and_can_be_read_whole(training: TrainingWorkspace) -> None:
    title = training.findChild(ElidedLabel, "training.title")
    name = "2026-11-21-135522-a-run-with-a-name-that-is-far-too-long-for-a-title"
    training.findChild(TrainingSide).set_title(name)
    assert "…" in title.shown and title.shown.startswith("2026") and title.shown.endswith("title")
    assert title.fontMetrics().horizontalAdvance(title.shown) <= title.width()
    assert title.toolTip() == name
    training.findChild(TrainingSide).set_title("New run")
    assert title.shown == "New run" and title.toolTip() == ""


def test_an_equation_ends_with_an_ellipsis_where_it_has_no_room(
    curves: Curves, session: Session
) -> None:
    config = preset_for(session.data).changed(predict="v")
    curves.begin(TrainingRecord(config, session.data, Path("run")))
    readout = curves.findChild(ElidedLabel, "training.readout")
    readout.resize(600, readout.height())
    assert not readout.shown.endswith("…") and "zoom" in readout.toolTip()
    whole = pixels(readout)
    readout.resize(150, readout.height())
    assert readout.shown.endswith("…") and readout.toolTip() == readout.text()
    part = pixels(readout)
    assert np.array_equal(part[:, :120], whole[:, :120]), "what is there stands where it stood"
    assert not np.array_equal(part[:, 120:], whole[:, 120:150])


def pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.mark.parametrize("staged", [False, True])
def test_the_names_of_the_low_plots_stand_beside_their_axes(
    curves: Curves, staged: bool, stand_on_stage: Callable[[QWidget], None]
) -> None:
    if staged:
        stand_on_stage(curves)
    for strip in curves.strips:
        assert strip._words.x() > strip.getAxis("left").width()
        assert strip._words.width() >= strip._words.sizeHint().width()


def test_axes_without_a_run_have_no_numbers_on_top_of_each_other(
    training: TrainingWorkspace,
) -> None:
    for strip in training.findChild(Curves).strips:
        assert strip.getAxis("left")._tickLevels == [[]]


def test_the_wheel_cannot_leave_the_run_behind(curves: Curves) -> None:
    """Zoomed out far enough, downsampling would ask for arrays larger than there can be."""
    box = curves.loss.getViewBox()
    for turn in (-1, 1):  # out, then in
        for _ in range(600):
            box.scaleBy(x=1.3**-turn, center=(30.0, 0.0))
        curves.loss.zoomed.emit()
        curves.draw()
        low, high = curves.loss.shown_steps
        assert -1 <= low < high <= 1.1e9
        assert high - low >= 1


def test_a_low_window_leaves_the_form_its_height(training: TrainingWorkspace) -> None:
    side = training.findChild(TrainingSide)
    form, title = side.findChild(FormScroll), side.findChild(ElidedLabel, "training.title")
    for height in (800, 360, 800):
        training.resize(1280, height)
        rounds()
        in_a_row = side.controls.start.y() == side.controls.stop.y()
        assert in_a_row == (height == 360)
        assert title.isHidden() == (height == 360)
        assert form.height() > 0.45 * height
    side.show_page(1)
    training.resize(1280, 360)
    rounds()
    assert not title.isHidden(), "where a run is on show, its name is"
