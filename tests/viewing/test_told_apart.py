"""Runs beside each other are called by what differs, and measured against the same data."""

from pathlib import Path

import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import sampled
from diffvis.training.config import preset_for
from diffvis.viewing.film import TrainingFrame
from diffvis.viewing.told_apart import (
    MOST_POINTS,
    distance_to_data,
    has_another_loss,
    told_apart,
)
from diffvis.viewing.training_record import TrainingRecord

ROLL = open_dataset("swiss-roll?n=3000")


def records(*changes: dict[str, object]) -> list[TrainingRecord]:
    own = preset_for(ROLL)
    return [
        TrainingRecord(own.changed(**values), ROLL, Path(f"runs/swiss-roll-{n}"))
        for n, values in enumerate(changes, 1)
    ]


@pytest.mark.parametrize(
    ("changes", "called"),
    [
        (
            ({}, {"schedule": "flow", "predict": "velocity"}),
            ["cosine, v", "flow, velocity"],
        ),
        (({"lr": 1e-3}, {"lr": 3e-3}), ["lr 0.001", "lr 0.003"]),
        (({}, {}), ["Swiss roll 1", "Swiss roll 2"]),
        (
            ({}, {"seed": 1, "lr": 1e-3, "steps": 9, "batch_size": 8}),
            ["Swiss roll 1", "Swiss roll 2"],
        ),
    ],
    ids=["path", "rate", "nothing", "much"],
)
def test_runs_are_called_by_what_differs(
    changes: tuple[dict[str, object], ...], called: list[str]
) -> None:
    assert told_apart(records(*changes)) == called


@pytest.mark.parametrize(
    ("values", "another"), [({"predict": "eps"}, True), ({"schedule": "flow"}, True),
                            ({"lr": 1e-3}, False), ({"seed": 3}, False)],
)  # fmt: skip
def test_losses_of_another_target_are_not_compared(
    values: dict[str, object], another: bool
) -> None:
    own, other = (record.config for record in records({}, values))
    assert has_another_loss(own, other) is another


def test_the_distance_of_data_that_were_moved_is_how_far_they_were() -> None:
    """Along a direction at the angle a to the way, cos(a) of it: 1/2 of its square in the mean."""
    data = ROLL.x0(sampled(ROLL.train, MOST_POINTS))
    assert distance_to_data(TrainingFrame(1, data), ROLL) == pytest.approx(0, abs=1e-6)
    moved = TrainingFrame(1, data + torch.tensor([3.0, 0.0]))
    assert distance_to_data(moved, ROLL) == pytest.approx(3 / 2**0.5, rel=0.15)


@pytest.mark.parametrize("x0", [torch.full((5, 2), torch.nan), torch.zeros(4, 1, 8, 8)])
def test_no_distance_is_said_of_what_has_none(x0: torch.Tensor) -> None:
    assert distance_to_data(TrainingFrame(1, x0), ROLL) is None
