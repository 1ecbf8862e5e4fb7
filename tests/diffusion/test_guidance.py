import pytest
import torch
from torch import Tensor, nn

from diffvis.diffusion import (
    ExactDenoiser,
    GaussianMixtureDenoiser,
    Guided,
    NetworkDenoiser,
    NoiseSchedule,
    convert,
    drop_labels,
    timesteps,
)
from diffvis.sampling.walk import ddim


class Classes(nn.Module):
    """Answers with the class, or -1 without; its variance part says the class as well."""

    def __init__(self, learns_variance: bool = False) -> None:
        super().__init__()
        self.factor = 2 if learns_variance else 1
        self.calls = 0

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
        self.calls += 1
        value = torch.full((len(x_t),), -1) if labels is None else labels
        return torch.cat([value[:, None] * torch.ones_like(x_t)] * self.factor, dim=1)


X_T, TIMES, LABELS = torch.zeros(3, 2), torch.tensor([5, 5, 5]), torch.tensor([0, 1, 2])


@pytest.mark.parametrize("scale", [0.0, 0.5, 1.0, 3.0])
def test_it_extrapolates_from_no_class_to_the_class(scale: float) -> None:
    guided = Guided(NetworkDenoiser(Classes(), "v"), scale)
    assert guided.predicts == "v"
    found = guided(X_T, TIMES, LABELS)
    torch.testing.assert_close(found[:, 0], -1 + scale * (LABELS + 1.0))


def test_without_labels_or_at_scale_1_it_asks_once() -> None:
    network = Classes()
    denoiser = NetworkDenoiser(network, "eps")
    torch.testing.assert_close(Guided(denoiser, 4.0)(X_T, TIMES), torch.full((3, 2), -1.0))
    Guided(denoiser, 1.0)(X_T, TIMES, LABELS)
    assert network.calls == 2


def test_the_variance_is_the_conditional_one() -> None:
    guided = Guided(NetworkDenoiser(Classes(True), "eps", learns_variance=True), 3.0)
    assert guided.learns_variance
    mean, variance = guided(X_T, TIMES, LABELS).chunk(2, dim=1)
    torch.testing.assert_close(mean[:, 0], -1 + 3.0 * (LABELS + 1))
    torch.testing.assert_close(variance[:, 0], LABELS.float())


def test_guiding_x0_is_guiding_eps(schedule: NoiseSchedule) -> None:
    g = torch.Generator().manual_seed(0)
    members, labels = torch.randn(30, 2, generator=g), torch.arange(30) % 3
    exact = ExactDenoiser(members, schedule, labels=labels)

    class Eps(nn.Module):
        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            return convert(schedule, x_t, t, exact(x_t, t, labels), "x0", "eps")

    x_t = torch.randn(3, 2, generator=g, dtype=torch.float64)
    by_x0 = Guided(exact, 2.5)(x_t, TIMES, LABELS)
    by_eps = Guided(NetworkDenoiser(Eps(), "eps"), 2.5)(x_t, TIMES, LABELS)
    torch.testing.assert_close(convert(schedule, x_t, TIMES, by_eps, "eps", "x0"), by_x0)


def test_guided_chains_end_in_their_class() -> None:
    schedule = NoiseSchedule.cosine(100)
    members = torch.tensor([[0.9, 0.1], [0.7, -0.2], [-0.8, 0.3], [-0.9, -0.4]])
    exact = ExactDenoiser(members, schedule, labels=torch.tensor([0, 0, 1, 1]))
    labels = torch.arange(40) % 2
    x_T = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))
    for scale in (1.0, 1.5):
        chain = ddim(Guided(exact, scale), schedule, x_T, timesteps(100, 50), labels=labels)
        *_, last = chain
        assert torch.equal(last.x_s[:, 0] < 0, labels == 1)


def test_labels_are_dropped_at_random(generator: torch.Generator) -> None:
    labels = torch.arange(10_000) % 10
    dropped = drop_labels(labels, 10, 0.2, generator)
    null = dropped == 10
    assert torch.equal(dropped[~null], labels[~null])
    assert null.float().mean().item() == pytest.approx(0.2, abs=0.02)
    assert torch.equal(drop_labels(labels, 10, 0.0, generator), labels)
    assert (drop_labels(labels, 10, 1.0, generator) == 10).all()
    assert torch.equal(labels, torch.arange(10_000) % 10)
    with pytest.raises(ValueError, match=r"0\.\.1"):
        drop_labels(labels, 10, 1.5, generator)


class _ByClass:
    """N(0, 1/4) with a class, N(0, 1) without, exactly."""

    predicts = "x0"
    learns_variance = False

    def __init__(self, schedule: NoiseSchedule) -> None:
        one, at = torch.ones(1), torch.zeros(1, 1)
        self._with, self._without = (
            GaussianMixtureDenoiser(one, at, torch.full((1, 1, 1), variance), schedule)
            for variance in (0.25, 1.0)
        )

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        return (self._without if labels is None else self._with)(x_t, t)


@pytest.mark.parametrize("schedule", [NoiseSchedule.cosine(250), NoiseSchedule.flow(250)])
def test_guidance_does_not_sample_the_sharpened_law(schedule: NoiseSchedule) -> None:
    """The ODE of scale w ends with the standard deviation 0.5^w, here 0.125; N(0, 1/4)^3 over
    N(0, 1)^2 has 1 / sqrt(3 / 0.25 - 2) = 0.316. All is linear, so that one point tells.
    """
    x_T = torch.ones(1, 1, dtype=torch.float64)
    guided = Guided(_ByClass(schedule), 3.0)
    labels = torch.zeros(1, dtype=torch.int64)
    *_, last = ddim(guided, schedule, x_T, timesteps(250, 250), labels=labels)
    assert float(last.x_s) == pytest.approx(0.125, rel=0.08)
