"""A schedule that was drawn or loaded is trained on, and is the same when the run is opened."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from driving import choose, click
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice
from diffvis.app.session import Session
from diffvis.app.shell.window import MainWindow
from diffvis.app.training.form import TrainingForm
from diffvis.app.training.workspace import TrainingWorkspace
from diffvis.diffusion import NoiseSchedule, make_schedule
from diffvis.models.model import open_model
from diffvis.training.config import preset_for

Find = Callable[[str], QWidget]


def drawn(T: int = 40) -> NoiseSchedule:
    return NoiseSchedule.from_log_snr([(1, 6.0), (T // 2, 2.0), (T, -7.0)])


def test_from_a_file_to_a_reopened_run(
    qtbot: QtBot,
    tmp_path: Path,
    private_home: Path,
    new_window: Callable[[], MainWindow],
) -> None:
    file = tmp_path / "steep.json"
    file.write_text(json.dumps({"alpha_bar": drawn().alpha_bar[1:].tolist()}))
    window = new_window()
    window.workspaces["schedules"].load_from(file)
    loaded = window.session.schedule
    assert torch.allclose(loaded.alpha_bar, drawn().alpha_bar)
    window.show_workspace("training")
    training = window.workspaces["training"]

    def find(name: str) -> QWidget:
        return window.findChild(QWidget, f"training.{name}")

    assert find("schedule").currentText() == "steep (own)"
    assert find("timesteps").value() == 40
    for name, value in (
        ("steps", 6), ("batch_size", 16), ("preview_count", 8), ("preview_steps", 3),
        ("validation_count", 16),
    ):  # fmt: skip
        find(name).setValue(value)
    click(qtbot, find("start"))
    qtbot.waitUntil(lambda: not training.running, timeout=60_000)
    path = training.record.path
    assert training.record.step == 6
    file.unlink()
    for copy in (private_home / "schedules").glob("*.json"):
        copy.unlink()
    assert torch.equal(open_model(path).schedule.alpha_bar, loaded.alpha_bar)

    other = new_window()
    other.session.set_model(open_model(path))
    assert torch.equal(other.session.schedule.alpha_bar, loaded.alpha_bar)
    again = other.workspaces["training"]
    qtbot.waitUntil(lambda: again.record is not None and again.record.path == path, timeout=30_000)
    other.show_workspace("training")
    assert again.findChild(QWidget, "training.schedule").currentText() == "steep (own)"


def test_the_form_names_an_own_schedule_and_resamples_it(
    training: TrainingWorkspace, session: Session, notices: list[Notice]
) -> None:
    kind = training.findChild(QWidget, "training.schedule")
    timesteps = training.findChild(QWidget, "training.timesteps")
    own = drawn()
    session.set_schedule(own)
    assert kind.currentText() == "drawn (own)"
    timesteps.setValue(10)
    assert session.schedule.T == 10
    assert kind.currentText() == "drawn (own)"
    ends = session.schedule.log_snr[[1, 10]].tolist()
    assert ends == pytest.approx(own.log_snr[[1, 40]].tolist(), abs=0.01)
    timesteps.setValue(40)
    assert session.schedule == own, "there and back loses nothing"
    choose(kind, "linear")
    assert session.schedule == make_schedule("linear", 40)
    choose(kind, "drawn (own)")
    assert session.schedule == own
    assert not notices


def test_a_preset_whose_schedule_is_a_file(
    training: TrainingWorkspace, session: Session, notices: list[Notice], private_home: Path
) -> None:
    session.set_schedule(drawn())
    config = training.findChild(TrainingForm).config()
    session.set_schedule(make_schedule("cosine", 30))
    form, data = training.findChild(TrainingForm), session.data
    form._presets = [("as before", config), ("plain", preset_for(data))]
    form._preset_choice.clear()
    form._preset_choice.addItem("as before", 0)
    form._preset_choice.addItem("plain", 1)
    choose(form._preset_choice, "as before")
    assert session.schedule == drawn()
    choose(form._preset_choice, "plain")
    assert session.schedule.kind == preset_for(data).schedule
    Path(config.schedule).unlink()
    choose(form._preset_choice, "as before")
    assert "cannot be read" in notices[-1].title
