"""Training on stage: what stands there of a run with a bug in its code."""

from pathlib import Path

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from diffvis.app.training.workspace import TrainingWorkspace
from diffvis.bugs.training import fault_of, with_bug
from diffvis.data.catalogue import open_dataset
from diffvis.training.config import preset_for
from diffvis.training.run import RunFolder, runs_folder, train_run


def run_with(bug: str, name: str) -> Path:
    data = open_dataset("swiss-roll")
    config = preset_for(data).changed(steps=1, batch_size=4, validation_count=4, preview_count=4)
    config = with_bug(config, bug)
    path = runs_folder() / name
    folder = RunFolder.create(path, config)
    for _ in train_run(config, folder, dataset=data, fault=fault_of(config)):
        pass
    return path


def titles(training: TrainingWorkspace) -> list[str]:
    """What is said on stage in every view."""
    found = []
    for view in training.stage_views.titles:
        training.stage_views.show(view)
        rows = training.stage_views.arrangement.rows
        shares = training.stage_views.arrangement.shares
        assert len(shares) in (0, len(rows))
        found += [each.text() for row in rows for each in row if isinstance(each, QLabel)]
    return found


def shows(training: TrainingWorkspace, path: Path) -> bool:
    return training.record is not None and training.record.path == path


def test_a_bug_is_said_in_every_view(qtbot: QtBot, training: TrainingWorkspace) -> None:
    assert titles(training) == []
    wrong, right = run_with("no-t", "wrong"), run_with("", "right")
    for path, said in ((wrong, ["wrong (BUG no-t)"] * 4), (right, [])):
        training.open_run(path)
        qtbot.waitUntil(
            lambda path=path: training.record is not None and training.record.path == path,
            timeout=30_000,
        )
        assert titles(training) == said
