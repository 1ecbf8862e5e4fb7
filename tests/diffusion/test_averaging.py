"""Averaged targets: the same x_t, the exact mean, and an expectation that is not moved."""

import pytest
import torch

from diffvis.diffusion import ExactDenoiser, NoiseSchedule, averaged_pair, q_sample


def drawn(
    shape: tuple[int, ...], count: int, members: int, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Data of ``members`` samples, draws from it and their noise."""
    data = torch.randn(members, *shape, generator=generator)
    x0 = data[torch.randint(members, (count,), generator=generator)]
    return data, x0, torch.randn(count, *shape, generator=generator)


@pytest.mark.parametrize("shape", [(2,), (1, 3, 3)])
@pytest.mark.parametrize("t", [1, 20, 35, 50])
def test_the_pair_makes_the_same_x_t(
    schedule: NoiseSchedule, generator: torch.Generator, shape: tuple[int, ...], t: int
) -> None:
    data, x0, eps = drawn(shape, 40, 30, generator)
    pair = averaged_pair(schedule, x0, t, eps, data)
    assert all(part.shape == x0.shape for part in pair)
    torch.testing.assert_close(
        q_sample(schedule, pair[0], t, pair[1]), q_sample(schedule, x0, t, eps)
    )
    if t >= 20:
        assert (pair[0] - x0).abs().max() > 0.1


def test_with_the_other_samples_as_references_it_is_the_exact_denoiser(
    schedule: NoiseSchedule, generator: torch.Generator
) -> None:
    data, _, eps = drawn((1, 3, 3), 25, 25, generator)
    t = torch.arange(1, 51, 2)
    exact = ExactDenoiser(data, schedule)(q_sample(schedule, data, t, eps), t)
    for i in range(25):
        others = torch.cat([data[:i], data[i + 1 :]])
        own = slice(i, i + 1)
        mean, _ = averaged_pair(schedule, data[own], t[own], eps[own], others)
        torch.testing.assert_close(mean, exact[own], atol=2e-5, rtol=1e-4)


def test_labels_leave_the_references_of_other_classes_out(
    schedule: NoiseSchedule, generator: torch.Generator
) -> None:
    data, _, eps = drawn((2,), 30, 30, generator)
    classes = torch.arange(30) % 3
    labels = torch.where(torch.arange(30) % 2 == 0, classes, 3)
    found, _ = averaged_pair(schedule, data, 30, eps, data, labels, classes, null=3)
    for i in range(30):
        seen = data if labels[i] == 3 else data[classes == classes[i]]
        own = slice(i, i + 1)
        expected, _ = averaged_pair(schedule, data[own], 30, eps[own], seen)
        torch.testing.assert_close(found[own], expected)


def test_at_little_noise_a_sample_stays_itself_to_the_bit(
    schedule: NoiseSchedule, generator: torch.Generator
) -> None:
    x0 = torch.tensor([[-1.0, 0.3], [1.0, 0.7], [3.0, -0.9]])
    eps = torch.randn(3, 2, generator=generator)
    for found, given in zip(averaged_pair(schedule, x0, 1, eps, x0 + 5), (x0, eps), strict=True):
        assert torch.equal(found, given)


@pytest.mark.parametrize("t", [15, 25, 40])
def test_the_mean_given_x_t_is_not_moved_and_the_variance_falls(
    schedule: NoiseSchedule, generator: torch.Generator, t: int
) -> None:
    """E[target f(x_t)] is the same for every f, which is what E[target | x_t] being the same means;
    the references are few, so that an estimate that only tends to the mean would be off.
    """
    data = torch.tensor([[-1.0, 0.2], [-0.6, -0.7], [0.1, 1.0], [0.5, -0.4], [1.3, 0.6]])
    n = 400_000

    def draws(count: int) -> torch.Tensor:
        return data[torch.randint(len(data), (count,), generator=generator)]

    x0, eps = draws(n), torch.randn(n, 2, generator=generator)
    averaged = torch.cat(
        [
            averaged_pair(schedule, part, t, noise, draws(3))[0]
            for part, noise in zip(x0.split(100), eps.split(100), strict=True)
        ]
    )
    x_t = q_sample(schedule, x0, t, eps)
    for f in (torch.ones_like(x_t), x_t, x_t.square(), (3 * x_t).sin()):
        # The 4,000 groups that share references are independent of each other.
        groups = ((averaged - x0) * f).reshape(n // 100, 100, 2).mean(1)
        error = groups.std(0) / len(groups) ** 0.5
        assert (groups.mean(0).abs() < 4.5 * error).all()
    exact = ExactDenoiser(data, schedule)(x_t, torch.full((n,), t))
    assert (averaged - exact).square().mean() < 0.9 * (x0 - exact).square().mean()
