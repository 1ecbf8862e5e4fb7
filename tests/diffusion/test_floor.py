import pytest
import torch

from diffvis.diffusion import (
    PREDICTIONS,
    ExactDenoiser,
    GaussianMixtureDenoiser,
    NetworkDenoiser,
    NoiseSchedule,
    loss_floor,
    simple_loss,
)


@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_the_floor_of_gaussian_data_is_known(predicts: str) -> None:
    """Var[x_0 | x_t] = std^2 (1 - alpha_bar) / (alpha_bar std^2 + 1 - alpha_bar)."""
    schedule, std = NoiseSchedule.linear(100), 0.5
    exact = GaussianMixtureDenoiser(
        torch.ones(1), torch.zeros(1, 2), std**2 * torch.eye(2)[None], schedule
    )
    g = torch.Generator().manual_seed(0)
    x0 = exact.sample(40_000, g)
    times = [1, 10, 50, 90]
    floors = dict(loss_floor(exact, schedule, x0, times, predicts=predicts, generator=g))
    assert list(floors) == times
    for t, floor in floors.items():
        signal, noise = schedule.alpha_bar[t].item(), schedule.one_minus_alpha_bar[t].item()
        of_x0 = std**2 * noise / (signal * std**2 + noise)
        expected = {
            "x0": of_x0, "eps": of_x0 * signal / noise, "v": of_x0 / noise,
            "velocity": of_x0 / noise * float(schedule.turning[t]) ** 2,
            "score": of_x0 * signal / noise**2,
        }[predicts]  # fmt: skip
        assert floor.mean().item() == pytest.approx(expected, rel=0.03)


def test_nothing_gets_below_the_floor(mixture: GaussianMixtureDenoiser) -> None:
    """Not even the exact denoiser of the sample itself, on average, for fresh data."""
    schedule = mixture.schedule
    train, test = mixture.sample(4000, torch.Generator().manual_seed(1)).chunk(2)
    memorises = ExactDenoiser(train, schedule)
    for t in (5, 20, 40):
        losses = [
            next(
                loss_floor(
                    model,
                    schedule,
                    test,
                    [t],
                    predicts="eps",
                    generator=torch.Generator().manual_seed(2),
                )
            )[1]
            for model in (mixture, memorises)
        ]
        assert losses[0].mean() < losses[1].mean()


def test_it_is_the_simple_loss_of_the_exact_denoiser(mixture: GaussianMixtureDenoiser) -> None:
    x0 = mixture.sample(10, torch.Generator().manual_seed(1))
    eps = torch.randn(10, 2, generator=torch.Generator().manual_seed(2))
    ((t, floor),) = loss_floor(
        mixture,
        mixture.schedule,
        x0,
        [20],
        predicts="x0",
        generator=torch.Generator().manual_seed(2),
    )
    expected = simple_loss(mixture, mixture.schedule, x0, torch.full((10,), t), eps)
    torch.testing.assert_close(floor, expected)


def test_the_callers_state_is_left_alone(mixture: GaussianMixtureDenoiser) -> None:
    x0, g = torch.zeros(2, 2), torch.Generator()
    with pytest.raises(ValueError, match="'u'"):
        loss_floor(mixture, mixture.schedule, x0, [1], predicts="u", generator=g)
    state = torch.get_rng_state()
    network = torch.nn.Identity()
    floors = loss_floor(
        NetworkDenoiser(_Ignores(network), "x0"),
        mixture.schedule,
        x0,
        [1, 2],
        predicts="eps",
        generator=g,
    )
    next(floors)
    assert torch.is_grad_enabled()
    floors.close()
    assert torch.is_grad_enabled()
    assert network.training
    assert torch.equal(torch.get_rng_state(), state)


class _Ignores(torch.nn.Module):
    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x_t: torch.Tensor, *_: object) -> torch.Tensor:
        return self.network(x_t)
