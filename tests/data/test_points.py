"""The toys: where they lie, that seeds fix them, and that mixtures are what they claim."""

import pytest
import torch

from diffvis.data.catalogue import entries, fresh_points, open_dataset
from diffvis.data.points import TOYS, mixture_of
from diffvis.diffusion import make_schedule
from diffvis.diffusion.mixture import GaussianMixtureDenoiser
from diffvis.errors import UserError

TOY_NAMES = tuple(TOYS)
ON_A_LINE = ("two-spikes", "gaussians-1d", "uniform-1d")


@pytest.mark.parametrize("name", TOY_NAMES)
def test_toy_is_standardised_and_lies_in_the_unit_square(name: str) -> None:
    toy = open_dataset(name)
    dims = 1 if name in ON_A_LINE else 2

    assert toy.is_points and toy.shape == (dims,) and len(toy) == 10_000
    assert toy.values.dtype == torch.float32
    assert torch.allclose(toy.x0().mean(dim=0), torch.zeros(dims), atol=1e-5)
    assert torch.allclose(toy.x0().std(dim=0, correction=0), torch.ones(dims), atol=1e-5)
    x = toy.scaling.to_data(toy.x0())
    assert x.abs().quantile(0.99) < 1.05
    assert x.abs().max() > 0.7
    assert toy.colour.min() >= 0 and toy.colour.max() <= 1 and toy.colour.std() > 0.1
    if toy.classes:
        assert toy.labels.unique().tolist() == list(range(toy.num_classes))
    else:
        assert toy.labels is None


@pytest.mark.parametrize("name", TOY_NAMES)
def test_a_seed_fixes_the_set(name: str) -> None:
    assert open_dataset(name).fingerprint == open_dataset(name, seed=0).fingerprint
    assert open_dataset(name).fingerprint != open_dataset(name, seed=1).fingerprint


@pytest.mark.parametrize("name", TOY_NAMES)
def test_a_toy_is_standardised_in_float32(name: str) -> None:
    """As its runs and recipes know it: another rounding would change the fingerprint."""
    toy = open_dataset(name)
    x = TOYS[name].draw(len(toy), torch.Generator().manual_seed(0)).x
    assert x.dtype == torch.float32
    assert torch.equal(toy.values, toy.scaling.to_model(x))


@pytest.mark.parametrize("name", TOY_NAMES)
def test_fresh_points_are_others_of_the_same_kind(name: str) -> None:
    toy = open_dataset(name)
    fresh = fresh_points(toy.source, 10_000, torch.Generator().manual_seed(5))
    known = toy.scaling.to_data(toy.x0())

    assert not torch.equal(fresh, known)
    assert torch.allclose(fresh.mean(dim=0), known.mean(dim=0), atol=0.03)
    assert torch.allclose(fresh.T.cov(), known.T.cov(), atol=0.03)


def test_colour_runs_along_the_roll() -> None:
    roll = open_dataset("swiss-roll?noise=0")
    radius = roll.scaling.to_data(roll.x0()).norm(dim=1)
    assert torch.allclose(radius, 0.1 * torch.pi * (1 + 2 * roll.colour), atol=1e-5)


def test_noise_and_number_are_options() -> None:
    roll = open_dataset("swiss-roll", n=50, noise=0.1)
    assert len(roll) == 50
    assert roll.source == "swiss-roll?n=50&noise=0.1"
    assert open_dataset(roll.source).fingerprint == roll.fingerprint


def test_fresh_points_follow_the_noise_of_the_source() -> None:
    sharp = fresh_points("circles?noise=0", 1000, torch.Generator().manual_seed(0))
    radius = sharp.norm(dim=1)
    assert torch.minimum((radius - 0.9).abs(), (radius - 0.45).abs()).max() < 1e-5


@pytest.mark.parametrize("name", ["digits", "elsewhere"])
def test_fresh_points_of_other_data_are_refused(name: str) -> None:
    with pytest.raises(UserError, match=name):
        fresh_points(name, 10, torch.Generator())


@pytest.mark.parametrize("name", ["eight-gaussians", "gaussians", "gaussians-1d"])
def test_mixture_has_the_moments_of_its_points(name: str) -> None:
    toy = open_dataset(name, n=200_000)
    mixture = mixture_of(toy)

    counts = torch.bincount(toy.labels) / len(toy)
    assert torch.allclose(counts.double(), mixture.weights, atol=0.005)
    for label in range(toy.num_classes):
        x = toy.x0()[toy.labels == label].double()
        assert torch.allclose(x.mean(dim=0), mixture.means[label], atol=0.01)
        assert torch.allclose(x.T.cov(), mixture.covariances[label], atol=0.01)


def test_mixture_feeds_the_exact_denoiser() -> None:
    toy = open_dataset("eight-gaussians")
    schedule = make_schedule("cosine", 100)
    denoiser = GaussianMixtureDenoiser(*mixture_of(toy), schedule)
    x0 = toy.x0(slice(0, 500))
    slightly = torch.ones(500, dtype=torch.int64)
    x_t = schedule.sqrt_alpha_bar[1].float() * x0
    assert torch.allclose(denoiser(x_t, slightly), x0, atol=0.05)


@pytest.mark.parametrize("name", ["swiss-roll", "digits"])
def test_other_sets_are_no_known_mixture(name: str) -> None:
    assert mixture_of(open_dataset(name)) is None


def test_every_toy_is_in_the_catalogue() -> None:
    points = [entry.name for entry in entries() if entry.kind == "points"]
    assert points == list(TOY_NAMES)
    assert points[0] == "swiss-roll"
