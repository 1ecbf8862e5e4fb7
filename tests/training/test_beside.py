"""A run beside another: only what is to be compared differs."""

import pytest

from diffvis.bugs.training import with_bug
from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.training.beside import BESIDE, beside
from diffvis.training.config import TrainConfig, preset_for


@pytest.fixture(scope="module")
def roll() -> Dataset:
    return open_dataset("swiss-roll")


@pytest.mark.parametrize(
    ("name", "differs"),
    [
        ("flow", {"schedule": "flow", "predict": "velocity"}),
        ("ddpm", {"predict": "eps"}),
        ("x0", {"predict": "x0"}),
    ],
)
def test_only_the_path_and_the_prediction_differ(
    roll: Dataset, name: str, differs: dict[str, str]
) -> None:
    own = preset_for(roll)
    assert (own.schedule, own.predict) == ("cosine", "v")
    assert beside(own, name, roll).model_dump() == {**own.model_dump(), **differs}


def test_a_flow_has_ddpm_beside_it(roll: Dataset) -> None:
    other = beside(preset_for(roll, "swiss-roll-flow"), "ddpm", roll)
    assert (other.schedule, other.predict) == ("cosine", "eps")


@pytest.mark.parametrize(
    ("values", "name", "field", "says"),
    [
        ({"minutes": 3.0}, "flow", "minutes", "the same number of steps"),
        ({}, "v", "beside", "would be the same one: it is v already"),
        ({"schedule": "flow", "predict": "velocity"}, "flow", "beside", "flow, velocity already"),
        ({"zero_snr": True}, "eps", "beside", "is not possible: a network of eps cannot learn"),
        ({}, "score-sde", "beside", "choose one of " + ", ".join(BESIDE)),
    ],
)
def test_what_cannot_be_beside_is_said(
    roll: Dataset, values: dict[str, object], name: str, field: str, says: str
) -> None:
    own = preset_for(roll).changed(**values)
    with pytest.raises(UserError, match=says) as found:
        beside(own, name, roll)
    assert found.value.field == field


def test_a_run_with_a_bug_is_trained_alone(roll: Dataset) -> None:
    own: TrainConfig = with_bug(preset_for(roll), "no-t")
    with pytest.raises(UserError, match="trained alone"):
        beside(own, "flow", roll)
