"""Where the variance explodes, axes go as far as x_t: field, density, the parts of a step."""

import numpy as np
import pytest
import torch

from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule, ReverseStep
from diffvis.models.model import Model, exact_model
from diffvis.rendering.chain_layers import contours_at, field_of, some_data
from diffvis.rendering.reverse import draw_reverse
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.strip import StripFrame, strip_sheet
from diffvis.rendering.style import DARK
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings
from tests.standing import drawn_parts

T = 20
SETTINGS = ChainSettings(sampler="ddim", steps=T, count=60)


@pytest.fixture(scope="module")
def schedule() -> NoiseSchedule:
    return NoiseSchedule.ve(T, 0.01, 20)


@pytest.fixture(scope="module")
def model(roll: Dataset, schedule: NoiseSchedule) -> Model:
    return exact_model(roll, schedule, 300)


def test_the_field_and_the_density_go_as_far_as_the_points(roll: Dataset, model: Model) -> None:
    for t in (1, 12, T):
        wide = 3 * float(model.schedule.power[t]) ** 0.5
        field = field_of(model, SETTINGS, t, "score", "cpu")
        assert field.extent == pytest.approx(wide) and np.abs(field.places).max() > 0.9 * wide
        density = contours_at(some_data(roll), model.schedule, t)
        cell = 2 * density.extent / len(density.values)
        assert density.values.sum() * cell**2 == pytest.approx(1, abs=0.02)


def _inside(step: ReverseStep, schedule: NoiseSchedule | None, name: str) -> int:
    """How many pixels of one picture of the step have the colour of points."""
    frame, parts = drawn_parts(
        lambda: draw_reverse(step, (900, 600), DARK, extent=3.0, schedule=schedule)
    )
    rect = parts[name].rect
    blue = frame[rect.slices][..., 2].astype(int) - frame[rect.slices][..., 0]
    return int((blue > 100).sum())


def test_each_part_of_a_step_is_drawn_as_far_as_it_reaches(
    model: Model, schedule: NoiseSchedule
) -> None:
    step = next(run_chain(model, SETTINGS))  # from 60 points of which 3 or so lie within 3 of 0
    for name in ("x_t", "mean", "x_s"):
        assert _inside(step, schedule, name) > 4 * _inside(step, None, name), name
    assert _inside(step, schedule, "x0_hat") == _inside(step, None, "x0_hat")


def test_a_strip_is_drawn_as_far_as_it_reaches() -> None:
    far = torch.tensor([[20.0, 20.0]])
    spec = ExportSpec(size=(300, 200))
    moments = [StripFrame("near", far), StripFrame("far", far, 10.0)]
    near, wide = (made.pixels for made in strip_sheet(moments, spec, DARK, extent=3.0).pictures)
    assert not np.array_equal(near, wide)
    again = [StripFrame("far", far / 10)]
    pictures = strip_sheet(again, spec, DARK, extent=3.0).pictures
    assert (pictures[0].pixels != DARK.panel).any()
