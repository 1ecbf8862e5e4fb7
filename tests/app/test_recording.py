"""A recorded chain shows at each t what the chain had there."""

from dataclasses import replace

import pytest
import torch

from diffvis.app.recording import Recording
from diffvis.app.session import Session
from diffvis.diffusion import make_schedule
from diffvis.errors import UserError
from diffvis.training.sampling import ChainSettings, run_chain


@pytest.fixture
def walked(session: Session) -> Recording:
    recording = Recording(session.model, ChainSettings(steps=8, count=5, seed=3))
    recording.steps.extend(run_chain(recording.model, recording.settings))
    return recording


def test_the_visited_times_are_the_chains(walked: Recording) -> None:
    assert walked.complete
    assert [step.t for step in walked.steps] == list(walked.times[:0:-1])
    assert walked.frontier == 0
    assert walked.timeline.frontier is None


def test_x_at_is_the_state_at_that_time(walked: Recording) -> None:
    for step in walked.steps:
        assert torch.equal(walked.x_at(step.t), step.x_t)
        assert torch.equal(walked.x_at(step.s), step.x_s)
        assert walked.step_from(step.t) is step
    assert walked.step_from(0) is walked.steps[-1]


def test_between_two_visited_times_the_upper_one_is_shown(walked: Recording) -> None:
    lower, upper = walked.times[2:4]
    assert upper - lower > 1, "the stride leaves a time in between"
    assert torch.equal(walked.x_at(lower + 1), walked.x_at(upper))
    assert walked.step_from(lower + 1).t == upper


def test_a_chain_on_its_way_shows_nothing_beyond_its_frontier(walked: Recording) -> None:
    part = Recording(walked.model, walked.settings)
    assert part.x_at(3) is None and part.step_from(3) is None
    part.steps.extend(walked.steps[:3])
    assert not part.complete
    assert part.timeline.limit(0) == walked.steps[2].s
    assert torch.equal(part.x_at(0), walked.steps[2].x_s)


def test_a_chain_that_does_not_fit_is_refused(session: Session) -> None:
    settings = ChainSettings(count=100_000)
    with pytest.raises(UserError, match=r"recording .* MB: the limit is 1024 MB"):
        Recording(replace(session.model, schedule=make_schedule("linear", 1000)), settings)
