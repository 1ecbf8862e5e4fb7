"""The Training workspace, driven through its widgets by their object names."""

from pathlib import Path

import numpy as np
import pytest
import torch
from driving import Find, choose, click, finder, rounds
from PySide6.QtWidgets import QComboBox, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.training.folds import FormScroll
from diffvis.app.training.workspace import TrainingWorkspace
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.models.model import open_model
from diffvis.training.config import preset_for
from diffvis.training.run import RunFolder, runs_folder

LONG = 1_000_000  # steps: more than any test waits for
SMALL = {"preview_count": 50, "preview_steps": 4, "validation_count": 64}


@pytest.fixture
def workspace(training: TrainingWorkspace) -> TrainingWorkspace:
    return training


@pytest.fixture
def find(training: TrainingWorkspace) -> Find:
    """The widget of the workspace with this name."""
    return finder(training, "training.")


def begin(qtbot: QtBot, workspace: TrainingWorkspace, find: Find, steps: int) -> None:
    """Start a run whose checks and previews take little time."""
    for field, value in SMALL.items():
        find(field).setValue(value)
    find("steps").setValue(steps)
    click(qtbot, find("start"))
    assert workspace.running


def reached(qtbot: QtBot, workspace: TrainingWorkspace, step: int) -> None:
    qtbot.waitUntil(lambda: workspace.record.step >= step, timeout=30_000)


def ended(qtbot: QtBot, workspace: TrainingWorkspace) -> None:
    qtbot.waitUntil(lambda: not workspace.running, timeout=60_000)


# --- a run ------------------------------------------------------------------------------------


def test_a_run_shows_its_loss_and_samples_and_becomes_the_model(
    qtbot: QtBot, workspace: TrainingWorkspace, session: Session, find: Find, notices: list[Notice]
) -> None:
    choose(find("predict"), "ε  (noise)")
    begin(qtbot, workspace, find, 300)
    ended(qtbot, workspace)
    history = workspace.record.history
    assert np.array_equal(history.steps.view(), np.arange(1, 301)), "every loss is there"
    losses = history.loss.view()
    assert losses[-50:].mean() < 0.7 * losses[:10].mean()
    assert len(history.validation_loss) >= 10
    x, smoothed = find("loss_plot").curve_data("training, smoothed")
    assert x[-1] == 300
    assert smoothed[-1] < smoothed[0]
    assert find("loss_by_t").bar_heights("loss").max() > 0
    steps = [moment.step for moment in workspace.record.film.moments]
    assert steps[:4] == [0, 3, 7, 15], "samples come often at the beginning"
    assert steps[-1] == 300
    assert workspace.findChild(QWidget, "readout.step").text() == "300 / 300"

    qtbot.waitUntil(lambda: not session.model_is_exact, timeout=30_000)
    assert session.model.steps == 300
    assert session.model.path == workspace.record.path
    assert notices[-1].kind is NoticeKind.INFO
    assert "300 steps" in notices[-1].title


def test_the_run_is_what_the_form_says(
    qtbot: QtBot, workspace: TrainingWorkspace, session: Session, find: Find
) -> None:
    session.set_schedule(NoiseSchedule.linear(25))
    choose(find("predict"), "x₀  (data)")
    find("batch_size").setValue(64)
    find("seed").setValue(7)
    find("learning_rate").setCurrentText("2.5e-3")
    begin(qtbot, workspace, find, 20)
    ended(qtbot, workspace)
    config = RunFolder.open(workspace.record.path).config
    asked = (config.predict, config.batch_size, config.seed, config.lr, config.steps)
    assert asked == ("x0", 64, 7, 2.5e-3, 20)
    assert (config.schedule, config.timesteps) == ("linear", 25)
    assert open_model(workspace.record.path).schedule == NoiseSchedule.linear(25)


def test_the_same_seed_trains_the_same_network(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find
) -> None:
    losses = []
    for _ in range(2):
        begin(qtbot, workspace, find, 60)
        ended(qtbot, workspace)
        losses.append(workspace.record.history.loss.view())
    assert np.array_equal(*losses)


def test_pause_holds_the_run_and_resume_goes_on(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find, notices: list[Notice]
) -> None:
    begin(qtbot, workspace, find, LONG)
    reached(qtbot, workspace, 20)
    click(qtbot, find("pause"))
    assert find("pause").text() == "Resume"
    qtbot.waitUntil(lambda: "aused" in find("status").text(), timeout=30_000)
    moments = len(workspace.record.film.moments)
    click(qtbot, find("preview_now"))  # is made where the steps would be taken, as a checkpoint is
    qtbot.waitUntil(lambda: len(workspace.record.film.moments) > moments, timeout=30_000)
    held = workspace.record.film.moments[-1].step
    click(qtbot, find("save"))
    qtbot.waitUntil(lambda: bool(notices), timeout=30_000)
    assert notices[0].title == f"Saved step {held:,}"
    assert workspace.record.step == held
    click(qtbot, find("pause"))
    reached(qtbot, workspace, held + 20)
    assert find("pause").text() == "Pause"


def test_stop_keeps_what_was_learned(
    qtbot: QtBot, workspace: TrainingWorkspace, session: Session, find: Find
) -> None:
    begin(qtbot, workspace, find, LONG)
    reached(qtbot, workspace, 20)
    click(qtbot, find("stop"))
    ended(qtbot, workspace)
    qtbot.waitUntil(lambda: not session.model_is_exact, timeout=30_000)
    assert session.model.steps == workspace.record.step == len(workspace.record.history)
    begin(qtbot, workspace, find, 20)
    ended(qtbot, workspace)


def test_stop_while_paused(qtbot: QtBot, workspace: TrainingWorkspace, find: Find) -> None:
    begin(qtbot, workspace, find, LONG)
    reached(qtbot, workspace, 5)
    click(qtbot, find("pause"))
    click(qtbot, find("stop"))
    ended(qtbot, workspace)
    assert find("start").isEnabled()


def test_stop_before_the_first_step(
    qtbot: QtBot, workspace: TrainingWorkspace, session: Session, find: Find
) -> None:
    begin(qtbot, workspace, find, LONG)
    click(qtbot, find("stop"))
    ended(qtbot, workspace)
    assert session.model_is_exact == (workspace.record.step == 0)


def test_save_writes_a_checkpoint_and_the_run_goes_on(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find, notices: list[Notice]
) -> None:
    begin(qtbot, workspace, find, LONG)
    reached(qtbot, workspace, 20)
    click(qtbot, find("pause"))
    click(qtbot, find("save"))
    qtbot.waitUntil(lambda: bool(notices), timeout=5_000)
    assert "Saved step" in notices[0].title
    step = int(notices[0].title.split()[-1].replace(",", ""))
    assert RunFolder.open(workspace.record.path).checkpoint_path(step).is_file()
    click(qtbot, find("pause"))
    reached(qtbot, workspace, step + 10)


def test_closing_in_the_middle_leaves_a_run_that_opens(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find
) -> None:
    begin(qtbot, workspace, find, LONG)
    reached(qtbot, workspace, 20)
    workspace.ask_to_stop()
    assert workspace.wait()
    assert open_model(workspace.record.path).steps >= 20


def test_the_buttons_say_what_is_possible(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find
) -> None:
    def enabled() -> set[str]:
        names = ("start", "pause", "stop", "save", "data", "steps")
        return {name for name in names if find(name).isEnabled()}

    assert enabled() == {"start", "data", "steps"}
    begin(qtbot, workspace, find, 30)
    assert enabled() == {"pause", "stop", "save"}
    assert find("status").text() == "Preparing…"
    ended(qtbot, workspace)
    assert enabled() == {"start", "data", "steps"}


# --- what can go wrong --------------------------------------------------------------------------


@pytest.mark.parametrize("rate", ["fast", "0", "-1", ""])
def test_a_bad_learning_rate_is_said(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find, notices: list[Notice], rate: str
) -> None:
    find("learning_rate").setCurrentText(rate)
    click(qtbot, find("start"))
    assert not workspace.running
    assert notices[0].kind is NoticeKind.ERROR
    assert "lr" in notices[0].title


def test_a_folder_that_cannot_be_written_is_said(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find, notices: list[Notice]
) -> None:
    runs_folder().parent.mkdir(parents=True, exist_ok=True)
    runs_folder().write_text("a file where the folder should be")
    begin(qtbot, workspace, find, 10)
    ended(qtbot, workspace)
    assert notices[0].kind is NoticeKind.ERROR
    assert "cannot be written" in notices[0].title
    assert find("start").isEnabled()


def test_a_folder_that_vanishes_holds_the_run_until_resumed(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find, notices: list[Notice]
) -> None:
    begin(qtbot, workspace, find, LONG)
    reached(qtbot, workspace, 20)
    path = workspace.record.path
    path.rename(path.parents[1] / "elsewhere")  # at once, while the run writes into it
    qtbot.waitUntil(lambda: find("pause").text() == "Resume", timeout=30_000)
    assert notices[0].kind is NoticeKind.WARNING
    assert "cannot be written" in notices[0].title
    held = workspace.record.step
    click(qtbot, find("pause"))
    reached(qtbot, workspace, held + 20)


def test_a_loss_that_is_not_a_number_is_said(
    qtbot: QtBot,
    workspace: TrainingWorkspace,
    find: Find,
    notices: list[Notice],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import diffvis.training.loop as loop

    monkeypatch.setattr(loop, "losses", lambda *a, **k: _nan_loss(a[0]))
    begin(qtbot, workspace, find, LONG)
    ended(qtbot, workspace)
    assert notices[0].kind is NoticeKind.WARNING
    assert "not a number, so that step was skipped" in notices[0].title
    assert notices[-1].kind is NoticeKind.ERROR
    assert "100 steps in a row up to step 100 were skipped" in notices[-1].title
    assert notices[-1].details, "the traceback is there for those who want it"


def _nan_loss(state: object) -> torch.Tensor:
    weights = sum(parameter.sum() for parameter in state.parameters)
    return weights * torch.full((state.config.batch_size,), torch.nan)


# --- the form -----------------------------------------------------------------------------------


def test_the_form_begins_with_the_preset(session: Session, find: Find) -> None:
    preset = preset_for(session.data)
    assert find("steps").value() == preset.steps
    assert find("batch_size").value() == preset.batch_size
    assert find("predict").currentData() == preset.predict
    assert float(find("learning_rate").currentText()) == preset.lr
    assert find("timesteps").value() == session.schedule.T == preset.timesteps


def test_other_data_brings_its_networks_and_preset(
    qtbot: QtBot, session: Session, find: Find
) -> None:
    assert find("network").currentData() == "mlp"
    choose(find("data"), "Digits")
    qtbot.waitUntil(lambda: session.data.name == "digits", timeout=30_000)
    preset = preset_for(session.data)
    names = [find("network").itemData(place) for place in range(find("network").count())]
    assert "mlp" not in names
    assert find("network").currentData() == preset.network
    assert find("steps").value() == preset.steps
    assert find("timesteps").value() == preset.timesteps


def test_the_schedule_is_that_of_the_window(session: Session, find: Find) -> None:
    find("timesteps").setValue(77)
    choose(find("schedule"), "linear")
    assert session.schedule == NoiseSchedule.linear(77)
    session.set_schedule(NoiseSchedule.cosine(12))
    assert (find("schedule").currentData(), find("timesteps").value()) == ("cosine", 12)


def test_data_chosen_elsewhere_meanwhile_is_left_alone(
    qtbot: QtBot, workspace: TrainingWorkspace, session: Session, find: Find, notices: list[Notice]
) -> None:
    digits = open_dataset("digits")
    begin(qtbot, workspace, find, LONG)
    reached(qtbot, workspace, 5)
    session.set_data(digits)
    click(qtbot, find("stop"))
    ended(qtbot, workspace)
    qtbot.waitUntil(lambda: bool(notices), timeout=30_000)
    assert session.data is digits
    assert session.model_is_exact
    assert str(workspace.record.path) in notices[-1].hint


def test_a_run_that_ends_behind_another_workspace_offers_its_model(
    qtbot: QtBot, workspace: TrainingWorkspace, session: Session, find: Find, notices: list[Notice]
) -> None:
    """A chain that somebody is stepping through meanwhile must not be taken away."""
    begin(qtbot, workspace, find, 20)
    workspace.hide()
    ended(qtbot, workspace)
    qtbot.waitUntil(lambda: bool(notices), timeout=30_000)
    assert session.model_is_exact
    words, act = notices[-1].action
    assert words == "Step it in Reverse"
    act()
    qtbot.waitUntil(lambda: session.model.path == workspace.record.path, timeout=30_000)
    assert session.model.steps == 20


# --- what is on screen --------------------------------------------------------------------------


def test_every_interactive_widget_is_named(workspace: TrainingWorkspace) -> None:
    for kind in (QPushButton, QComboBox):
        for widget in workspace.findChildren(kind):
            assert widget.objectName().startswith("training."), widget
            assert widget.accessibleName(), widget.objectName()


@pytest.mark.parametrize("name", ["dark", "light"])
def test_nothing_is_cut_off(
    qtbot: QtBot, workspace: TrainingWorkspace, theme: Theme, name: str
) -> None:
    theme.set_name(name)
    scroll = workspace.findChild(FormScroll)
    rounds()
    # The form scrolls up and down only.
    qtbot.waitUntil(lambda: scroll.widget().width() <= scroll.viewport().width(), timeout=2_000)
    assert (workspace.width(), workspace.height()) == (1256, 590)
    every = workspace.findChildren(QScrollArea)
    scrolls = [scroll for scroll in every if scroll.verticalScrollBar().maximum() > 0]
    for widget in workspace.findChildren(QWidget):
        role = widget.objectName().startswith(("training.", "readout."))
        inside = any(scroll.isAncestorOf(widget) for scroll in scrolls)
        if role and widget.isVisible() and not inside:
            place = widget.rect().translated(widget.mapTo(workspace, widget.rect().topLeft()))
            assert workspace.rect().contains(place), widget.objectName()
            # A height of the style sheet takes the place of the hint.
            least = widget.minimumHeight() or widget.minimumSizeHint().height()
            least = min(least, widget.maximumHeight())
            assert widget.height() >= least, widget.objectName()


def test_a_hidden_workspace_catches_up_when_it_is_shown(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find
) -> None:
    workspace.hide()
    find("steps").setValue(40)
    find("start").click()
    ended(qtbot, workspace)
    assert len(find("loss_plot").curve_data("training, smoothed")[0]) == 0
    workspace.show()
    assert len(find("loss_plot").curve_data("training, smoothed")[0]) == 40


def test_the_log_axis_can_be_switched(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find
) -> None:
    begin(qtbot, workspace, find, 40)
    ended(qtbot, workspace)
    plot, box = find("loss_plot"), find("log")
    for log in (False, True):
        box.setChecked(log)
        low, high = plot.getViewBox().viewRange()[1]
        losses = workspace.record.history.loss.view()
        shown = np.log10(losses) if log else losses
        assert low <= shown.min()
        assert high >= shown.max()


def test_runs_do_not_share_a_folder(qtbot: QtBot, workspace: TrainingWorkspace, find: Find) -> None:
    paths: set[Path] = set()
    for _ in range(2):
        begin(qtbot, workspace, find, 5)
        paths.add(workspace.record.path)
        ended(qtbot, workspace)
    assert len(paths) == 2


def test_a_model_that_does_not_fit_is_said_before_there_is_a_folder(
    qtbot: QtBot, workspace: TrainingWorkspace, find: Find, notices: list[Notice]
) -> None:
    find("start_from").setText("digits")
    find("start_from").textEdited.emit("digits")
    click(qtbot, find("start"))
    qtbot.waitUntil(lambda: bool(notices), timeout=30_000)
    assert notices[0].kind is NoticeKind.ERROR
    assert "digits has learned samples of shape (1, 8, 8)" in notices[0].title
    assert not workspace.record.path.exists()
