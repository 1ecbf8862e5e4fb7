"""A recorded chain shows at each t what the chain had there."""

from dataclasses import replace

import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.errors import UserError
from diffvis.models.model import Model, exact_model, open_model
from diffvis.sampling.beginning import Beginning, freeze
from diffvis.sampling.chain import run_chain
from diffvis.sampling.recording import LONG, Recording
from diffvis.sampling.settings import ChainSettings


@pytest.fixture(scope="module")
def model() -> Model:
    return exact_model(open_dataset("swiss-roll"), make_schedule("cosine", 100), limit=2_000)


@pytest.fixture
def walked(model: Model) -> Recording:
    return walk(Recording(model, ChainSettings(steps=8, count=5, seed=3)))


def walk(recording: Recording) -> Recording:
    while not recording.complete:
        recording.advance()
    return recording


def test_the_visited_times_are_the_chains(walked: Recording) -> None:
    assert walked.complete
    assert [step.t for step in walked.steps] == list(walked.times[:0:-1])
    assert walked.frontier == 0
    assert walked.timeline.frontier is None


def test_x_at_is_the_state_at_that_time(walked: Recording) -> None:
    for step in run_chain(walked.model, walked.settings):
        assert torch.equal(walked.x_at(step.t), step.x_t)
        assert torch.equal(walked.x_at(step.s), step.x_s)
        assert torch.equal(walked.x0_hat_at(step.t), step.x0_hat)
        assert walked.step_from(step.t).s == step.s
    assert walked.step_from(0) is walked.step_from(step.t)
    assert torch.equal(walked.x0_hat_at(0), walked.x_at(0))


def test_a_long_chain_is_the_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diffvis.models.tracing.made", 0)
    asked = []
    model = open_model("digits")
    model.denoiser.network.register_forward_pre_hook(lambda *_: asked.append(1))
    walked = walk(Recording(model, ChainSettings(steps=LONG, count=3)))
    assert len(asked) < LONG // 2, "its network is traced"
    for step in run_chain(model, walked.settings):
        assert torch.equal(walked.x_at(step.s), step.x_s)


CHAINS = (
    ChainSettings(sampler="ddpm", steps=10, variance="small", clip="static"),
    ChainSettings(sampler="ddpm", steps=10, variance="large", clip="dynamic"),
    ChainSettings(sampler="ddim", steps=10, clip="static"),
    ChainSettings(sampler="ddim", steps=10, eta=0.7, clip="none"),
    ChainSettings(sampler="dpm-solver", steps=10, clip="static"),
)


@pytest.mark.parametrize("settings", CHAINS, ids=str)
def test_the_parts_of_a_step_are_the_samplers(model: Model, settings: ChainSettings) -> None:
    recording = walk(Recording(model, settings))
    before = None
    for step in run_chain(model, settings):
        again = recording.step_from(step.t)
        assert torch.equal(again.mean, step.mean)
        assert torch.equal(again.x0_hat, step.x0_hat)
        assert again.std == step.std
        torch.testing.assert_close(again.eps_hat, step.eps_hat)
        torch.testing.assert_close(again.std * again.noise, step.std * step.noise)
        assert recording.time_before(step.t) == (before and before.t)
        before = step


def test_between_two_visited_times_the_upper_one_is_shown(walked: Recording) -> None:
    lower, upper = walked.times[2:4]
    assert upper - lower > 1, "the stride leaves a time in between"
    assert torch.equal(walked.x_at(lower + 1), walked.x_at(upper))
    assert walked.step_from(lower + 1).t == upper


def test_a_chain_on_its_way_shows_nothing_beyond_its_frontier(walked: Recording) -> None:
    part = Recording(walked.model, walked.settings)
    assert part.x_at(3) is None and part.step_from(3) is None
    for _ in range(3):
        part.advance()
    assert not part.complete
    assert part.frontier == walked.steps[2].s
    assert part.timeline.limit(0) == walked.steps[2].s
    assert torch.equal(part.x_at(0), walked.steps[2].x_s)


def test_a_thousand_steps_of_64_pictures_are_kept_whole(model: Model) -> None:
    T = 1000
    pictures = replace(model, shape=(1, 28, 28), schedule=make_schedule("linear", T))
    recording = Recording(pictures, ChainSettings(count=64), limit=512 * 2**20)
    assert recording.stride == 1
    assert len(recording.times) == T + 1
    assert recording.bytes_at_most == (1 + 2 * T) * 64 * 28 * 28 * 4


def test_what_does_not_fit_is_thinned_out_and_stays_the_same_chain(model: Model) -> None:
    settings = ChainSettings(count=100)
    whole = walk(Recording(model, settings))
    limit = whole.bytes_at_most // 4
    thin = Recording(model, settings, limit=limit)
    while not thin.complete:
        thin.advance()
        assert thin.frontier in thin.times
        assert thin.bytes <= limit
    assert thin.stride > 1
    assert thin.bytes_at_most == sum(
        x.nbytes for step in thin.steps for x in (step.x_t, step.x_s, step.x0_hat_raw)
    )
    assert set(thin.times) < set(whole.times)
    for t in thin.times:
        assert torch.equal(thin.x_at(t), whole.x_at(t))
        assert torch.equal(thin.step_from(t).mean, whole.step_from(t).mean)


def test_the_step_of_one_sample_is_its_part(walked: Recording) -> None:
    t = walked.times[3]
    whole, one = walked.step_from(t), walked.step_from(t, 2)
    assert walked.left_time(t) == whole.t == one.t
    for name in ("x_t", "x_s", "x0_hat", "eps_hat", "mean", "noise"):
        assert torch.equal(getattr(one, name), getattr(whole, name)[2:3])


def test_memory_is_what_the_tensors_take(walked: Recording) -> None:
    tensors = [
        walked.steps[0].x_t,
        *(x for step in walked.steps for x in (step.x_s, step.x0_hat_raw)),
    ]
    assert walked.bytes == walked.bytes_at_most == sum(x.nbytes for x in tensors)


def test_a_chain_goes_on_from_the_middle_of_another(walked: Recording) -> None:
    t = walked.times[4]
    again = Recording(walked.model, walked.settings, beginning=freeze(walked.x_at(t), 2, t))
    frozen = walked.x_at(t)[2].expand_as(walked.x_at(t))
    walk(again)
    assert again.start == t
    assert again.times == tuple(time for time in walked.times if time <= t)
    assert torch.equal(again.x_at(t), frozen)
    assert torch.equal(again.x_at(walked.model.schedule.T), frozen), "nothing is before"


def test_a_chain_that_does_not_fit_is_refused(model: Model) -> None:
    with pytest.raises(UserError, match=r"recording .* takes 781 KB a moment"):
        Recording(model, ChainSettings(count=100_000), limit=2**20)


def test_a_shorter_chain_cannot_begin_where_a_longer_one_does(model: Model) -> None:
    short = replace(model, schedule=make_schedule("cosine", 3))
    beginning = Beginning(torch.zeros(2), 20, "a point")
    Recording(model, ChainSettings(count=2), beginning=beginning)
    with pytest.raises(UserError, match="cannot begin at t = 20"):
        Recording(short, ChainSettings(count=2), beginning=beginning)
