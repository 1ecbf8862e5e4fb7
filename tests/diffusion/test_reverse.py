import itertools
import math
from collections.abc import Callable, Iterator

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from diffvis.diffusion import (
    CLIPS,
    VARIANCES,
    GaussianMixtureDenoiser,
    NetworkDenoiser,
    NoiseSchedule,
    ReverseStep,
    ddim_inversion,
    q_sample,
    timesteps,
)
from diffvis.diffusion.reverse import SPACINGS, spaced_timesteps
from diffvis.sampling.walk import ancestral, ddim, dpm_solver


class Network(nn.Module):
    """Small and untrained, with a layer that tells training mode from eval mode."""

    def __init__(self, learns_variance: bool = False) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        self.weight = nn.Parameter(torch.randn(2, 2, generator=generator))
        self.dropout = nn.Dropout(0.5)
        self.factor = 2 if learns_variance else 1
        self.times: list[Tensor] = []

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        self.times.append(t)
        out = torch.tanh(self.dropout(x_t) @ self.weight)
        return torch.cat([out] * self.factor, dim=1)


Sampler = Callable[..., Iterator[ReverseStep]]


def every_sampler(schedule: NoiseSchedule) -> dict[str, Sampler]:
    """All samplers, called as (denoiser, x_T, timesteps, generator)."""
    return {
        "ancestral": lambda d, x, ts, g: ancestral(d, schedule, x, ts, generator=g),
        "ddim": lambda d, x, ts, g: ddim(d, schedule, x, ts, eta=0.5, generator=g),
        "solver": lambda d, x, ts, g: dpm_solver(d, schedule, x, ts),
        "inversion": lambda d, x, ts, g: ddim_inversion(d, schedule, x, ts),
    }


SAMPLERS = ("ancestral", "ddim", "solver", "inversion")


@given(st.data())
def test_timesteps_fall_strictly_from_T_to_0(data: st.DataObject) -> None:
    T = data.draw(st.integers(1, 4000))
    n = data.draw(st.integers(1, T))
    found = timesteps(T, n)
    assert len(found) == n + 1
    assert (found[0], found[-1]) == (T, 0)
    strides = [t - s for t, s in itertools.pairwise(found)]
    assert all(isinstance(t, int) for t in found)
    assert min(strides) >= 1
    assert max(strides) - min(strides) <= 1


def test_timesteps_are_rounded_down() -> None:
    assert timesteps(10, 4) == [10, 7, 5, 2, 0]
    assert timesteps(5, 5) == [5, 4, 3, 2, 1, 0]
    assert timesteps(1000, 1) == [1000, 0]


@given(st.data())
def test_shifted_timesteps_fall_strictly_from_T_to_0(data: st.DataObject) -> None:
    T = data.draw(st.integers(1, 4000))
    n = data.draw(st.integers(1, T))
    shift = data.draw(st.floats(1e-3, 1e3))
    found = timesteps(T, n, shift)
    assert len(found) == n + 1
    assert (found[0], found[-1]) == (T, 0)
    assert all(t > s for t, s in itertools.pairwise(found))
    assert timesteps(T, n, 1.0) == timesteps(T, n)
    even = timesteps(T, n)
    side = max if shift > 1 else min
    assert found == [side(pair) for pair in zip(found, even, strict=True)], "all to one side"


@pytest.mark.parametrize("shift", [0.4, 2.0, 3.0])
def test_shifted_timesteps_are_those_of_diffusers(shift: float) -> None:
    diffusers = pytest.importorskip("diffusers")
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=4000, shift=shift)
    scheduler.set_timesteps(sigmas=[1 - i / 20 for i in range(20)])
    found = torch.tensor(timesteps(4000, 20, shift)[:-1])
    assert torch.all((found - scheduler.timesteps).abs() <= 1), "but for rounding down"


@pytest.mark.parametrize("T", [7, 100, 1000])
@pytest.mark.parametrize(
    ("spacing", "theirs"),
    [
        ("leading", {"timestep_spacing": "leading"}),
        ("leading+1", {"timestep_spacing": "leading", "steps_offset": 1}),
        ("linspace", {"timestep_spacing": "linspace"}),
    ],
)
def test_spaced_timesteps_are_those_of_diffusers(spacing: str, theirs: dict, T: int) -> None:
    diffusers = pytest.importorskip("diffusers")
    scheduler = diffusers.DDPMScheduler(num_train_timesteps=T, **theirs)
    for n in (1, 2, 3, 6, 10, 13, 33, 50, 99, 250, 999):
        if n < T:
            scheduler.set_timesteps(n)
            assert spaced_timesteps(T, n, spacing) == [*(scheduler.timesteps + 1).tolist(), 0]


@given(st.data())
def test_spaced_timesteps_fall_strictly(data: st.DataObject) -> None:
    T = data.draw(st.integers(1, 4000))
    n = data.draw(st.integers(1, T))
    for spacing in SPACINGS:
        found = spaced_timesteps(T, n, spacing)
        assert len(found) == n + 1
        assert all(t > s for t, s in itertools.pairwise(found))
        assert found[0] <= T and found[-1] == 0
        assert spaced_timesteps(T, T, spacing) == timesteps(T, T)
    assert spaced_timesteps(T, n, "even") == timesteps(T, n)


def test_unknown_spacings_are_refused() -> None:
    with pytest.raises(ValueError, match="leading"):
        spaced_timesteps(10, 4, "late")
    with pytest.raises(ValueError, match=r"1\.\.10"):
        spaced_timesteps(10, 11, "leading")


@pytest.mark.parametrize("shift", [0.0, -1.0, math.inf, math.nan])
def test_a_shift_is_a_number_above_0(shift: float) -> None:
    with pytest.raises(ValueError, match="shift"):
        timesteps(10, 4, shift)


@pytest.mark.parametrize("n", [0, -1, 11])
def test_more_steps_than_times_are_refused(n: int) -> None:
    with pytest.raises(ValueError, match=r"1\.\.10"):
        timesteps(10, n)


def test_every_step_is_whole(mixture: GaussianMixtureDenoiser, generator: torch.Generator) -> None:
    schedule = mixture.schedule
    x_T = torch.randn(8, 2, generator=generator)
    ts = [50, 40, 17, 3, 1, 0]
    for clip in (None, *CLIPS):
        for name in ("small", "large"):
            steps = list(
                ancestral(mixture, schedule, x_T, ts, generator=generator, clip=clip, variance=name)
            )
            check_chain(schedule, steps, x_T, ts)
            for step in steps:
                posterior = schedule.posterior(step.t, step.s)
                expected = posterior.x0 * step.x0_hat + posterior.x_t * step.x_t
                torch.testing.assert_close(step.mean, expected)
        for eta in (0.0, 0.3, 1.0):
            steps = list(ddim(mixture, schedule, x_T, ts, eta=eta, generator=generator, clip=clip))
            check_chain(schedule, steps, x_T, ts)
        check_chain(schedule, list(dpm_solver(mixture, schedule, x_T, ts, clip=clip)), x_T, ts)


def check_chain(schedule: NoiseSchedule, steps: list[ReverseStep], x_T: Tensor, ts: list) -> None:
    assert [(step.t, step.s) for step in steps] == list(itertools.pairwise(ts))
    assert steps[0].x_t is x_T
    for before, after in itertools.pairwise(steps):
        assert after.x_t is before.x_s
    for step in steps:
        torch.testing.assert_close(step.x_s, step.mean + step.std * step.noise)
        made_of = q_sample(schedule, step.x0_hat, step.t, step.eps_hat)
        torch.testing.assert_close(made_of, step.x_t, atol=1e-5, rtol=1e-5)
        if step.std == 0:
            assert not step.noise.any()
        assert not step.x_s.requires_grad
    assert steps[-1].std == 0
    torch.testing.assert_close(steps[-1].x_s, steps[-1].x0_hat, atol=1e-7, rtol=0)


def test_after_clipping_ddim_uses_the_eps_of_the_clipped_x0(schedule: NoiseSchedule) -> None:
    x_T = torch.full((1, 2), 5.0)
    (step,) = ddim(NetworkDenoiser(Network().eval()), schedule, x_T, [25, 10], clip="static")
    assert step.x0_hat_raw.abs().max() > 1
    assert step.x0_hat.abs().max() <= 1
    expected = q_sample(schedule, step.x0_hat, 10, step.eps_hat)
    torch.testing.assert_close(step.x_s, expected)


@given(st.data())
def test_ddim_with_eta_1_is_ancestral_with_the_small_variance(data: st.DataObject) -> None:
    T = data.draw(st.integers(2, 1000))
    n = data.draw(st.integers(1, min(T, 30)))
    schedule = NoiseSchedule.cosine(T)
    denoiser = NetworkDenoiser(Network().eval(), data.draw(st.sampled_from(("eps", "x0", "v"))))
    clip = data.draw(st.sampled_from((None, "static", "dynamic")))
    x_T = torch.randn(4, 2, generator=torch.Generator().manual_seed(T), dtype=torch.float64)
    denoiser.network.double()
    one, other = (torch.Generator().manual_seed(n) for _ in range(2))
    chains = zip(
        ancestral(denoiser, schedule, x_T, timesteps(T, n), generator=one, clip=clip),
        ddim(denoiser, schedule, x_T, timesteps(T, n), eta=1.0, generator=other, clip=clip),
        strict=True,
    )
    for a, b in chains:
        scale = 1 + a.x_s.abs().max().item()
        torch.testing.assert_close(a.x_s, b.x_s, atol=1e-9 * scale, rtol=1e-6)
        assert a.std == pytest.approx(b.std)


def test_ddim_with_eta_0_ignores_the_generator(
    mixture: GaussianMixtureDenoiser, generator: torch.Generator
) -> None:
    x_T = torch.randn(8, 2, generator=generator)
    state = generator.get_state()
    *_, with_one = ddim(mixture, mixture.schedule, x_T, timesteps(50, 10), generator=generator)
    *_, without = ddim(mixture, mixture.schedule, x_T, timesteps(50, 10))
    assert torch.equal(with_one.x_s, without.x_s)
    assert torch.equal(generator.get_state(), state)


def test_noise_is_drawn_once_per_step_sample_after_sample(
    mixture: GaussianMixtureDenoiser,
) -> None:
    x_T = torch.zeros(3, 2)
    again = torch.Generator().manual_seed(5)
    chain = ancestral(
        mixture,
        mixture.schedule,
        x_T,
        timesteps(50, 5),
        generator=torch.Generator().manual_seed(5),
    )
    for step in chain:
        if step.s > 0:
            assert torch.equal(step.noise, torch.randn(3, 2, generator=again))


def test_float64_chains_see_the_noise_of_float32_ones(mixture: GaussianMixtureDenoiser) -> None:
    for dtype in (torch.float32, torch.float64):
        g = torch.Generator().manual_seed(5)
        x_T = torch.zeros(3, 2, dtype=dtype)
        step = next(ancestral(mixture, mixture.schedule, x_T, [50, 25], generator=g))
        assert step.x_s.dtype == dtype
        again = torch.Generator().manual_seed(5)
        assert torch.equal(step.noise, torch.randn(3, 2, generator=again).to(dtype))


def test_learned_variance_lies_between_small_and_large(schedule: NoiseSchedule) -> None:
    class Says(nn.Module):
        def __init__(self, v: float) -> None:
            super().__init__()
            self.v = v

        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            return torch.cat([x_t, torch.full_like(x_t, self.v)], dim=1)

    x_T = torch.ones(2, 2, dtype=torch.float64)
    for t, s in ((50, 49), (40, 10), (2, 1)):
        small = schedule.posterior(t, s).variance ** 0.5
        large = schedule.variance_between(t, s) ** 0.5
        for v, expected in ((-1, small), (1, large), (0, (small * large) ** 0.5)):
            denoiser = NetworkDenoiser(Says(v), "eps", learns_variance=True)
            g = torch.Generator().manual_seed(0)
            chain = ancestral(denoiser, schedule, x_T, [t, s], generator=g, variance="learned")
            std = next(chain).std
            torch.testing.assert_close(std, torch.full_like(x_T, expected))
            fixed = ancestral(denoiser, schedule, x_T, [t, s], generator=g, variance="large")
            assert next(fixed).std == large


@pytest.mark.parametrize("variance", VARIANCES)
def test_the_last_step_adds_no_noise(schedule: NoiseSchedule, variance: str) -> None:
    denoiser = NetworkDenoiser(Network(True).eval(), "x0", learns_variance=True)
    for ts in ([50, 0], [50, 25, 0], [1, 0]):
        g = torch.Generator().manual_seed(0)
        x_T = torch.ones(2, 2)
        *_, last = ancestral(denoiser, schedule, x_T, ts, generator=g, variance=variance)
        assert last.std == 0
        assert not last.noise.any()
        assert torch.equal(last.x_s, last.x0_hat)


def test_the_network_is_asked_at_t_for_each_sample(schedule: NoiseSchedule) -> None:
    """A chain that starts at t (not T) asks at t first, not at t - 1."""
    network = Network().eval()
    ts = [30, 20, 7, 0]
    for _ in ddim(NetworkDenoiser(network, "x0"), schedule, torch.ones(3, 2), ts):
        pass
    assert [t.tolist() for t in network.times] == [[30] * 3, [20] * 3, [7] * 3]
    assert all(t.dtype == torch.int64 for t in network.times)


def test_a_noised_image_is_denoised_from_its_own_time(schedule: NoiseSchedule) -> None:
    """With the true eps at hand DDIM lands on x0 from any t, and only from that t."""
    x0, eps = torch.full((1, 2), 0.4), torch.full((1, 2), 1.3)

    class Knows(nn.Module):
        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            return eps

    for t in (1, 10, 30):
        x_t = q_sample(schedule, x0, t, eps)
        *_, last = ddim(NetworkDenoiser(Knows(), "eps"), schedule, x_t, [*range(t, -1, -1)])
        torch.testing.assert_close(last.x_s, x0)


def test_arguments_are_checked_before_the_first_step(schedule: NoiseSchedule) -> None:
    denoiser, x_T, g = NetworkDenoiser(Network()), torch.zeros(1, 2), torch.Generator()
    for ts in ([], [10, 10, 0], [0, 10], [51, 0], [10, -1]):
        for sampler in every_sampler(schedule).values():
            with pytest.raises(ValueError, match="timesteps must"):
                sampler(denoiser, x_T, ts, g)
    with pytest.raises(ValueError, match="'hard'"):
        ddim(denoiser, schedule, x_T, [50, 0], clip="hard")
    with pytest.raises(ValueError, match="variance is one of"):
        ancestral(denoiser, schedule, x_T, [50, 0], generator=g, variance="middle")
    with pytest.raises(ValueError, match="learns its variance"):
        ancestral(denoiser, schedule, x_T, [50, 0], generator=g, variance="learned")
    for eta in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="eta must lie in"):
            ddim(denoiser, schedule, x_T, [50, 0], eta=eta, generator=g)
    with pytest.raises(ValueError, match="needs a generator"):
        ddim(denoiser, schedule, x_T, [50, 0], eta=0.5)
    with pytest.raises(ValueError, match="at least 1"):
        ddim_inversion(denoiser, schedule, x_T, [50, 0], iterations=0)


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("grad", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_the_callers_modes_and_random_state_are_left_alone(
    schedule: NoiseSchedule, name: str, grad: bool, training: bool
) -> None:
    network = Network().train(training)
    denoiser = NetworkDenoiser(network, "x0")
    torch.manual_seed(0)
    x_T = torch.ones(2, 2)
    # Dropout in training mode draws from the global generator: that is the network's doing.
    network.dropout.p = 0.0
    state = torch.get_rng_state()
    with torch.set_grad_enabled(grad):
        chain = every_sampler(schedule)[name](denoiser, x_T, timesteps(50, 5), torch.Generator())
        for i, step in enumerate(chain):
            assert torch.is_grad_enabled() == grad
            assert network.training == network.dropout.training == training
            assert not step.x_s.requires_grad
            assert not step.x_s.is_inference()
            if i == 2:
                break
        assert torch.is_grad_enabled() == grad
        chain.close()
        assert torch.is_grad_enabled() == grad
        with pytest.raises(StopIteration):
            next(chain)
    assert torch.equal(torch.get_rng_state(), state)
    assert network.training == training
    assert network.weight.grad is None


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_forgotten_chain_and_one_that_fails_leave_gradients_on(
    schedule: NoiseSchedule, name: str
) -> None:
    class Fails(nn.Module):
        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            if len(seen) == 1:
                raise RuntimeError("out of memory")
            seen.append(t)
            return x_t

    seen: list[Tensor] = []
    chain = every_sampler(schedule)[name](
        NetworkDenoiser(Fails(), "x0"), torch.ones(2, 2), timesteps(50, 5), torch.Generator()
    )
    next(chain)
    with pytest.raises(RuntimeError, match="out of memory"):
        next(chain)
    assert torch.is_grad_enabled()
    seen.clear()
    chain = every_sampler(schedule)[name](
        NetworkDenoiser(Fails(), "x0"), torch.ones(2, 2), timesteps(50, 5), torch.Generator()
    )
    next(chain)
    del chain
    assert torch.is_grad_enabled()


def test_two_chains_and_a_training_step_may_take_turns(schedule: NoiseSchedule) -> None:
    denoiser = NetworkDenoiser(Network().eval(), "x0")
    x_T = torch.ones(2, 2)

    def start() -> Iterator[ReverseStep]:
        g = torch.Generator().manual_seed(1)
        return ancestral(denoiser, schedule, x_T, timesteps(50, 8), generator=g)

    alone = [step.x_s for step in start()]
    for index, (one, other) in enumerate(zip(start(), start(), strict=True)):
        loss = denoiser(one.x_s, torch.tensor([1, 1])).square().sum()
        loss.backward()
        assert torch.equal(one.x_s, other.x_s)
        assert torch.equal(one.x_s, alone[index])
    assert denoiser.network.weight.grad is not None
