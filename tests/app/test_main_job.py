"""The main job, as a person does it: real widgets, found by their object names."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from driving import choose, click, finder, sampled, type_number
from PIL import Image
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow
from diffvis.data.catalogue import fresh_points
from diffvis.evaluation.distances import sliced_wasserstein
from diffvis.models.model import open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings


@pytest.mark.slow
def test_train_sample_export_reopen(
    qtbot: QtBot, new_window: Callable[[], MainWindow], tmp_path: Path
) -> None:
    window = new_window()
    find = finder(window)

    # Choose the Swiss roll and train.
    click(qtbot, find("workspace.training"))
    choose(find("training.data"), "Swiss roll")
    type_number(qtbot, find("training.steps"), 1500)
    click(qtbot, find("training.start"))
    training = window.workspaces["training"]
    qtbot.waitUntil(lambda: training.running, timeout=5_000)
    qtbot.waitUntil(lambda: not training.running, timeout=120_000)
    _, loss = find("training.loss_plot").curve_data("training, smoothed")
    assert len(loss) > 10
    assert loss[-1] < 0.97 * loss[0], "the loss on screen falls"

    # The trained model is what Reverse steps; its samples are near the data.
    qtbot.waitUntil(lambda: not window.session.model_is_exact, timeout=30_000)
    model = window.session.model
    samples = sampled(qtbot, window, count=2000, seed=7)
    fresh = fresh_points("swiss-roll", 2000, torch.Generator().manual_seed(1))

    def distance(x: torch.Tensor) -> float:
        generator = torch.Generator().manual_seed(2)
        return float(sliced_wasserstein(model.scaling.to_data(x), fresh, generator=generator))

    untrained = _untrained_samples(model)
    assert distance(samples) < distance(untrained) / 3

    # Export a GIF and read it back.
    gif = tmp_path / "chain.gif"
    click(qtbot, find("export.open"))
    dialog = find("export.run").window()
    choose(find("export.format"), "GIF")
    type_number(qtbot, find("export.frames"), 12)
    path = find("export.path")
    path.clear()
    qtbot.keyClicks(path, str(gif))
    click(qtbot, find("export.run"))
    qtbot.waitUntil(gif.exists, timeout=60_000)
    with Image.open(gif) as picture:
        assert picture.n_frames == 12
        assert picture.info["loop"] == 0, "endless"
        durations = []
        for frame in range(picture.n_frames):
            picture.seek(frame)
            durations.append(picture.info["duration"])
        assert durations == [500, *[60] * 10, 2000], "the first and the last frame are held"
    dialog.close()

    # The run opens in a new window and gives the same samples for the same seed.
    run_folder = model.path
    window.close()
    window = new_window()
    window.sources.open_model(str(run_folder))
    qtbot.waitUntil(lambda: not window.session.model_is_exact, timeout=30_000)
    assert torch.equal(sampled(qtbot, window, count=2000, seed=7), samples)

    # And so does Python, without a window.
    *_, last = run_chain(open_model(run_folder), ChainSettings(seed=7, count=2000))
    assert torch.equal(last.x_s, samples)


def _untrained_samples(model) -> torch.Tensor:
    """What the same network samples before it has learned anything."""
    from dataclasses import replace

    from diffvis.diffusion import NetworkDenoiser
    from diffvis.networks.registry import make_network

    torch.manual_seed(0)
    network = make_network("mlp", model.shape, T=model.schedule.T).eval()
    untrained = replace(model, denoiser=NetworkDenoiser(network, model.denoiser.predicts))
    *_, last = run_chain(untrained, ChainSettings(seed=7, count=2000))
    return last.x_s
