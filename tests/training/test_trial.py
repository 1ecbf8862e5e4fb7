"""What a configuration costs, the floor of its loss, and copies of a model that trains."""

from pathlib import Path

import numpy as np
import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.networks.describe import describe
from diffvis.networks.registry import make_network
from diffvis.training.config import preset_for
from diffvis.training.floor import floor
from diffvis.training.folder import RunFolder
from diffvis.training.run import train_run
from diffvis.training.snapshot import open_raw, snapshot
from diffvis.training.trial import operations, trial


@pytest.mark.parametrize(
    ("network", "shape"), [("mlp", (2,)), ("unet", (1, 8, 8)), ("unet-classic", (1, 8, 8))]
)
def test_operations_are_those_that_pytorch_counts(network: str, shape: tuple[int, ...]) -> None:
    module = make_network(network, shape, T=10).eval()
    assert operations(module, shape) == describe(module, shape).flops


def test_a_trial_says_the_size_first_and_then_times_steps() -> None:
    data = open_dataset("swiss-roll")
    config = preset_for(data).changed(batch_size=16, steps=40)
    first, *_, last = trial(config, data)
    assert first.step_seconds is None
    assert first.parameters == last.parameters > 1000
    assert last.training_seconds == pytest.approx(40 * last.step_seconds)


@pytest.mark.parametrize("predict", ["eps", "x0", "v"])
def test_the_floor_lies_under_what_a_network_reaches(predict: str) -> None:
    data = open_dataset("swiss-roll", n=1_000)
    config = preset_for(data).changed(predict=predict, timesteps=8)
    *parts, found = floor(config, data)
    assert len(parts) == 7, "a piece of work for each time"
    assert found.t.tolist() == list(range(1, 9))
    assert (found.loss > 0).all()
    assert found.mean < 1 if predict != "x0" else found.mean < float(data.values.var())
    assert found.binned(8, 4) == pytest.approx(found.loss.reshape(4, 2).mean(1))
    assert found.known == found.of == len(data.train) == 800
    if predict == "eps":
        assert found.loss[0] > found.loss[-1], "the noise of a nearly clean sample is hard to see"


def test_a_snapshot_stays_as_it_was(tmp_path: Path) -> None:
    data = open_dataset("swiss-roll")
    config = preset_for(data).changed(batch_size=16, steps=6, preview_every=0, validate_every=0)
    run = train_run(config, RunFolder.create(tmp_path / "run", config), dataset=data)
    next(run)
    ema, raw = snapshot(run.state, "now"), snapshot(run.state, "now", raw=True)
    kept = [p.clone() for p in ema.denoiser.network.parameters()]
    for _ in run:
        pass
    run.close()
    assert (ema.steps, run.state.step) == (1, 6)
    assert all(map(torch.equal, kept, ema.denoiser.network.parameters()))
    assert any(
        not torch.equal(a, b)
        for a, b in zip(
            ema.denoiser.network.parameters(), raw.denoiser.network.parameters(), strict=True
        )
    )
    (newest, *_) = RunFolder.open(tmp_path / "run").checkpoints()
    stored = open_raw(newest)
    assert all(
        map(torch.equal, stored.denoiser.network.parameters(), run.state.network.parameters())
    )
    assert np.isfinite(float(next(stored.denoiser.network.parameters()).sum()))
