"""What was chosen last is what is on show, however long it took to open what was chosen before."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import Find, choose
from pytestqt.qtbot import QtBot

from diffvis.app import sources
from diffvis.app.shell.window import MainWindow
from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.training.config import preset_for
from diffvis.training.run import RunFolder, train_run

Pick = Callable[[str, str], None]


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ()


@pytest.fixture
def pick(find: Find) -> Pick:
    """Chooses in a picker of the header, as a person does."""
    return lambda box, words: choose(find(f"source.{box}"), words)


def settled(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.jobs.idle, timeout=30_000)


def test_data_that_is_open_already(qtbot: QtBot, window: MainWindow, pick: Pick) -> None:
    pick("data", "Pinwheel")
    pick("data", "Swiss roll")
    settled(qtbot, window)
    assert window.session.data.name == "swiss-roll"


def test_the_exact_denoiser_and_a_model_that_is_open_already(
    qtbot: QtBot, window: MainWindow, pick: Pick
) -> None:
    pick("model", "swiss-roll")
    settled(qtbot, window)
    pick("model", "checkerboard")
    pick("model", "Exact denoiser")
    settled(qtbot, window)
    assert window.session.model_is_exact
    pick("model", "checkerboard")
    pick("model", "swiss-roll")
    settled(qtbot, window)
    assert window.session.model.name == "swiss-roll"


def test_the_data_of_a_model_that_was_left_again(
    qtbot: QtBot, window: MainWindow, pick: Pick, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = []

    def slowly(source: str, **options: object) -> Dataset:
        opening.append(source)
        time.sleep(0.3)
        return open_dataset(source, **options)

    pick("model", "swiss-roll")
    settled(qtbot, window)
    before = window.session.data
    monkeypatch.setattr(sources, "open_dataset", slowly)
    pick("model", "digits")
    qtbot.waitUntil(lambda: bool(opening), timeout=30_000)
    pick("model", "swiss-roll")
    settled(qtbot, window)
    assert window.session.model.name == "swiss-roll"
    assert window.session.data is before


def test_a_model_brings_its_data_also_where_the_shape_is_the_same(
    qtbot: QtBot, window: MainWindow, pick: Pick, find: Find
) -> None:
    pick("model", "swiss-roll")
    settled(qtbot, window)
    before = window.session.data
    pick("model", "checkerboard")
    settled(qtbot, window)
    assert window.session.data.name == "checkerboard"
    assert window.session.model.name == "checkerboard"
    titles = [find("source.data").itemText(n) for n in range(find("source.data").count())]
    assert {"Checkerboard", "Checkerboard (n = 50000)"} <= set(titles), "not two of one name"
    window.sources.open_data(before.source)
    pick("model", "swiss-roll")
    settled(qtbot, window)
    assert window.session.data is before, "not the same data in another number"


def test_a_run_that_has_gone_on_is_opened_anew(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    config = preset_for(window.session.data).changed(steps=2, validate_every=0, preview_every=0)
    folder = RunFolder.create(tmp_path / "run", config)
    for steps in (2, 4):
        longer = config.changed(steps=steps)
        for _ in train_run(longer, folder, resume=steps == 4, dataset=window.session.data):
            pass
        window.sources.open_model(str(folder.path))
        settled(qtbot, window)
        assert window.session.model.steps == steps


def test_a_schedule_is_opened_like_anything_else(window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text(json.dumps({"alpha_bar": NoiseSchedule.cosine(30).alpha_bar[1:].tolist()}))
    window.sources.open_path(file)
    assert window.session.schedule.T == 30
    file.write_text("[1, 2")
    window.sources.open_path(file)
    assert "own.json" in window.notices.notice.title
    assert window.session.schedule.T == 30
