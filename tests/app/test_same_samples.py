"""The window, the command line and Python give the same samples for the same seed."""

from pathlib import Path

import numpy as np
import torch
from driving import sampled
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow
from diffvis.cli import main
from diffvis.models.model import open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings


def test_of_a_model_that_knows_classes(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.sources.open_model("pinwheel")
    qtbot.waitUntil(lambda: not window.session.model_is_exact, timeout=30_000)
    model = window.session.model
    assert model.num_classes > 1
    samples = sampled(qtbot, window, count=30, steps=10, seed=7)

    settings = ChainSettings(count=30, steps=10, seed=7, label=EVERY_CLASS)
    *_, last = run_chain(open_model("pinwheel"), settings)
    assert torch.equal(last.x_s, samples)

    path = tmp_path / "samples.npz"
    words = ["--count", "30", "--steps", "10", "--seed", "7", "--device", window.session.device]
    assert main(["sample", "pinwheel", "--out", str(path), *words]) == 0
    with np.load(path) as file:
        assert np.array_equal(file["x0"], model.scaling.to_data(samples).numpy())
