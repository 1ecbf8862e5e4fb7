"""Arrays and tensors where data are wanted."""

import numpy as np
import pytest
import torch
from torch import Tensor

import diffvis
from diffvis.app.own_samples import can_be_reopened
from diffvis.errors import UserError
from diffvis.face.subjects import data_of


def still(x: Tensor, t: Tensor) -> Tensor:
    return torch.zeros_like(x)


@pytest.mark.parametrize("low", [-1.0, 0.0])
def test_images_in_either_range_are_the_same_data(low: float) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 1, 6, 6)).astype(np.uint8)
    pixels[0, 0, 0, :2] = 0, 255  # else nothing tells where the range ends
    values = pixels / 255 * (1 - low) + low
    for given in (values, torch.from_numpy(values).float(), pixels):
        data = data_of(given)
        assert data.shape == (1, 6, 6)
        assert (data.values.int() - torch.from_numpy(pixels).int()).abs().max() <= 1
        assert not can_be_reopened(data), "its source is no file"


def test_points_are_standardised_and_come_back() -> None:
    x = torch.randn(50, 2, generator=torch.Generator().manual_seed(0)) * 5 + 7
    data = data_of(x)
    assert data.is_points and torch.allclose(data.scaling.to_data(data.x0()), x, atol=1e-4)


def test_what_is_no_data_is_refused() -> None:
    for given in (torch.zeros(3), np.full((4, 2), np.nan), np.zeros((2, 3, 4, 5, 6))):
        with pytest.raises(UserError):
            data_of(given)


def test_wrap_knows_how_far_the_points_of_an_array_lie() -> None:
    x = 9 * torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    model = diffvis.wrap(still, shape=(2,), data=x, say=None)
    assert model.reach == pytest.approx(float(x.abs().max()), rel=1e-4)
    assert diffvis.wrap(still, shape=(2,), data=x.numpy(), say=None).reach == model.reach


def test_check_takes_an_array_as_a_tensor() -> None:
    x = torch.randn(64, 2, generator=torch.Generator().manual_seed(0))
    tables = [str(diffvis.check(still, given, schedule="cosine", T=20)) for given in (x, x.numpy())]
    assert tables[0] == tables[1]


def test_a_clip_of_None_is_none() -> None:
    model = diffvis.wrap(lambda x, t: 0 * x + 9, shape=(1, 4, 4), T=20, predicts="x0", say=None)
    how = {"sampler": "ddim", "steps": 4, "count": 2}
    assert float(diffvis.sample(model, clip=None, **how).x0.max()) == 9
    assert float(diffvis.sample(model, **how).x0.max()) == 1


def test_a_schedule_that_does_not_end_in_noise_is_said() -> None:
    said: list[str] = []
    diffvis.wrap(still, shape=(2,), T=50, say=said.append)
    diffvis.wrap(still, shape=(2,), T=1000, say=said.append)
    assert "x_T keeps 78% of the data" in said[0] and "x_T" not in said[1]
