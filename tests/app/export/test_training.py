"""What of a run is exported is what is on show of it."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import as_format
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.export.choices import choices_for, spec_of
from diffvis.app.export.dialog import ExportDialog
from diffvis.app.export.opening import dialog_for
from diffvis.app.session import Session
from diffvis.app.shown import TrainingShown
from diffvis.app.theme import Theme
from diffvis.app.training.workspace import TrainingWorkspace
from diffvis.data.catalogue import open_dataset
from diffvis.rendering.export import export
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.training import Training
from diffvis.training.config import preset_for
from diffvis.training.run import RunFolder, train_run

STEPS = 40


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, with samples of 20 and 40 steps, and of some before."""
    data = open_dataset("swiss-roll")
    config = preset_for(data).changed(
        steps=STEPS, batch_size=16, validate_every=10, validation_count=16, preview_every=20,
        preview_count=16, preview_steps=4,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("runs") / "roll"
    with_samples = train_run(config, RunFolder.create(path, config), dataset=data)
    for _ in with_samples:
        pass
    with_samples.close()
    return path


@pytest.fixture
def new_dialog(
    qtbot: QtBot, session: Session, theme: Theme
) -> Callable[[TrainingShown], ExportDialog]:
    def make(shown: TrainingShown) -> ExportDialog:
        dialog = dialog_for(session, theme, shown)
        qtbot.addWidget(dialog)
        return dialog

    return make


def field(dialog: ExportDialog, name: str) -> QWidget:
    found = dialog.findChild(QWidget, f"export.{name}")
    assert found is not None, f"there is no export.{name}"
    return found


def test_the_step_gone_back_to_is_the_one_exported(
    qtbot: QtBot, training: TrainingWorkspace, run: Path
) -> None:
    training.open_run(run)
    qtbot.waitUntil(lambda: training.record is not None, timeout=30_000)
    newest = len(RunFolder.open(run).previews()) - 1
    machine = training.findChild(QWidget, "training.machine")
    qtbot.waitUntil(lambda: machine.maximum() == newest, timeout=30_000)
    assert training.shown().step is None, "the newest"
    training.clock.go_to(20)
    assert training.shown().step == 20
    training.clock.go_to(STEPS)
    assert training.shown().step is None


@pytest.mark.parametrize(("step", "t"), [(20, 3), (0, 40), (None, 3)])
def test_a_still_shows_the_step_on_show_whatever_t_is(
    qtbot: QtBot, session: Session, new_dialog: Callable[[TrainingShown], ExportDialog],
    run: Path, tmp_path: Path, step: int | None, t: int,
) -> None:  # fmt: skip
    session.set_t(t)
    dialog = new_dialog(TrainingShown(run, step))
    dialog.open()
    as_format(dialog, "PNG")
    words = "of the newest samples" if step is None else f"after step {step}"
    assert field(dialog, "length").text() == f"One picture, {words}"
    field(dialog, "path").setText(str(tmp_path / "still.png"))
    qtbot.mouseClick(field(dialog, "run"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.running, timeout=60_000)
    dialog.close()
    assert dialog.wait()
    wanted = STEPS if step is None else step
    list(export(tmp_path / "core.png", Training.open(run), ExportSpec(t=wanted)))
    with Image.open(tmp_path / "still.png") as ours, Image.open(tmp_path / "core.png") as core:
        assert np.array_equal(np.asarray(ours), np.asarray(core))


def test_the_loss_is_exported_as_it_is_on_show(
    qtbot: QtBot, training: TrainingWorkspace, run: Path, tmp_path: Path
) -> None:
    training.open_run(run)
    qtbot.waitUntil(lambda: training.record is not None, timeout=30_000)
    log = training.findChild(QWidget, "training.log")
    qtbot.waitUntil(lambda: training.shown().floor is not None, timeout=60_000)
    assert training.shown().log is log.isChecked() is True
    log.setChecked(False)
    shown = training.shown()
    assert not shown.log
    (loss,) = [each for each in choices_for(shown, None) if each.view == "loss"]
    assert not spec_of(shown).plot.log
    list(export(tmp_path / "loss.csv", loss.subject, ExportSpec(view="loss")))
    with (tmp_path / "loss.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    floors = [float(row["floor"]) for row in rows if row["floor"]]
    assert next(f for f in floors if f == f) == pytest.approx(shown.floor)


def test_a_figure_of_the_loss_marks_the_best_step_and_the_learning_rates(
    run: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "marked"
    shutil.copytree(run, folder)
    metrics = folder / "metrics.csv"
    names = metrics.read_text().splitlines()[0].split(",")
    row = {"step": "20", "event": "learning rate", "note": "0.00123456 -> 0.0005"}
    with metrics.open("a") as file:
        file.write(",".join(row.get(name, "") for name in names) + "\n")
    subject = Training.open(folder, floor=0.25)
    for name, marks in (("with", True), ("without", False)):
        spec = ExportSpec(view="loss", log=True, marks=marks)
        list(export(tmp_path / f"{name}.svg", subject, spec))
    drawn, plain = ((tmp_path / f"{name}.svg").read_text() for name in ("with", "without"))
    for words in ("lr 0.00123 -&gt; 0.0005", "best: "):
        assert words in drawn and words not in plain
    assert "floor" in drawn and "floor" in plain
    again = remake(read_recipe(tmp_path / "with.svg"))
    assert again.subject.floor == 0.25 and again.spec.plot.marks
    old = read_recipe(tmp_path / "with.svg")
    del old["spec"]["marks"], old["floor"], old["spec"]["easing"]
    before = remake(old)
    assert before.spec.plot.marks is False and before.subject.floor is None
    assert before.spec.film.easing == "even", "as files of then were made"
