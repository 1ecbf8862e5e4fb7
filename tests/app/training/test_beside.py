"""Two runs that take turns: each as if it were alone, and all that is asked for done to both."""

from pathlib import Path

import numpy as np
import pytest
from driving import Find, click, finder
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice
from diffvis.app.session import Session
from diffvis.app.training.form import TrainingForm
from diffvis.app.training.samples import Look, SamplesView
from diffvis.app.training.workspace import TrainingWorkspace
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.training.config import TrainConfig
from diffvis.training.run import RunFolder, runs_folder, train_run
from diffvis.viewing.training_record import TrainingRecord

LONG = 1_000_000  # steps: more than any test waits for
SMALL = {"preview_count": 50, "preview_steps": 2, "validation_count": 16, "batch_size": 16}


@pytest.fixture
def find(training: TrainingWorkspace) -> Find:
    """The widget of the workspace with this name."""
    return finder(training, "training.")


def put_beside(find: Find, name: str) -> None:
    choice = find("beside")
    choice.setCurrentIndex(choice.findData(name))
    choice.activated.emit(choice.currentIndex())


def begin(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, steps: int
) -> tuple[TrainingRecord, TrainingRecord]:
    for field, value in SMALL.items():
        find(field).setValue(value)
    find("steps").setValue(steps)
    put_beside(find, "flow")
    click(qtbot, find("start"))
    own, other = training.record.together
    return own, other


def stopped(qtbot: QtBot, training: TrainingWorkspace) -> None:
    qtbot.waitUntil(lambda: not training.running, timeout=60_000)


def losses_alone(record: TrainingRecord, path: Path) -> np.ndarray:
    run = train_run(record.config, RunFolder.create(path, record.config), dataset=record.dataset)
    found = [float(item.loss) for item in run if item.kind == "step"]
    run.close()
    return np.array(found, np.float32)


def test_each_is_the_run_that_it_would_be_alone(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, tmp_path: Path
) -> None:
    own, other = begin(qtbot, training, find, 12)
    stopped(qtbot, training)
    assert training.record is own
    assert (other.config.schedule, other.config.predict) == ("flow", "velocity")
    for record in (own, other):
        alone = losses_alone(record, tmp_path / record.name)
        assert np.array_equal(record.history.loss.view().astype(np.float32), alone)
        assert open_model(record.path).steps == 12
    assert [m.step for m in own.film.moments] == [m.step for m in other.film.moments]

    samples = training.findChild(SamplesView)
    assert samples.look is Look.BESIDE
    samples.go_to(3)
    spoken = samples._words()
    assert "cosine, v: step 3, 0." in spoken and "flow, velocity: step 3, 0." in spoken
    texts = find("loss_plot").legend.texts
    assert "Swiss roll 2: flow, velocity (another loss)" in texts
    assert all(find("runs").item(n).checkState() is Qt.CheckState.Checked for n in (0, 1))


def test_pause_preview_rate_and_stop_are_for_both(
    qtbot: QtBot, training: TrainingWorkspace, find: Find
) -> None:
    own, other = both = begin(qtbot, training, find, LONG)
    qtbot.waitUntil(lambda: min(record.step for record in both) >= 3, timeout=60_000)
    click(qtbot, find("pause"))
    qtbot.waitUntil(lambda: "aused" in find("status").text(), timeout=30_000)
    qtbot.wait(50)
    held = [record.step for record in both]
    assert abs(held[0] - held[1]) <= 1, "they take turns"
    before = [len(record.film.moments) for record in both]
    click(qtbot, find("preview_now"))
    qtbot.waitUntil(
        lambda: [len(record.film.moments) for record in both] == [n + 1 for n in before],
        timeout=30_000,
    )
    qtbot.wait(50)
    assert [record.step for record in both] == held, "a preview takes no step"
    assert training.running
    training._run_page.rate_wanted.emit(1e-4)
    qtbot.waitUntil(
        lambda: all(any(e.kind == "learning rate" for e in record.events) for record in both),
        timeout=30_000,
    )
    click(qtbot, find("stop"))
    stopped(qtbot, training)
    steps = [open_model(record.path).steps for record in both]
    assert steps == [record.step for record in both] == held

    training.open_run(other.path)
    assert training.record is other
    click(qtbot, find("continue"))  # each is a run of its own
    qtbot.waitUntil(lambda: training.record.step > other.step, timeout=60_000)
    assert training.record.path == other.path and not training.record.together
    click(qtbot, find("stop"))
    stopped(qtbot, training)
    assert own.step == held[0]


def test_where_the_other_cannot_begin_neither_does(
    qtbot: QtBot,
    training: TrainingWorkspace,
    find: Find,
    notices: list[Notice],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check_new(config: TrainConfig, dataset: Dataset) -> None:
        if config.predict == "velocity":
            raise UserError("no velocity can be learned here", "choose another")

    monkeypatch.setattr("diffvis.app.workers.training.check_new", check_new)
    begin(qtbot, training, find, 12)
    stopped(qtbot, training)
    assert notices[-1].title == "no velocity can be learned here"
    assert not list(runs_folder().glob("*/run.json"))


def test_what_cannot_be_beside_is_said_under_the_form(
    qtbot: QtBot, training: TrainingWorkspace, find: Find
) -> None:
    put_beside(find, "v")
    assert "would be the same one" in find("form_error").text()
    assert find("group_beside_it").text().endswith("the same path, v")
    click(qtbot, find("start"))
    assert not training.running
    put_beside(find, "")
    assert find("form_error").isHidden()
    assert find("group_beside_it").text().endswith("Beside it")


def test_the_choice_is_undone_and_written(
    training: TrainingWorkspace, session: Session, find: Find
) -> None:
    form = training.findChild(TrainingForm)
    before = form.state()
    put_beside(find, "flow")
    after = form.state()
    words, field = form.told(before, after)
    assert "flow matching" in words and field == "training.beside"
    assert form.read(form.written(after))["beside"] == "flow"
    assert form.read({"beside": "of a later version"})["beside"] == ""
    form.restore(before)
    assert form.beside == "" and len(form.configs()) == 1
