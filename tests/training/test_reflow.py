"""Pairs of noise and sample, a run on them, and how straight paths are."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from diffvis.data import Dataset
from diffvis.data.scaling import Scaling
from diffvis.diffusion import GaussianMixtureDenoiser, make_schedule
from diffvis.errors import UserError
from diffvis.evaluation.straightness import straightness
from diffvis.models.model import Model, open_model
from diffvis.training.config import TrainConfig
from diffvis.training.loop import train
from diffvis.training.reflow import check_reflow, pairs_of
from diffvis.training.run import create_run, train_run
from diffvis.training.state import new_state

PLAIN = Scaling((0.0, 0.0), (1.0, 1.0))
COVARIANCE = torch.tensor([[1.0, 0.5], [0.5, 0.6]], dtype=torch.float64)


def gaussian(covariance: Tensor, T: int = 60) -> Model:
    schedule = make_schedule("flow", T)
    exact = GaussianMixtureDenoiser(torch.ones(1), torch.zeros(1, 2), covariance[None], schedule)
    return Model(name="", denoiser=exact, schedule=schedule, shape=(2,), data="", scaling=PLAIN)


@pytest.fixture
def reflow(config: TrainConfig) -> TrainConfig:
    return config.changed(
        schedule="flow", predict="velocity", reflow="swiss-roll-flow", reflow_pairs=200
    )


def made(model: Model, config: TrainConfig, dataset: Dataset) -> Dataset:
    *_, pairs = pairs_of(model, config, dataset)
    assert isinstance(pairs, Dataset)
    return pairs


def test_a_pair_is_noise_and_where_the_ode_takes_it(reflow: TrainConfig, roll: Dataset) -> None:
    """Of a Gaussian: the root of its covariance times the noise."""
    pairs = made(gaussian(COVARIANCE), reflow, roll)
    x0, eps = pairs.values.unbind(1)
    spread, axes = torch.linalg.eigh(COVARIANCE)
    root = (axes @ spread.sqrt().diag() @ axes.T).float()
    torch.testing.assert_close(x0, eps @ root, rtol=0, atol=0.05)
    assert len(pairs.train) == 180
    assert len(pairs.validation) == 20
    assert not set(pairs.train.tolist()) & set(pairs.validation.tolist())
    again = made(gaussian(COVARIANCE), reflow, roll)
    assert torch.equal(pairs.values, again.values)


def test_a_step_learns_the_pairs(reflow: TrainConfig, roll: Dataset) -> None:
    """Of a network of zeros the loss is the mean square of eps - x0 of pairs that were kept."""
    state = new_state(reflow, roll)
    state.pairs = made(gaussian(COVARIANCE), reflow, roll)
    with torch.no_grad():
        for parameter in state.parameters:
            parameter.zero_()
    step = next(train(state, roll))
    x0, eps = state.pairs.values[state.pairs.train].unbind(1)
    known = (eps - x0).square().mean(1)
    nearest = (step.loss_by_sample[:, None] - known).abs().amin(1)
    assert float(nearest.max()) < 1e-6


def test_a_run_goes_on_to_the_same_bits(reflow: TrainConfig, roll: Dataset, tmp_path: Path) -> None:
    reflow = reflow.changed(preview_every=0, steps=20)
    whole = train_run(reflow, create_run(tmp_path / "whole", reflow, roll), dataset=roll)
    list(whole)
    folder = create_run(tmp_path / "part", reflow, roll)
    first = train_run(reflow, folder, dataset=roll)
    for progress in first:
        if progress.kind == "step" and progress.step == 8:
            break
    first.close()
    rest = train_run(reflow, folder, resume=True, dataset=roll)
    list(rest)
    for a, b in zip(whole.state.parameters, rest.state.parameters, strict=True):
        assert torch.equal(a, b)


def test_what_cannot_be_reflowed_is_said(
    reflow: TrainConfig, roll: Dataset, tmp_path: Path
) -> None:
    for changes, field in (
        ({"reflow": "digits"}, "reflow"),
        ({"pairing": "optimal"}, "pairing"),
        ({"references": 4}, "references"),
    ):
        with pytest.raises(UserError) as told:
            check_reflow(reflow.changed(**changes), roll)
        assert told.value.field == field
    with pytest.raises(UserError):
        create_run(tmp_path / "run", reflow.changed(reflow=str(tmp_path / "nowhere")), roll)
    assert not (tmp_path / "run").exists()


def test_straight_paths_have_no_curvature() -> None:
    """Data that are one point have straight paths; those of N(0, c) in one dimension are
    sqrt(((1-u)^2 c + u^2)), from sqrt(c) to 1, times what x_T is: their curvature is an integral.
    """
    assert straightness(gaussian(torch.zeros(2, 2))).share < 1e-4
    c = 0.04
    found = straightness(gaussian(c * torch.eye(2, dtype=torch.float64), T=400), count=4_000)
    u = torch.linspace(1e-4, 1, 20_001, dtype=torch.float64)
    spread = ((1 - u) ** 2 * c + u**2).sqrt()
    slope = (u - (1 - u) * c) / spread
    curved = float((1 - c**0.5 - slope).square().mean())
    assert found.curvature == pytest.approx(curved, rel=0.05)
    assert found.share == pytest.approx(curved / (1 - c**0.5) ** 2, rel=0.03)


def test_the_shipped_reflow_is_straighter_than_what_it_learned_from() -> None:
    flow, reflow = (straightness(open_model(f"swiss-roll-{n}"), 500) for n in ("flow", "reflow"))
    assert reflow.share < flow.share / 20
