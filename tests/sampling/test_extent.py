"""The axes of points of other people's networks: their data need not be standardised."""

import pytest
import torch
from torch import Tensor

from diffvis.data.cloud import Cloud
from diffvis.data.points import point_dataset
from diffvis.diffusion import ExactDenoiser, NoiseSchedule
from diffvis.diffusion.prediction import eps_from_x0
from diffvis.models.foreign.wrap import wrap
from diffvis.models.model import open_model
from diffvis.models.sampleable import Model
from diffvis.rendering.chain_cloud import Layers
from diffvis.rendering.frames import draw_moment
from diffvis.rendering.spec import ExportSpec
from diffvis.sampling.chain import run_chain
from diffvis.sampling.extent import USUAL, extent_of
from diffvis.sampling.settings import ChainSettings

T = 20
SCHEDULE = NoiseSchedule.cosine(T)


@pytest.fixture(scope="module")
def far() -> Tensor:
    """Points on a ring of radius 12."""
    turn = torch.linspace(0, 2 * torch.pi, 200)
    return 12 * torch.stack([turn.cos(), turn.sin()], 1)


def known_by_heart(x0: Tensor, **how: object) -> Model:
    exact = ExactDenoiser(x0, SCHEDULE)

    def net(x: Tensor, t: Tensor) -> Tensor:
        return eps_from_x0(SCHEDULE, x, t + 1, exact(x, t + 1))

    return wrap(net, (2,), SCHEDULE, say=None, **how)  # type: ignore[arg-type]


def test_it_comes_from_the_data(far: Tensor) -> None:
    data = point_dataset(Cloud(far, None), name="ring", title="Ring", source="ring")
    model = known_by_heart(far, data=data)
    assert model.reach == pytest.approx(12, rel=1e-4)
    assert 12 < extent_of(model) < 15
    assert extent_of(model.read_as(predicts="v")) == extent_of(model), "though its chain explodes"


def test_it_comes_from_a_chain_where_no_data_are_known(far: Tensor) -> None:
    assert 11 < extent_of(known_by_heart(far)) < 16
    assert extent_of(known_by_heart(far / 12)) is None, "what lies within the usual axes"


def test_there_is_a_picture_whatever_the_chain_does() -> None:
    assert extent_of(wrap(lambda x, t: x * 1e9, (2,), SCHEDULE, say=None)) is None
    broken = wrap(lambda x, t: x, (2,), SCHEDULE, say=None).read_as(
        time=lambda t, schedule: torch.empty(7)[9]
    )
    assert extent_of(broken) is None
    assert extent_of(open_model("swiss-roll")) is None, "standardised"
    assert extent_of(open_model("digits").read_as()) is None


@pytest.mark.parametrize("view", ["samples", "step", "prediction"])
def test_far_points_are_on_the_picture(far: Tensor, view: str) -> None:
    """With the usual axes none of them is."""
    model = known_by_heart(far)
    *_, last = run_chain(model, ChainSettings(sampler="ddim", steps=T, count=64))
    assert float(last.x_s.abs().amax(1).min()) > USUAL
    spec = ExportSpec(size=(400, 300), view=view, caption=False)
    empty = wrap(lambda x, t: 0 * x, (2,), SCHEDULE, say=None)
    usual = draw_moment(last, 0, empty, spec)
    assert (draw_moment(last, 0, model, spec) != usual).any()
    around = Layers(last.x_s)
    clouds = [draw_moment(last, 0, each, spec, layers=around) for each in (model, empty)]
    assert (clouds[0] != clouds[1]).any()
