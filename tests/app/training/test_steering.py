"""Steering a run while it trains, reading it off, and going back in it."""

import numpy as np
import pytest
from driving import Find, choose, click, finder
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.training.current_run import CurrentRun
from diffvis.app.training.panels import TrainingPanels
from diffvis.app.training.workspace import TrainingWorkspace
from diffvis.data.catalogue import open_dataset
from diffvis.training.run import RunFolder

LONG = 1_000_000  # steps: more than any test waits for


@pytest.fixture
def workspace(training: TrainingWorkspace) -> TrainingWorkspace:
    return training


@pytest.fixture
def find(training: TrainingWorkspace) -> Find:
    """The widget of the workspace with this name."""
    return finder(training, "training.")


@pytest.fixture
def going(qtbot: QtBot, workspace: TrainingWorkspace, find: Find) -> TrainingWorkspace:
    """A small run under way, a few steps old."""
    find("batch_size").setValue(16)
    find("preview_count").setValue(16)
    find("preview_steps").setValue(4)
    find("validation_count").setValue(16)
    find("steps").setValue(LONG)
    click(qtbot, find("start"))
    qtbot.waitUntil(lambda: workspace.record.step >= 5, timeout=60_000)
    return workspace


def test_the_learning_rate_is_changed_while_it_trains(
    qtbot: QtBot, going: TrainingWorkspace, find: Find
) -> None:
    ask = find("lr_now").lineEdit()
    ask.setText("5e-4")
    ask.returnPressed.emit()
    qtbot.waitUntil(lambda: bool(going.record.events), timeout=30_000)
    (event,) = going.record.events
    assert event.kind == "learning rate"
    qtbot.waitUntil(lambda: going.record.step > event.step + 2, timeout=30_000)
    rates = going.record.history.learning_rate.view()
    assert rates[event.step] == pytest.approx(5e-4, rel=0.01), "the step after the change"
    assert rates[event.step - 1] == pytest.approx(3e-3, rel=0.01), "the step before it"
    choose(find("lr_now"), "× 1/2 of the present")
    qtbot.waitUntil(lambda: len(going.record.events) == 2, timeout=30_000)
    metrics = RunFolder.open(going.record.path).metrics
    qtbot.waitUntil(lambda: metrics.read_text().count("learning rate,") == 2, timeout=30_000)


@pytest.mark.parametrize("text", ["fast", "0", "-1", "2"])
def test_a_rate_that_is_not_possible_is_said_beside_the_field(
    qtbot: QtBot, going: TrainingWorkspace, find: Find, text: str
) -> None:
    ask = find("lr_now").lineEdit()
    ask.setText(text)
    ask.returnPressed.emit()
    assert find("lr_now").property("state") == "error"
    step = going.record.step
    qtbot.waitUntil(lambda: going.record.step > step + 3, timeout=30_000)
    assert going.record.events == ()


def test_samples_are_made_when_asked_for_also_while_paused(
    qtbot: QtBot, going: TrainingWorkspace, find: Find
) -> None:
    click(qtbot, find("pause"))
    qtbot.waitUntil(lambda: "aused" in find("status").text(), timeout=30_000)
    moments = len(going.record.film.moments)
    click(qtbot, find("preview_now"))
    qtbot.waitUntil(lambda: len(going.record.film.moments) > moments, timeout=30_000)
    assert going.record.film.moments[-1].step == going.record.step, "a look takes no step"


def test_reverse_takes_the_model_that_trains(
    qtbot: QtBot, going: TrainingWorkspace, session: Session, find: Find
) -> None:
    click(qtbot, find("use_now"))
    qtbot.waitUntil(lambda: not session.model_is_exact, timeout=30_000)
    first = session.model
    qtbot.waitUntil(lambda: first.steps <= going.record.step, timeout=30_000)  # it lags a moment
    assert not next(first.denoiser.network.parameters()).requires_grad
    weights = next(first.denoiser.network.parameters()).clone()
    qtbot.waitUntil(lambda: going.record.step > first.steps + 3, timeout=30_000)
    assert np.array_equal(weights, next(first.denoiser.network.parameters())), "it is a copy"
    assert going.running
    assert going.record.step > 0, "the run on show stays the one under way"


def test_both_sets_of_weights_sample_the_same_noise(
    qtbot: QtBot, going: TrainingWorkspace, find: Find
) -> None:
    choose(find("samples_mode"), "EMA | raw")
    samples = going.findChild(TrainingPanels).samples
    qtbot.waitUntil(lambda: samples.weights is not None, timeout=60_000)
    step, ema, raw = samples.weights
    assert step > 0
    qtbot.waitUntil(lambda: step <= going.record.step, timeout=30_000)  # the record lags a moment
    assert ema.shape == raw.shape == (16, 2)
    assert not np.array_equal(ema, raw)


def test_the_time_machine_goes_back_and_marks_the_curves(
    qtbot: QtBot, going: TrainingWorkspace, find: Find
) -> None:
    click(qtbot, find("preview_now"))
    qtbot.waitUntil(lambda: find("machine").maximum() >= 1, timeout=60_000)
    find("machine").setValue(0)
    assert going.findChild(TrainingPanels).samples.step == 0
    assert find("machine_step").text() == "step 0"
    for look in ("One step", "Step × t", "Film"):
        choose(find("samples_mode"), look)
        view = find("samples")
        view.repaint()
        assert view.frame is not None
    assert going.record.film.moments[0].chain.t[-1] == 0
    find("machine").setValue(find("machine").maximum())
    assert going.findChild(TrainingPanels).samples.step is None, "the newest is followed again"


def test_pointing_at_the_curves_reads_them(
    qtbot: QtBot, going: TrainingWorkspace, find: Find
) -> None:
    click(qtbot, find("pause"))
    qtbot.waitUntil(lambda: "aused" in find("status").text(), timeout=30_000)
    find("loss_plot").pointed.emit(3.0)
    words = find("readout").text()
    assert "step 3" in words
    for name in ("loss", "smoothed", "gradient norm", "learning rate"):
        assert name in words
    find("loss_plot").pointed.emit(None)
    assert "step 3" not in find("readout").text()


def test_zooming_keeps_the_view_until_the_whole_run_is_wanted(
    qtbot: QtBot, going: TrainingWorkspace, find: Find
) -> None:
    plot = find("loss_plot")
    plot.setXRange(1, 3, padding=0)
    plot.zoomed.emit()
    assert find("whole_run").isVisible()
    qtbot.waitUntil(lambda: going.record.step > 15, timeout=60_000)
    going.findChild(CurrentRun).draw()
    assert plot.shown_steps == pytest.approx((1, 3))
    assert find("rate_plot").shown_steps == pytest.approx((1, 3)), "one axis for all"
    click(qtbot, find("whole_run"))
    assert plot.shown_steps[1] > 10
    assert not find("whole_run").isVisible()


def test_the_floor_is_found_and_explains_the_loss(
    qtbot: QtBot, going: TrainingWorkspace, find: Find
) -> None:
    qtbot.waitUntil(lambda: going.findChild(TrainingPanels).floor is not None, timeout=120_000)
    floor = going.findChild(TrainingPanels).floor
    assert 0 < floor.mean < 1
    _, y = find("loss_plot").curve_data("floor")
    assert y == pytest.approx(floor.mean)
    assert len(find("loss_by_t").curve_data("floor")[0]) == len(floor.t)
    click(qtbot, find("why"))
    assert f"{floor.mean:.3f}" in find("why_text").text()
    assert "of what can be learned" in find("why_text").text()


def test_continue_goes_on_from_where_it_stopped(
    qtbot: QtBot, going: TrainingWorkspace, session: Session, find: Find, notices: list[Notice]
) -> None:
    click(qtbot, find("stop"))
    qtbot.waitUntil(lambda: not going.running, timeout=60_000)
    first = going.record
    qtbot.waitUntil(lambda: not session.model_is_exact, timeout=30_000)
    find("steps").setValue(2 * LONG)
    assert find("continue").isEnabled()
    assert f"to its step {LONG:,}" in find("continue").toolTip()
    drawn = find("loss_plot").curve_data("each step")[0]
    empty: list[int] = []
    shown = going.findChild(CurrentRun)
    shown.drawn.connect(
        lambda: len(find("loss_plot").curve_data("each step")[0]) or empty.append(1)
    )
    click(qtbot, find("continue"))
    assert going.record.config == first.config, "not the number of steps in the form"
    assert going.record.step == going.clock.value == first.step, "before a step is taken"
    assert np.array_equal(find("loss_plot").curve_data("each step")[0], drawn), "the curve at once"
    assert len(going.record.film.moments) == len(first.film.moments)
    assert find("continue").toolTip() == "A run is under way: stop it first"
    qtbot.waitUntil(lambda: going.record.step > first.step + 3, timeout=60_000)
    assert going.record is not first
    assert not empty, "and it never goes away"
    steps = going.record.history.steps.view()
    assert np.array_equal(steps, np.arange(1, len(steps) + 1)), "its past is there too"
    assert any(event.kind == "resumed" for event in going.record.events)
    assert not [notice for notice in notices if notice.kind is NoticeKind.ERROR]


def test_only_a_run_that_is_done_is_lengthened(
    qtbot: QtBot, workspace: TrainingWorkspace, session: Session, find: Find
) -> None:
    assert find("continue").toolTip() == "No run is on show: choose one under Runs"
    find("steps").setValue(3)
    click(qtbot, find("start"))
    qtbot.waitUntil(lambda: not workspace.running, timeout=60_000)
    assert "All its 3 steps are done" in find("continue").toolTip()
    assert "to 6 steps" in find("continue").toolTip(), "as many again"
    find("steps").setValue(5)
    assert "to the 5 steps under Set up" in find("continue").toolTip()
    click(qtbot, find("continue"))
    qtbot.waitUntil(lambda: not workspace.running, timeout=60_000)
    assert workspace.record.step == workspace.record.config.steps == 5


def test_a_run_goes_on_with_its_own_data(
    qtbot: QtBot, workspace: TrainingWorkspace, session: Session, find: Find
) -> None:
    find("steps").setValue(LONG)
    click(qtbot, find("start"))
    qtbot.waitUntil(lambda: workspace.record.step >= 2, timeout=60_000)
    click(qtbot, find("stop"))
    qtbot.waitUntil(lambda: not workspace.running, timeout=60_000)
    first, own = workspace.record, session.data.source
    session.set_data(open_dataset("moons"))
    assert "Its data, swiss-roll, are opened first" in find("continue").toolTip()
    click(qtbot, find("continue"))
    qtbot.waitUntil(lambda: workspace.running, timeout=60_000)
    assert session.data.source == own
    assert workspace.record.path == first.path
    qtbot.waitUntil(lambda: workspace.record.step > first.step, timeout=60_000)


def test_after_stop_the_blue_button_goes_on_with_the_same_run(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find
) -> None:
    assert find("start").property("role") == "primary"
    find("steps").setValue(LONG)
    click(qtbot, find("start"))
    qtbot.waitUntil(lambda: workspace.record.step >= 2, timeout=60_000)
    assert (find("pause").text(), find("pause").property("role")) == ("Pause", "primary")
    click(qtbot, find("stop"))
    qtbot.waitUntil(lambda: not workspace.running, timeout=60_000)
    path, step = workspace.record.path, workspace.record.step
    assert (find("pause").text(), find("pause").property("role")) == ("Continue", "primary")
    assert find("start").property("role") != "primary"
    assert find("start").text() == "New run"
    click(qtbot, find("pause"))
    assert workspace.running
    assert workspace.record.path == path
    qtbot.waitUntil(lambda: workspace.record.step > step, timeout=60_000)
