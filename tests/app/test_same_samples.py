"""The window, the command line and Python give the same samples for the same seed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from driving import click, type_number
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.window import MainWindow
from diffvis.cli import main
from diffvis.training.model import open_model
from diffvis.training.sampling import EVERY_CLASS, ChainSettings, run_chain


def test_of_a_model_that_knows_classes(
    qtbot: QtBot, window: MainWindow, find: Callable[[str], QWidget], tmp_path: Path
) -> None:
    window.sources.open_model("pinwheel")
    qtbot.waitUntil(lambda: not window.session.model_is_exact, timeout=10_000)
    model = window.session.model
    assert model.num_classes > 1
    click(qtbot, find("workspace.reverse"))
    type_number(qtbot, find("reverse.count"), 30)
    type_number(qtbot, find("reverse.steps"), 10)
    type_number(qtbot, find("reverse.seed"), 7)
    click(qtbot, find("reverse.run"))
    reverse = window.workspaces["reverse"]
    qtbot.waitUntil(lambda: reverse.recording is not None and reverse.idle, timeout=30_000)
    samples = reverse.recording.x_at(0)

    settings = ChainSettings(count=30, steps=10, seed=7, label=EVERY_CLASS)
    *_, last = run_chain(open_model("pinwheel"), settings)
    assert torch.equal(last.x_s, samples)

    path = tmp_path / "samples.npz"
    words = ["--count", "30", "--steps", "10", "--seed", "7", "--device", window.session.device]
    assert main(["sample", "pinwheel", "--out", str(path), *words]) == 0
    with np.load(path) as file:
        assert np.array_equal(file["x0"], model.scaling.to_data(samples).numpy())
