"""A model whose images lie in [0, 1] is drawn, clipped, begun from and measured in that range.

The proof is an exact denoiser: it knows its images by heart, so that a chain ends at one of them,
and each picture of it must be that image to the pixel.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.diffusion import Clipping, NoiseSchedule, bound_terms, clip_x0
from diffvis.diffusion.ideal import ExactDenoiser
from diffvis.diffusion.reverse import ReverseStep
from diffvis.evaluation import evaluate
from diffvis.models.foreign.wrap import wrap
from diffvis.models.model import Model
from diffvis.rendering.frames import draw_moment
from diffvis.rendering.geometry import best_grid
from diffvis.rendering.nearest import nearest_images
from diffvis.rendering.origin import choose_samples
from diffvis.rendering.pixels import to_uint8
from diffvis.rendering.reverse import draw_reverse
from diffvis.rendering.scene.noted import noting
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import DARK
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.sample import SIDE, draw_alone
from diffvis.sampling.beginning import Beginning
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings
from tests.standing import drawn_parts

SPANS = [(0.0, 1.0), (-0.5, 0.5), (-1.0, 1.0)]
SETTINGS = ChainSettings(sampler="ddim", steps=10, count=4, seed=1)
WHOLE = ChainSettings(count=4, seed=1)  # of which the last step still knows one image from another
LEVELS_AWAY = 8  # of 255: a mixture of two, or another range, is much further from all


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return open_dataset("digits")


def known(data: Dataset, span: tuple[float, float], **reading: object) -> Model:
    """An exact denoiser of the images in ``span``, as a person would bring it."""
    low, high = span
    x0 = data.values[data.train[:60]].float() / 255 * (high - low) + low
    schedule = NoiseSchedule.linear(100)
    denoiser = ExactDenoiser(x0, schedule)
    return wrap(
        lambda x, t: denoiser(x, t), data.shape, schedule, predicts="x0", time="count",
        range=span, data=data, say=None, **reading,
    )  # fmt: skip


def steps_of(model: Model, settings: ChainSettings = SETTINGS, **more: object) -> list[ReverseStep]:
    return list(run_chain(model, settings, **more))


@pytest.mark.parametrize("span", SPANS)
def test_a_chain_ends_at_images_of_the_data_and_so_it_is_drawn(
    digits: Dataset, span: tuple[float, float]
) -> None:
    model = known(digits, span)
    x0 = steps_of(model, WHOLE)[-1].x_s
    shown = to_uint8(x0, model.range).transpose(0, 3, 1, 2)
    as_data = (model.scaling.to_data(x0) * 255).round().numpy()
    stored = digits.values[digits.train[:60]].numpy().astype(int)
    for images in (shown, as_data):
        away = np.abs(images[:, None].astype(int) - stored).max((2, 3, 4)).min(1)
        assert away.max() <= LEVELS_AWAY
    alone, grid = draw_alone(x0, model), best_grid(len(x0), (8, 8), SIDE, SIDE)
    for number, image in enumerate(shown[:, 0]):
        cell, half = grid.cell_rect(number), grid.factor // 2
        rows = alone[cell.y + half : cell.bottom : grid.factor, :, 0]
        assert (rows[:, cell.x + half : cell.right : grid.factor] == image).all()


@pytest.mark.parametrize("span", SPANS)
def test_a_step_as_pictures_shows_each_in_its_own_range(
    digits: Dataset, span: tuple[float, float]
) -> None:
    model, size = known(digits, span), (900, 500)
    step = steps_of(model)[6]
    frame, layout = drawn_parts(lambda: draw_reverse(step, size, DARK.showing(model.range)))
    half = (span[1] - span[0]) / 2
    wanted = {
        "x_t": to_uint8(step.x_t, span), "x_s": to_uint8(step.x_s, span),
        "x0_hat": to_uint8(step.x0_hat, span), "mean": to_uint8(step.mean, span),
        "eps_hat": to_uint8(step.eps_hat, (-3, 3)),
        "noise": to_uint8(step.std * step.noise, (-half, half)),
    }  # fmt: skip
    for name, pictures in wanted.items():
        rect = layout[name].rect
        side = rect.width // 8
        middle = frame[rect.y + side // 2 : rect.bottom : side, rect.x + side // 2 :: side][:8, :8]
        assert (middle[..., 0] == pictures[0, ..., 0]).all(), name


def test_clipping_is_at_the_ends_of_the_range(digits: Dataset) -> None:
    x = torch.tensor([[[[-2.0, -0.5, 0.5, 3.0]]]])
    model = known(digits, (0.0, 1.0))
    assert clip_x0(x, SETTINGS.clip_for(model)).flatten().tolist() == [0, 0, 0.5, 1]
    wide = known(digits, (0.0, 1.0), clip_range=2.0)
    assert clip_x0(x, SETTINGS.clip_for(wide)).flatten().tolist() == [-0.5, -0.5, 0.5, 1.5]
    none = known(digits, (0.0, 1.0), clip=None)
    assert SETTINGS.clip_for(none) is None
    # Dynamic: each sample about the middle of the range, as about 0 in [-1, 1].
    here, there = torch.randn(3, 1, 8, 8), Clipping("dynamic", 0.0, 1.0)
    assert torch.allclose(there((here + 1) / 2) * 2 - 1, clip_x0(here, "dynamic"), atol=1e-6)
    capped = Clipping("dynamic", most=1.5)(3 * here)
    assert torch.allclose(capped, (3 * here).clamp(-1.5, 1.5) / 1.5, atol=1e-6)


@pytest.mark.parametrize("span", SPANS)
def test_forward_noises_what_the_model_sees(digits: Dataset, span: tuple[float, float]) -> None:
    origin = choose_samples(digits, 3, 0, 0, span=span)
    low, high = span
    assert torch.allclose(origin.x0, (digits.x0([0, 1, 2]) + 1) / 2 * (high - low) + low, atol=1e-6)
    forward = Forward(digits, NoiseSchedule.linear(100), span)
    spec = ExportSpec(view="large", count=1, t=0, size=(400, 440), caption=False)
    *_, frame = forward.content("picture", spec).pieces()
    usual = Forward(digits, NoiseSchedule.linear(100)).content("picture", spec).pieces()
    assert (frame == list(usual)[-1]).all(), "without noise the pictures are the same"


@pytest.mark.parametrize("span", SPANS)
def test_a_chain_that_begins_with_a_sample_comes_back_to_it(
    digits: Dataset, span: tuple[float, float]
) -> None:
    model = known(digits, span)
    number = int(digits.train[5])
    x0 = model.seen(digits.x0([number])[0], digits.scaling)
    assert float(x0.min()) == pytest.approx(span[0]) and float(x0.max()) <= span[1] + 1e-6
    beginning = Beginning(x0, 5, "no. 5")
    x = beginning.noised(model.schedule, SETTINGS)
    end = steps_of(model, x=x, begin=5)[-1].x_s
    assert torch.allclose(end, x0.expand_as(end), atol=1e-3)


def test_it_is_measured_as_the_images_that_it_makes(digits: Dataset) -> None:
    for span in SPANS:
        model = known(digits, span)
        *_, made = evaluate(model, digits, WHOLE.changed(count=60))
        away = made.figures["sliced_wasserstein"]
        assert away.mean() < 3 * away.mean("data") < away.mean("noise")
        x0 = model.stored(steps_of(model, WHOLE)[-1].x_s, digits.scaling)
        assert nearest_images(x0[0], digits.values, digits.train).distances[0] < 0.02


@pytest.mark.parametrize("span", SPANS)
def test_bits_of_a_pixel_do_not_depend_on_its_unit(span: tuple[float, float]) -> None:
    """The last term of the bound: -log2 of the mass of the pixel's bin, worked out here."""
    low, high = span
    level = torch.tensor([[[[0.0, 3.0, 7.0, 8.0]]]])
    x0 = level / 8 * (high - low) + low
    schedule = NoiseSchedule.linear(3)

    class Right:
        predicts = "x0"
        learns_variance = False

        def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
            return x0 + 0.1 * (high - low)

    terms = list(
        bound_terms(
            Right(), schedule, x0, generator=torch.Generator().manual_seed(0), levels=9, span=span
        )
    )
    std = float(schedule.posterior_variance[2]) ** 0.5
    normal = torch.distributions.Normal(x0 + 0.1 * (high - low), std)
    step = (high - low) / 8
    upper = torch.where(level == 8, 1.0, normal.cdf(x0 + step / 2))
    lower = torch.where(level == 0, 0.0, normal.cdf(x0 - step / 2))
    expected = -(upper - lower).log2().mean()
    assert float(terms[-1].bits) == pytest.approx(float(expected), rel=1e-4)


def test_a_frame_of_a_film_is_that_of_the_same_chain_in_its_range(
    digits: Dataset, tmp_path: Path
) -> None:
    spec = ExportSpec(size=(300, 300), caption=False, count=1, sampler="ddim", steps=10)
    model = known(digits, (0.0, 1.0))
    step = steps_of(model, SETTINGS.changed(count=1))[-1]
    with noting() as drawn:
        frame = draw_moment(step, 0, model, spec)
    grid = drawn[0].grid
    assert grid is not None
    half = grid.factor // 2
    rect = drawn[0].rect
    middle = frame[rect.y + half : rect.bottom : grid.factor, rect.x + half :: grid.factor]
    assert (middle[:8, :8, 0] == to_uint8(step.x_s, (0.0, 1.0))[0, ..., 0]).all()
