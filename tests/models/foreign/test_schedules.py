"""Schedules that others bring, beside numbers worked out here or by their own library."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from diffvis.errors import UserError
from diffvis.models.foreign.schedules import carried_by, in_tensors, objective_of, told_by_config

BETAS = torch.linspace(1e-4, 0.02, 40, dtype=torch.float64)
ALPHA_BAR = (1 - BETAS).cumprod(0)


@pytest.mark.parametrize("given", [BETAS, BETAS.tolist(), BETAS.numpy(), {"x.betas": BETAS}])
def test_betas_in_any_form(given: object) -> None:
    schedule = carried_by(given).schedule
    assert np.allclose(schedule.alpha_bar[1:], ALPHA_BAR, rtol=1e-12)


def test_alpha_bar_with_and_without_its_leading_one() -> None:
    for given in (ALPHA_BAR, torch.cat([torch.ones(1, dtype=torch.float64), ALPHA_BAR])):
        assert np.allclose(carried_by(alpha_bar=given).schedule.beta[1:], BETAS, rtol=1e-9)


def test_the_first_entry_of_alphabar_t_belongs_to_no_step() -> None:
    """As minDiffusion makes it: beta_0 is among the factors of all."""
    beta = 0.0199 * torch.arange(0, 41, dtype=torch.float32) / 40 + 1e-4
    alphabar_t = (1 - beta).log().cumsum(0).exp()
    found = in_tensors({"alphabar_t": alphabar_t})
    assert found is not None and found.schedule.T == 40 and found.told == {"time": "unit"}
    assert np.allclose(found.schedule.alpha_bar[1:], alphabar_t[1:], rtol=1e-6)


@pytest.mark.parametrize("cut", [None, 5.0])
@pytest.mark.parametrize("predicts", ["eps", "x0", "v"])
def test_the_weights_of_a_loss_tell_what_is_predicted(predicts: str, cut: float | None) -> None:
    snr = ALPHA_BAR / (1 - ALPHA_BAR)
    clipped = snr if cut is None else snr.clamp(max=cut)
    weight = {"eps": clipped / snr, "x0": clipped, "v": clipped / (snr + 1)}[predicts]
    assert objective_of(weight.float(), BETAS.float()) == predicts
    assert objective_of(torch.rand(40), BETAS) is None


def test_sigmas_of_a_variance_exploding_schedule() -> None:
    sigmas = torch.logspace(-2, 1, 30)
    found = carried_by(SimpleNamespace(sigmas=sigmas))
    schedule = found.schedule
    noise = ((1 - schedule.alpha_bar) / schedule.alpha_bar).sqrt()
    assert np.allclose(noise[1:], sigmas, rtol=1e-5) and found.told["time"] == "sigma"


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"prediction_type": "sample"}, {"predicts": "x0"}),
        ({"clip_sample": False}, {"clip": None}),
        ({"clip_sample": True, "clip_sample_range": 2.0}, {"clip": "static", "clip_range": 2.0}),
        ({"clip_sample": True, "thresholding": True}, {"clip": "static"}),
        ({"thresholding": True, "sample_max_value": 2.0}, {"clip": "dynamic", "most": 2.0}),
        ({"variance_type": "learned_range"}, {"learns_variance": True}),
    ],
)
def test_what_a_config_of_diffusers_says(config: dict, told: dict) -> None:
    assert told.items() <= told_by_config(config).items()


def test_zero_terminal_snr() -> None:
    betas = torch.cat([BETAS, torch.ones(1, dtype=torch.float64)])
    with pytest.raises(UserError, match="x_T is noise alone"):
        carried_by(betas)
    found = carried_by(betas, predicts="v")
    assert found.notes and float(found.schedule.alpha_bar[-1]) < 1e-15


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (ALPHA_BAR, "alpha_bar"),
        (1 - BETAS, "1 - alphas"),
        ("squaredcos_cap_v2", "cosine"),
        (torch.ones(2, 2) * 0.1, "list"),
        ({"a": BETAS}, "none of the 1 tensors"),
        (SimpleNamespace(), "no schedule"),
        (type("FlowMatchEulerDiscreteScheduler", (), {})(), "flow matching"),
        (type("EDMEulerScheduler", (), {})(), "EDM"),
        (type("ScoreSdeVeScheduler", (), {})(), "variance exploding"),
    ],
)
def test_what_is_none_is_named(given: object, words: str) -> None:
    with pytest.raises(UserError, match=words):
        carried_by(given)


def test_another_T_than_that_of_the_schedule() -> None:
    with pytest.raises(UserError, match="40 steps, not T = 50"):
        carried_by(BETAS, 50)
