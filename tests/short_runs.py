"""Runs so short that they take a fraction of a second, for the tests of training and of models."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from diffvis.data import Dataset, open_dataset
from diffvis.training.config import TrainConfig, make_config
from diffvis.training.progress import Progress
from diffvis.training.run import RunFolder, TrainingRun, train_run

Start = Callable[..., TrainingRun]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Bits are promised on one thread; and tiny operations are not worth waking another."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def roll() -> Dataset:
    return open_dataset("swiss-roll", n=400)


@pytest.fixture
def config(roll: Dataset) -> TrainConfig:
    return make_config(
        {
            "data": roll.source,
            "network": "mlp",
            "network_options": {"width": 16, "depth": 1},
            "timesteps": 10,
            "steps": 40,
            "batch_size": 16,
            "validate_every": 10,
            "validation_count": 40,
            "preview_every": 20,
            "preview_count": 8,
            "preview_steps": 4,
        }
    )


@pytest.fixture
def start(tmp_path: Path, config: TrainConfig, roll: Dataset) -> Start:
    """``start("name", steps=10)`` begins a run in a folder of that name."""

    def begin(name: str = "run", **changes: object) -> TrainingRun:
        changed = config.changed(**changes)
        return train_run(changed, RunFolder.create(tmp_path / name, changed), dataset=roll)

    return begin


def until(run: TrainingRun, kind: str, step: int = 0) -> Progress:
    """Drive a run up to the first record of a kind at or after a step."""
    for progress in run:
        if progress.kind == kind and progress.step >= step:
            return progress
    raise AssertionError(f"the run ended without {kind} at step {step}")


def abandon(run: TrainingRun) -> None:
    """Let go of the folder, as a process that is killed does; nothing more is written."""
    run._writer.release()


def weights(run: TrainingRun) -> list[torch.Tensor]:
    """All that must agree to the bit: weights, their average and the optimiser's moments."""
    state = run.state
    moments = [value for s in state.optimizer.state.values() for _, value in sorted(s.items())]
    return [*state.network.state_dict().values(), *state.ema.module.state_dict().values(), *moments]


def same(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return len(a) == len(b) and all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
