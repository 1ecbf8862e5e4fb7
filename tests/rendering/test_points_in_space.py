"""Points in three dimensions are learned as they are, and drawn as seen along the third axis."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import make_swiss_roll

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.diffusion.prediction import NetworkDenoiser
from diffvis.rendering.chain_cloud import Layers, draw_chain_cloud
from diffvis.rendering.cloud import draw_cloud
from diffvis.rendering.density import density_picture
from diffvis.rendering.examples import draw_examples
from diffvis.rendering.field import field_at, field_words
from diffvis.rendering.scatter import scatter
from diffvis.rendering.style import DARK

SIZE = (160, 160)


@pytest.fixture
def roll(tmp_path: Path) -> Dataset:
    np.save(tmp_path / "roll.npy", make_swiss_roll(200, random_state=0)[0])
    return open_dataset(tmp_path / "roll.npy")


def test_pictures_are_those_of_the_first_two_coordinates(roll: Dataset) -> None:
    x, flat = roll.x0(), roll.x0()[:, :2].contiguous()
    for draw in (
        lambda points: scatter(points, None, SIZE, 3.0, DARK),
        lambda points: density_picture(points.numpy(), SIZE, 3.0, DARK),
    ):
        assert (draw(x) == draw(flat)).all()
    turned = x[:, [2, 1, 0]]
    assert (scatter(turned, None, SIZE, 3.0, DARK) != scatter(x, None, SIZE, 3.0, DARK)).any()


def test_the_picture_says_that_it_is_flat(roll: Dataset) -> None:
    x = roll.x0()
    schedule = NoiseSchedule.cosine(T=10)
    large = (900, 420)

    def cloud(points: torch.Tensor, selected: int | None) -> np.ndarray:
        return draw_cloud(schedule, 3, points, points, large, DARK, extent=3.0, selected=selected)

    assert (cloud(x, None) != cloud(x[:, :2], None)).any(), "words that flat points do not need"
    assert cloud(x, 5).shape == (420, 900, 3)
    assert draw_examples(roll, SIZE, DARK, 100).shape == (160, 160, 3)
    frame = draw_chain_cloud(x, Layers(data=x), (300, 300), DARK, caption="x", extent=3.0)
    assert frame.shape == (300, 300, 3)


def test_the_field_is_that_of_the_plane_through_the_middle(roll: Dataset) -> None:
    schedule = NoiseSchedule.cosine(T=10)
    seen = []

    def eps(x_t: torch.Tensor, t: torch.Tensor, labels: object = None) -> torch.Tensor:
        seen.append(x_t)
        return torch.ones_like(x_t) * torch.tensor([1.0, 2.0, 50.0])

    field = field_at(NetworkDenoiser(eps, "eps", False), schedule, 5, "eps", 3.0, dimensions=3)
    assert seen[0].shape[1] == 3 and (seen[0][:, 2] == 0).all()
    assert field.places.shape == field.vectors.shape == (17 * 17, 2)
    np.testing.assert_allclose(field.vectors, np.tile([1.0, 2.0], (17 * 17, 1)), atol=1e-5)
    assert "at z = 0" in field_words(field)
