import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from diffvis.diffusion import (
    PREDICTIONS,
    SCHEDULE_KINDS,
    Denoiser,
    ExactDenoiser,
    GaussianMixtureDenoiser,
    Guided,
    NetworkDenoiser,
    NoiseSchedule,
    convert,
    estimate,
    make_schedule,
    q_sample,
    training_target,
)

OLD = {"eps", "x0", "v"}
"""Those that follow from one another without the path's derivative."""


class Fixed(nn.Module):
    """Always answers the same, with ``factor`` times the channels."""

    def __init__(self, factor: int = 1) -> None:
        super().__init__()
        self.factor = factor

    def forward(
        self, x_t: torch.Tensor, t: torch.Tensor, labels: torch.Tensor | None
    ) -> torch.Tensor:
        return torch.cat([torch.full_like(x_t, 0.25)] * self.factor, dim=1)


@given(st.sampled_from(SCHEDULE_KINDS), st.integers(2, 1000), st.data())
def test_each_prediction_gives_the_others(kind: str, T: int, data: st.DataObject) -> None:
    schedule = make_schedule(kind, T)
    last = T - schedule.ends_in_noise  # where eps says nothing of x0
    t = torch.tensor(data.draw(st.lists(st.integers(1, last), min_size=4, max_size=4)))
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 1000)))
    x0, eps = torch.randn(2, 4, 3, generator=generator, dtype=torch.float64)
    x_t = q_sample(schedule, x0, t, eps)
    targets = {p: training_target(schedule, x0, eps, t, p) for p in PREDICTIONS}
    for source, target in itertools.product(PREDICTIONS, PREDICTIONS):
        found = convert(schedule, x_t, t, targets[source], source, target)
        # What divides by a vanishing coefficient can only be as good as float64 divided by it.
        parts = (schedule.at(name, t, x_t).abs() for name in ("signal", "noise", "turning"))
        smallest = min(part.min().item() for part in parts)
        largest = max(targets[p].abs().max().item() for p in PREDICTIONS)
        atol = 1e-13 * largest / smallest**2 if {source, target} - OLD else 1e-13 / smallest
        torch.testing.assert_close(found, targets[target], rtol=0, atol=atol + 1e-13)


def test_v_turns_from_noise_into_minus_the_data(schedule: NoiseSchedule) -> None:
    x0, eps = torch.full((1, 2), 0.5), torch.full((1, 2), -2.0)
    near_data = training_target(schedule, x0, eps, 1, "v")
    near_noise = training_target(schedule, x0, eps, schedule.T, "v")
    torch.testing.assert_close(near_data, eps, atol=0.05, rtol=0)
    torch.testing.assert_close(near_noise, -x0, atol=0.05, rtol=0)


def test_unknown_predictions_are_refused(schedule: NoiseSchedule) -> None:
    x = torch.zeros(1, 2)
    with pytest.raises(ValueError, match="eps, x0, v, velocity, score, not 'u'"):
        NetworkDenoiser(Fixed(), "u")  # type: ignore[arg-type]
    for source, target in (("u", "x0"), ("x0", "u"), ("u", "u")):
        with pytest.raises(ValueError, match="'u'"):
            convert(schedule, x, 1, x, source, target)  # type: ignore[arg-type]


def test_denoisers_fulfil_the_protocol(mixture: GaussianMixtureDenoiser) -> None:
    exact = ExactDenoiser(torch.zeros(1, 2), mixture.schedule)
    for denoiser in (exact, mixture, NetworkDenoiser(Fixed()), Guided(exact, 2.0)):
        assert isinstance(denoiser, Denoiser)


def test_an_answer_of_another_shape_is_refused(schedule: NoiseSchedule) -> None:
    x_t = torch.zeros(2, 1, 4, 4)
    for declared, given_factor in ((False, 2), (True, 1)):
        denoiser = NetworkDenoiser(Fixed(given_factor), "eps", learns_variance=declared)
        with pytest.raises(ValueError, match="the denoiser must return"):
            estimate(denoiser, schedule, x_t, 3)


@pytest.mark.parametrize("predicts", PREDICTIONS)
@pytest.mark.parametrize("clip", [None, "static", "dynamic"])
def test_estimates_give_back_x_t(schedule: NoiseSchedule, predicts: str, clip: str | None) -> None:
    generator = torch.Generator().manual_seed(1)
    x_t = 3 * torch.randn(4, 6, generator=generator, dtype=torch.float64)
    for t in (3, torch.tensor([1, 20, 40, 50])):
        found = estimate(NetworkDenoiser(Fixed(), predicts), schedule, x_t, t, clip=clip)
        torch.testing.assert_close(q_sample(schedule, found.x0_hat, t, found.eps_hat), x_t)
        if clip is None:
            assert found.x0_hat is found.x0_hat_raw
        else:
            assert found.x0_hat.abs().max() <= 1
            same = (found.x0_hat_raw.abs().amax(1) <= 1) if clip == "dynamic" else ...
            inside = found.x0_hat_raw.clamp(-1, 1)
            if clip == "static":
                assert torch.equal(found.x0_hat, inside)
            else:
                assert torch.equal(found.x0_hat[same], found.x0_hat_raw[same])


def test_the_variance_part_is_set_apart(schedule: NoiseSchedule) -> None:
    denoiser = NetworkDenoiser(Fixed(2), "eps", learns_variance=True)
    found = estimate(denoiser, schedule, torch.zeros(2, 3, 4, 4), 5)
    assert found.variance is not None
    assert found.variance.shape == found.eps_hat.shape == (2, 3, 4, 4)


def test_a_half_precision_answer_does_not_coarsen_x_t(schedule: NoiseSchedule) -> None:
    class Half(Fixed):
        def forward(self, *args: torch.Tensor) -> torch.Tensor:
            return super().forward(*args).bfloat16()

    found = estimate(NetworkDenoiser(Half(), "eps"), schedule, torch.ones(2, 3), 5)
    assert found.x0_hat.dtype == found.eps_hat.dtype == torch.float32
