"""Guidance as vectors, and the sharpened law beside what it samples."""

import numpy as np
import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import Guided, estimate, make_schedule
from diffvis.errors import UserError
from diffvis.models.model import exact_model, open_model
from diffvis.rendering.chain_layers import field_of, sharpened_at, some_data
from diffvis.rendering.contours import CELLS, Density
from diffvis.rendering.guidance import sharpened
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.sampling.settings import ChainSettings


def gaussian(variance: float) -> Density:
    line = (np.arange(CELLS) + 0.5) * (6 / CELLS) - 3
    square = line[:, None] ** 2 + line**2
    return Density(np.exp(-square / (2 * variance)) / (2 * np.pi * variance), 3.0)


def test_the_sharpened_law_of_gaussians() -> None:
    """Precisions add: of N(0, 1/4)^3 / N(0, 1)^2 it is 3 x 4 - 2 = 10."""
    found = sharpened(gaussian(1.0), gaussian(0.25), 3.0)
    line = (np.arange(CELLS) + 0.5) * (6 / CELLS) - 3
    cell = 6 / CELLS
    assert found.values.sum() * cell**2 == pytest.approx(1)
    assert (found.values.sum(0) * line**2).sum() * cell**2 == pytest.approx(0.1, rel=1e-3)


def test_arrows_end_at_the_guided_score() -> None:
    model = open_model("pinwheel")
    settings = ChainSettings(sampler="ddim", label=1, guidance=3.0)
    found = field_of(model, settings, 30, "guidance", "cpu")
    x, labels = torch.from_numpy(found.places), torch.ones(len(found.places), dtype=torch.int64)
    with torch.no_grad():
        guided = estimate(Guided(model.denoiser, 3.0), model.schedule, x, 30, labels=labels)
    score = -guided.eps_hat.numpy() / float(model.schedule.noise[30])
    np.testing.assert_allclose(found.guided, score, rtol=1e-4, atol=1e-4)
    assert "3 × the difference" in found.words and "class" in found.words


def test_of_one_component_the_sharpened_law_is_its_own_where_it_is_alone() -> None:
    """Far from the other modes p(x | c) is 8 p(x): the scale changes nothing but that factor."""
    data, schedule = open_dataset("eight-gaussians"), make_schedule("cosine", 50)
    every, one = some_data(data), some_data(data, 2)
    plain = sharpened_at(every, one, schedule, 1, 1.0)
    sharp = sharpened_at(every, one, schedule, 1, 4.0)
    assert np.abs(sharp.values - plain.values).max() < 0.05 * plain.values.max()


def test_the_picture_has_arrows_and_needs_classes() -> None:
    spec = ExportSpec(
        view="samples", field="guidance", contours=True, label=1, guidance=3.0, count=30, steps=4,
        sampler="ddim", size=(480, 360), t=0, caption=False,
    )  # fmt: skip
    model, data = open_model("pinwheel"), open_dataset("pinwheel", n=500)
    *_, drawn = Reverse(model, data=data).content("picture", spec).pieces()
    *_, bare = Reverse(model, data=data).content("picture", spec.changed(field="")).pieces()
    assert drawn.shape == bare.shape and (drawn != bare).any(2).mean() > 0.02
    exact = Reverse(exact_model(data, make_schedule("cosine", 20)), data=data)
    with pytest.raises(UserError, match="no guidance to draw"):
        list(exact.content("picture", spec.changed(label=None)).pieces())
