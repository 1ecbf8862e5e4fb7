"""Runs that are kept, laid over each other, renamed, deleted, or written by another process."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from driving import Find, click, finder
from programs import begin
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.session import Session
from diffvis.app.training.runs import RunsPage
from diffvis.app.training.workspace import TrainingWorkspace
from diffvis.data.dataset import Dataset
from diffvis.models.model import open_model
from diffvis.training.config import preset_for
from diffvis.training.run import RunFolder, runs_folder, train_run
from diffvis.viewing.training_record import Whose

PATH = Qt.ItemDataRole.UserRole


@pytest.fixture
def find(training: TrainingWorkspace) -> Find:
    """The widget of the workspace with this name."""
    return finder(training, "training.")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of 40 steps, to be copied."""
    from diffvis.data.catalogue import open_dataset

    return make_run(tmp_path_factory.mktemp("kept") / "run", open_dataset("swiss-roll"), 40)


def make_run(path: Path, data: Dataset, steps: int) -> Path:
    config = preset_for(data).changed(
        steps=steps, batch_size=16, validate_every=10, validation_count=16, preview_every=20,
        preview_count=16, preview_steps=4,
    )  # fmt: skip
    run = train_run(config, RunFolder.create(path, config), dataset=data)
    for _ in run:
        pass
    run.close()
    return path


def put(kept: Path, name: str) -> Path:
    path = runs_folder() / name
    shutil.copytree(kept, path)
    return path


def row_of(find: Find, path: Path) -> int:
    rows = [n for n in range(find("runs").count()) if find("runs").item(n).data(PATH) == str(path)]
    assert rows, f"{path.name} is not listed"
    return rows[0]


def shown(qtbot: QtBot, training: TrainingWorkspace, path: Path, steps: int) -> None:
    qtbot.waitUntil(
        lambda: (
            training.record is not None
            and training.record.path == path
            and len(training.record.history) >= steps
        ),
        timeout=30_000,
    )


def test_how_a_run_has_ended_is_said_of_no_other(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, kept: Path
) -> None:
    find("preview_every").setValue(0)
    click(qtbot, find("start"))
    qtbot.waitUntil(lambda: training.record.step >= 3, timeout=60_000)
    click(qtbot, find("stop"))
    qtbot.waitUntil(lambda: not training.running, timeout=60_000)
    mine, said = training.record.path, f"Stopped, saved as {training.record.title}"
    assert find("status").text() == said
    path = put(kept, "older")
    training.open_run(path)
    shown(qtbot, training, path, 40)
    assert find("status").text() == find("status").toolTip() == ""
    training.open_run(mine)
    assert find("status").text() == said
    assert find("status").toolTip() == str(mine)
    mine.rename(mine.with_name("mine"))
    training._renamed(mine, mine.with_name("mine"))
    assert find("status").text() == "Stopped, saved as mine"


def test_a_run_that_is_kept_is_shown_as_it_was(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, kept: Path
) -> None:
    path = put(kept, "first")
    training.findChild(RunsPage).refresh()
    find("runs").itemClicked.emit(find("runs").item(row_of(find, path)))
    shown(qtbot, training, path, 40)
    record = training.record
    assert record.whose is Whose.KEPT
    assert np.array_equal(record.history.steps.view(), np.arange(1, 41))
    assert len(record.history.validation_loss) == 5
    qtbot.waitUntil(lambda: record.film.moments[-1].step == 40, timeout=30_000)
    assert record.film.moments[-1].chain is not None
    qtbot.waitUntil(
        lambda: len(find("loss_plot").curve_data("training, smoothed")[0]) == 40, timeout=5_000
    )
    qtbot.waitUntil(lambda: find("loss_by_t").bar_heights("loss").max() > 0, timeout=5_000)
    assert "kept" in find("whose").text().lower()
    assert find("start").isEnabled()


def test_a_damaged_preview_hides_no_other(
    qtbot: QtBot, training: TrainingWorkspace, kept: Path
) -> None:
    path = put(kept, "first")
    previews = RunFolder.open(path).previews()
    for broken, content in zip(previews, (b"", b"PK half"), strict=False):
        broken.write_bytes(content)
    training.open_run(path)
    shown(qtbot, training, path, 40)
    film = training.record.film
    qtbot.waitUntil(lambda: len(film.moments) == len(previews) - 2, timeout=30_000)


def test_runs_lie_over_each_other(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, kept: Path
) -> None:
    first, second = put(kept, "first"), put(kept, "second")
    training.open_run(first)
    shown(qtbot, training, first, 40)
    item = find("runs").item(row_of(find, second))
    item.setCheckState(Qt.CheckState.Checked)
    plot = find("loss_plot")
    qtbot.waitUntil(
        lambda: str(second) in plot.curve_names and len(plot.curve_data(str(second))[0]) == 40,
        timeout=30_000,
    )
    find("runs").item(row_of(find, second)).setCheckState(Qt.CheckState.Unchecked)
    assert str(second) not in plot.curve_names


def test_a_click_on_a_tick_leaves_the_run_on_show(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, kept: Path
) -> None:
    first, second = put(kept, "first"), put(kept, "second")
    training.open_run(first)
    shown(qtbot, training, first, 40)
    click(qtbot, find("page_runs"))
    runs = find("runs")
    row = runs.visualItemRect(runs.item(row_of(find, second)))
    for place, on_show in ((QPoint(8, row.center().y()), first), (row.center(), second)):
        qtbot.mouseClick(runs.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert training.findChild(RunsPage).ticked() == [second]
        qtbot.waitUntil(lambda path=on_show: training.record.path == path, timeout=30_000)
        qtbot.wait(50)
        assert training.record.path == on_show


def test_a_run_is_renamed(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, kept: Path, notices: list[Notice],
    session: Session,
) -> None:  # fmt: skip
    path, other = put(kept, "first"), put(kept, "second")
    session.set_model(open_model(path))
    training.open_run(path)
    shown(qtbot, training, path, 40)
    click(qtbot, find("page_runs"))
    for name in (other.name, "a/b", ".."):
        find("run_name").setText(name)
        click(qtbot, find("rename"))
        assert path.is_dir(), "nothing happens but a word"
        assert notices.pop().kind is NoticeKind.ERROR
        find("run_name").setText(path.name)
    find("run_name").setText("the best")
    click(qtbot, find("rename"))
    assert not path.exists()
    assert RunFolder.open(runs_folder() / "the best").config.steps == 40
    assert find("title").text() == training.record.name == "the best"
    assert session.model.path == runs_folder() / "the best" and session.model.name == "the best"
    assert list(session.models) == [str(session.model.path)]


def test_a_run_has_its_name_before_again(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, kept: Path, notices: list[Notice],
    session: Session,
) -> None:  # fmt: skip
    """Everywhere, by undo; and where that name is another's now, all stays as it is."""
    path, best = put(kept, "first"), runs_folder() / "best"
    session.set_model(open_model(path))
    training.open_run(path)
    shown(qtbot, training, path, 40)
    click(qtbot, find("page_runs"))
    find("run_name").setText("best")
    click(qtbot, find("rename"))
    assert session.history.undoes == "name of the run: best"
    session.history.undo()
    assert path.is_dir() and not best.exists()
    assert find("title").text() == training.record.name == "first"
    assert session.model.path == path
    session.history.redo()
    assert best.is_dir() and not path.exists()
    assert session.model.path == best
    put(kept, "first")
    session.history.undo()
    assert notices.pop().title == "there is a run called first already"
    assert best.is_dir()
    assert session.model.path == best


def test_a_run_is_deleted_only_after_a_second_word(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, kept: Path
) -> None:
    path = put(kept, "first")
    training.open_run(path)
    shown(qtbot, training, path, 40)
    click(qtbot, find("page_runs"))
    click(qtbot, find("delete"))
    assert "first" in find("delete_question").text()
    click(qtbot, find("delete_keep"))
    assert path.is_dir()
    assert not find("delete_really").isVisible()
    click(qtbot, find("delete"))
    click(qtbot, find("delete_really"))
    assert not path.exists()
    assert training.record is None
    assert find("runs").count() == 0


def test_a_run_that_trains_is_not_deleted(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, notices: list[Notice]
) -> None:
    find("steps").setValue(1_000_000)
    click(qtbot, find("start"))
    qtbot.waitUntil(lambda: training.record.step > 0, timeout=60_000)
    click(qtbot, find("page_runs"))
    training.findChild(RunsPage).refresh()
    click(qtbot, find("delete"))
    click(qtbot, find("delete_really"))
    assert training.record.path.is_dir()
    assert "being trained" in notices[-1].title


OTHER = """
import sys
from diffvis.data.catalogue import open_dataset
from diffvis.training.config import preset_for
from diffvis.training.run import RunFolder, train_run
data = open_dataset("swiss-roll")
config = preset_for(data).changed(steps=100_000, batch_size=16, validation_count=16,
                                  preview_count=16, preview_steps=4)
run = train_run(config, RunFolder.create(sys.argv[1], config), dataset=data)
for progress in run:
    if progress.step == 30:
        break
print("there", flush=True)
sys.stdin.readline()
for progress in run:
    if progress.step == 60:
        break
run.checkpoint_now()
print("further", flush=True)
sys.stdin.readline()
"""


@pytest.mark.process
def test_a_run_of_another_process_is_followed(
    qtbot: QtBot, training: TrainingWorkspace, find: Find, tmp_path: Path
) -> None:
    path = tmp_path / "elsewhere"
    with begin(OTHER, path) as other:
        try:
            assert other.stdout.readline() == "there\n"
            training.open_run(path)
            shown(qtbot, training, path, 1)
            record = training.record
            qtbot.waitUntil(lambda: record.whose is Whose.ANOTHER, timeout=30_000)
            qtbot.waitUntil(lambda: "another process" in find("whose").text(), timeout=30_000)
            qtbot.waitUntil(lambda: not find("continue").isEnabled())  # the lock is respected
            before = len(record.history)
            other.stdin.write("\n")
            other.stdin.flush()
            assert other.stdout.readline() == "further\n"
            qtbot.waitUntil(lambda: len(record.history) > before, timeout=30_000)
        finally:
            other.kill()
    qtbot.waitUntil(lambda: record.whose is Whose.KEPT, timeout=30_000)


def test_a_model_of_a_run_brings_its_curves(
    qtbot: QtBot, training: TrainingWorkspace, session: Session, kept: Path
) -> None:
    from diffvis.models.model import open_model

    path = put(kept, "first")
    session.set_model(open_model(path))
    shown(qtbot, training, path, 40)


def test_what_is_no_run_is_said(
    qtbot: QtBot, training: TrainingWorkspace, notices: list[Notice], tmp_path: Path
) -> None:
    training.open_run(tmp_path / "nothing")
    qtbot.waitUntil(lambda: bool(notices), timeout=30_000)
    assert "not a run folder" in notices[0].title
