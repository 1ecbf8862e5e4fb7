import pytest
import torch
from torch import Tensor, nn

from diffvis.diffusion import (
    LOSSES,
    PREDICTIONS,
    NetworkDenoiser,
    NoiseSchedule,
    bound_loss,
    bound_terms,
    convert,
    hybrid_loss,
    min_snr_loss,
    q_sample,
    simple_loss,
    training_target,
)


class Network(nn.Module):
    """A mean and a variance part with a parameter each."""

    def __init__(self, learns_variance: bool = False) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.tensor(0.4, dtype=torch.float64))
        self.v = nn.Parameter(torch.tensor(0.1, dtype=torch.float64)) if learns_variance else None

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        out = self.mean * x_t if labels is None else self.mean * x_t + labels[:, None, None, None]
        if self.v is None:
            return out
        return torch.cat([out, self.v * torch.ones_like(x_t)], dim=1)


@pytest.fixture
def batch(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """x0 on 256 levels, t over the whole range, eps."""
    x0 = torch.randint(0, 256, (6, 1, 3, 3), generator=generator).double() / 127.5 - 1
    eps = torch.randn(6, 1, 3, 3, generator=generator, dtype=torch.float64)
    return x0, torch.tensor([1, 2, 10, 30, 49, 50]), eps


@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_simple_is_the_mean_squared_error_of_the_target(
    schedule: NoiseSchedule, batch: tuple, predicts: str
) -> None:
    x0, t, eps = batch
    loss = simple_loss(NetworkDenoiser(Network(), predicts), schedule, x0, t, eps)
    prediction = 0.4 * q_sample(schedule, x0, t, eps)
    target = training_target(schedule, x0, eps, t, predicts)
    torch.testing.assert_close(loss, (target - prediction).square().mean(dim=(1, 2, 3)))


def test_labels_reach_the_network(schedule: NoiseSchedule, batch: tuple) -> None:
    x0, t, eps = batch
    labels = torch.arange(6)
    for name, loss in LOSSES.items():
        denoiser = NetworkDenoiser(Network(True), "eps", learns_variance=True)
        without, with_labels = (
            loss(denoiser, schedule, x0, t, eps, given) for given in (None, labels)
        )
        assert with_labels.shape == (6,), name
        torch.testing.assert_close(with_labels[0], without[0])
        assert not torch.isclose(with_labels[1:], without[1:]).any(), name


def test_min_snr_weighs_the_same_error_the_same_for_each_prediction(
    schedule: NoiseSchedule, batch: tuple
) -> None:
    x0, t, eps = batch
    x_t = q_sample(schedule, x0, t, eps)
    x0_hat = 0.3 * x_t
    weight = schedule.snr[t].clamp(max=5)
    expected = weight * (x0 - x0_hat).square().mean(dim=(1, 2, 3))

    class Converts(nn.Module):
        def __init__(self, predicts: str) -> None:
            super().__init__()
            self.predicts = predicts

        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            return convert(schedule, x_t, t, 0.3 * x_t, "x0", self.predicts)

    for predicts in PREDICTIONS:
        found = min_snr_loss(NetworkDenoiser(Converts(predicts), predicts), schedule, x0, t, eps)
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("learns_variance", [False, True])
def test_the_bound_loss_estimates_the_bound(schedule: NoiseSchedule, learns_variance: bool) -> None:
    """Averaged over every t it is the bound without L_T."""
    x0 = torch.randint(0, 256, (4, 1, 3, 3), generator=torch.Generator().manual_seed(0))
    x0 = x0.double() / 127.5 - 1
    denoiser = NetworkDenoiser(Network(learns_variance), "v", learns_variance=learns_variance)
    terms = bound_terms(
        denoiser,
        schedule,
        x0,
        generator=torch.Generator().manual_seed(1),
        variance="learned" if learns_variance else "large",
    )
    bound = torch.stack([term.bits for term in terms][1:]).sum(0)
    g = torch.Generator().manual_seed(1)
    mean = torch.zeros(4, dtype=torch.float64)
    for t in range(50, 0, -1):
        eps = torch.randn(4, 1, 3, 3, generator=g).double()
        mean += bound_loss(denoiser, schedule, x0, torch.full((4,), t), eps) / 50
    torch.testing.assert_close(mean, bound)


def test_hybrid_is_simple_plus_a_thousandth_of_the_bound(
    schedule: NoiseSchedule, batch: tuple
) -> None:
    denoiser = NetworkDenoiser(Network(True), "eps", learns_variance=True)
    simple = simple_loss(denoiser, schedule, *batch)
    bound = bound_loss(denoiser, schedule, *batch)
    torch.testing.assert_close(hybrid_loss(denoiser, schedule, *batch), simple + 0.001 * bound)


def test_hybrid_teaches_the_variance_by_the_bound_and_the_mean_by_the_simple_loss(
    schedule: NoiseSchedule, batch: tuple
) -> None:
    network = Network(True)
    denoiser = NetworkDenoiser(network, "eps", learns_variance=True)

    def gradients(loss: Tensor) -> tuple[Tensor | None, ...]:
        return torch.autograd.grad(loss.mean(), (network.mean, network.v), allow_unused=True)

    simple = gradients(simple_loss(denoiser, schedule, *batch))
    bound = gradients(bound_loss(denoiser, schedule, *batch))
    hybrid = gradients(hybrid_loss(denoiser, schedule, *batch))
    assert not simple[1].any()
    assert bound[0].abs() > 0
    torch.testing.assert_close(hybrid[0], simple[0])
    torch.testing.assert_close(hybrid[1], 0.001 * bound[1])
    assert hybrid[1].abs() > 0


def test_hybrid_needs_a_learned_variance(schedule: NoiseSchedule, batch: tuple) -> None:
    with pytest.raises(ValueError, match="learns its variance"):
        hybrid_loss(NetworkDenoiser(Network()), schedule, *batch)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_reach_the_network_and_nothing_else(
    schedule: NoiseSchedule, batch: tuple, name: str, dtype: torch.dtype
) -> None:
    network = Network(True).to(dtype)
    x0, t, eps = batch
    x0, eps = x0.to(dtype), eps.to(dtype)
    denoiser = NetworkDenoiser(network, "eps", learns_variance=True)
    loss = LOSSES[name](denoiser, schedule, x0, t, eps)
    assert loss.shape == (6,)
    assert loss.dtype == dtype
    loss.mean().backward()
    assert network.mean.grad.isfinite()
    assert network.mean.grad.abs() > 0
    assert x0.grad is None
    assert not schedule.alpha_bar.requires_grad


def test_the_loss_does_not_clip(schedule: NoiseSchedule) -> None:
    """A prediction out of range costs in proportion: clipping would stop its gradient."""
    x0, eps = torch.ones(1, 2).double(), torch.zeros(1, 2).double()
    network = Network()
    network.mean.data.fill_(9.0)
    t = torch.tensor([10])
    for loss in (simple_loss, bound_loss):
        denoiser = NetworkDenoiser(network, "x0")
        (gradient,) = torch.autograd.grad(loss(denoiser, schedule, x0, t, eps).sum(), network.mean)
        assert gradient > 0
