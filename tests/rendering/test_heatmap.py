"""Points on a line over (t, x): densities and ways against closed forms, and what becomes of t."""

import numpy as np
import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import GaussianMixtureDenoiser, make_schedule
from diffvis.errors import UserError
from diffvis.models.model import exact_model
from diffvis.rendering.heat import COLUMNS, Law, heat_of, heat_of_chain, law_of, places_of
from diffvis.rendering.heat_chain import companion
from diffvis.rendering.heat_ways import flow_of
from diffvis.rendering.heatmap import heat_layout
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.sampling.settings import ChainSettings

GAUSSIAN = Law(np.ones(1), np.array([0.4]), np.array([0.09]), "one")


@pytest.mark.parametrize("kind", ["cosine", "flow", "ve"])
def test_the_shade_is_the_density_of_the_noised_mixture(kind: str) -> None:
    """log q(x_t) of the exact denoiser has formulas of its own; the map is in units of reach."""
    schedule = make_schedule(kind, 239)  # a column for each t
    law = law_of(open_dataset("gaussians-1d"))
    heat = heat_of(law, schedule, 3.0)
    parts = law.weights, law.means[:, None], law.variances[:, None, None]
    exact = GaussianMixtureDenoiser(*map(torch.from_numpy, parts), schedule)
    assert heat.values.shape[1] == COLUMNS == schedule.T + 1
    for t in (20, 120, 239):
        scale = max(1.0, float(schedule.power[t]) ** 0.5)
        x = torch.from_numpy(places_of(3.0) * scale)[:, None]
        np.testing.assert_allclose(heat.values[:, t], exact.log_density(x, t).exp() * scale, 1e-6)
        assert heat.values[:, t].sum() * 6 / len(x) == pytest.approx(1, abs=0.01)


def test_a_finite_set_is_as_dense_as_its_points() -> None:
    """Between -sqrt 3 and sqrt 3 the standardised uniform law has 1 / (2 sqrt 3)."""
    law = law_of(open_dataset("uniform-1d"))
    heat = heat_of(law, make_schedule("cosine", 50), 3.0)
    x = places_of(3.0)
    inner, outer = np.abs(x) < 1.5, np.abs(x) > 1.95
    assert heat.values[inner, 0].mean() == pytest.approx(0.2887, abs=0.01)
    assert heat.values[outer, 0].max() < 0.01


def test_the_histogram_of_a_chain_is_where_its_points_are() -> None:
    schedule = make_schedule("ve", 10)
    moments = {10: torch.full((50, 1), 2.0 * float(schedule.power[10]) ** 0.5)}
    moments[6] = torch.full((50, 1), -1.0)
    heat = heat_of_chain(moments, schedule, 3.0)
    x = places_of(3.0)
    assert heat.since == 6
    assert x[heat.values[:, -1].argmax()] == pytest.approx(2, abs=0.1)
    assert heat.values[:, -1].sum() * 6 / len(x) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("kind", ["cosine", "flow", "ve"])
def test_the_ode_of_a_gaussian_keeps_quantiles(kind: str) -> None:
    """A monotonous flow between Gaussians maps mean + k std to mean + k std."""
    schedule = make_schedule(kind, 300)
    k = torch.tensor([[-2.0], [-0.5], [0.0], [1.5]], dtype=torch.float64)
    ways = flow_of(GAUSSIAN, schedule, 0.4 + 0.3 * k)
    for t in (100, 200, 300):
        mean = 0.4 * float(schedule.signal[t])
        std = (0.09 * float(schedule.signal[t]) ** 2 + float(schedule.noise_variance[t])) ** 0.5
        wanted = (mean + std * k[:, 0].numpy()) / max(1.0, float(schedule.power[t]) ** 0.5)
        np.testing.assert_allclose(ways.at(t), wanted, atol=0.03)


def test_beside_noise_there_is_none_and_the_other_way_round() -> None:
    noisy = ChainSettings(sampler="ddpm", count=500, steps=20, seed=3)
    calm = companion(noisy)
    assert (calm.sampler, calm.eta, calm.steps, calm.seed) == ("ddim", 0, 20, 3)
    assert companion(ChainSettings(sampler="euler")).sampler == "ddpm"


def _cursor(frame: np.ndarray, spec: ExportSpec) -> float:
    """The part of the map's width at which a whole column has the colour of text."""
    width, height = spec.picture.size
    box = heat_layout((width, height), spec.look).box
    inside = frame[box.slices]
    whole = (inside == np.array(spec.look.text)).all(2).mean(0)
    return float(whole.argmax()) / (box.width - 1)


@pytest.mark.parametrize("shaded", [True, False])
def test_a_film_of_a_chain_walks_from_noise_to_data(shaded: bool) -> None:
    data = open_dataset("two-spikes", n=300)
    model = exact_model(data, make_schedule("cosine", 40))
    subject = Reverse(model, data=data if shaded else None)
    spec = ExportSpec(
        view="heatmap", count=60, steps=20, frames=4, size=(480, 270), easing="linear",
        caption=False,
    )  # fmt: skip
    content = subject.content("film", spec, "cpu")
    pieces = list(content.pieces())
    frames = [piece for piece in pieces if piece is not None]
    assert len(frames) == content.frames == 4 and len(pieces) == content.total
    places = [_cursor(frame, spec) for frame in frames]
    np.testing.assert_allclose(places, [1, 2 / 3, 1 / 3, 0], atol=0.05)
    left = frames[0][heat_layout((480, 270), spec.look).box.slices][:, 5:50]
    assert (left != np.array(spec.look.panel)).any() == shaded  # a chain has not been there yet


def test_a_chain_whose_steps_lie_by_sigma_has_a_map() -> None:
    model = exact_model(open_dataset("two-spikes", n=300), make_schedule("cosine", 40))
    spec = ExportSpec(view="heatmap", count=20, steps=8, spacing="karras", size=(320, 180))
    content = Reverse(model).content("picture", spec)
    assert len(list(content.pieces())) == content.total


def test_forward_has_the_map_of_a_line_and_of_nothing_else() -> None:
    schedule = make_schedule("cosine", 20)
    spec = ExportSpec(view="heatmap", count=50, t=5, size=(480, 270), caption=False)
    line = Forward(open_dataset("two-spikes", n=300), schedule)
    assert list(line.views) == ["equation", "heatmap", "strip"]
    (frame,) = line.content("picture", spec).pieces()
    assert _cursor(frame, spec) == pytest.approx(0.25, abs=0.01)
    with pytest.raises(UserError, match="no view heatmap"):
        Forward(open_dataset("moons", n=300), schedule).content("picture", spec)
