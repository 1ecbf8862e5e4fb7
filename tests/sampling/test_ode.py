"""The adaptive ODE against the exact solution for a Gaussian, and how often it asks."""

import pytest
import torch
from torch import Tensor

from benchmarks.equalities import Mixture, mixture, noise, paths
from diffvis.diffusion import NoiseSchedule, timesteps
from diffvis.errors import UserError
from diffvis.sampling.samplers.ode import AdaptiveODE
from diffvis.sampling.walk import step, walk

MEAN, VARIANCE = 0.7, 0.3


@pytest.mark.parametrize("kind", paths(10))
def test_it_meets_the_exact_solution(kind: str) -> None:
    """(x - signal mu) / spread stays what it is on the whole way, at every time that is shown."""
    schedule = paths(1000)[kind]
    exact = Mixture(
        torch.ones(1), torch.full((1, 1), MEAN).double(), torch.full((1, 1, 1), VARIANCE).double(),
        schedule,
    )  # fmt: skip
    x_T = noise(schedule)[:, :1]

    def stays(x: Tensor, t: int) -> Tensor:
        signal = float(schedule.signal[t])
        return (x - signal * MEAN) / (signal**2 * VARIANCE + float(schedule.noise[t]) ** 2) ** 0.5

    for tolerance in (1e-4, 1e-6):
        chain = walk(AdaptiveODE(tolerance=tolerance), exact, schedule, x_T, timesteps(1000, 8))
        for made in chain:
            if made.s > 0:
                error = (stays(made.x_s, made.s) - stays(x_T, 1000)).abs().max()
                assert error < 40 * tolerance, (tolerance, made.s)


def test_what_is_shown_changes_neither_the_solution_nor_its_cost() -> None:
    """The times are where one looks: each costs one question, and the last the one at t = 1."""
    schedule = NoiseSchedule.flow(300)
    ends, asked = [], []
    for n in (2, 300):
        steps = list(
            walk(AdaptiveODE(), mixture(schedule), schedule, noise(schedule), timesteps(300, n))
        )
        ends.append(steps[-1].x_s)
        asked.append(sum(made.calls for made in steps) - n)
    torch.testing.assert_close(ends[0], ends[1], rtol=0, atol=1e-9)
    assert asked[0] - 1 == asked[1]  # of all 300, t = 1 is shown


def test_it_begins_anew_where_x_was_changed() -> None:
    schedule = NoiseSchedule.cosine(100)
    exact, x = mixture(schedule), noise(schedule)
    sampler = AdaptiveODE(tolerance=1e-7)
    first = step(sampler, exact, schedule, x, 100, 60)
    other = first.x_s + 0.1
    after = step(sampler, exact, schedule, other, 60, 20, before=first)
    alone = step(sampler, exact, schedule, other, 60, 20)
    assert torch.equal(after.x_s, alone.x_s)


def test_a_larger_tolerance_asks_less_and_rk23_more() -> None:
    schedule = NoiseSchedule.flow(300)

    def asked(**chosen: object) -> int:
        sampler = AdaptiveODE(**chosen)
        chain = walk(sampler, mixture(schedule), schedule, noise(schedule), [300, 0])
        return sum(made.calls for made in chain)

    assert asked(tolerance=1e-2) < asked() < asked(solver="rk23")


def test_what_cannot_be_solved_is_said() -> None:
    class Broken:
        predicts = "x0"

        def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
            return torch.where(t[:, None] > 50, x_t, torch.nan)

    schedule = NoiseSchedule.flow(100)
    with pytest.raises(UserError, match="cannot be solved to t = 20: ") as told:
        list(walk(AdaptiveODE(), Broken(), schedule, noise(schedule), [100, 20, 0]))
    assert told.value.field == "tolerance"
