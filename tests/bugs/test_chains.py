"""Each wrong chain, beside its wrong formula written out by hand."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt

import pytest
import torch
from torch import Tensor

from diffvis.bugs.catalogue import BUGS
from diffvis.bugs.chains import chain_with
from diffvis.data.scaling import Scaling
from diffvis.diffusion import NoiseSchedule, ReverseStep, make_schedule
from diffvis.diffusion.ideal import ExactDenoiser
from diffvis.errors import UserError
from diffvis.models.model import Model, open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.recording import Recording
from diffvis.sampling.settings import ChainSettings

T = 50
SCHEDULE = make_schedule("linear", T)
SETTINGS = ChainSettings(count=6, seed=4, clip="none")


@dataclass
class Told:
    """A denoiser of eps that notes what it is told, and answers with something of x_t and t."""

    predicts = "eps"

    def __init__(self) -> None:
        self.times: list[int] = []

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        self.times.append(int(t[0]))
        return (x_t * 0.7).tanh() + t.to(x_t)[:, None] / 100


def model(denoiser: object | None = None, schedule: NoiseSchedule = SCHEDULE) -> Model:
    scaling = Scaling((0.0, 0.0), (1.0, 1.0))
    return Model("stub", denoiser or Told(), schedule, (2,), "none", scaling)


def walked(name: str, settings: ChainSettings = SETTINGS, **changes) -> list[ReverseStep]:
    return list(chain_with(name)(model(), settings.changed(**changes)))


def values(t: int, s: int) -> dict[str, float]:
    """The numbers of the papers at one step, from beta alone."""
    beta = SCHEDULE.beta.tolist()
    kept = [1.0]
    for b in beta[1:]:
        kept.append(kept[-1] * (1 - b))
    step = 1 - kept[t] / kept[s]
    return {
        "a": kept[t], "a_s": kept[s], "beta": step, "alpha": 1 - step,
        "small": sqrt(step * (1 - kept[s]) / (1 - kept[t])), "one": beta[t],
    }  # fmt: skip


MEANS: dict[str, Callable[[ReverseStep, dict[str, float]], Tensor]] = {
    "alpha-for-its-root": lambda k, v: (
        (k.x_t - v["beta"] / sqrt(1 - v["a"]) * k.eps_hat) / v["alpha"]
    ),
    "eps-without-root": lambda k, v: (
        (k.x_t - v["beta"] / (1 - v["a"]) * k.eps_hat) / sqrt(v["alpha"])
    ),
    "ddim-direction-sigma": lambda k, v: sqrt(v["a_s"]) * k.x0_hat + v["small"] * k.eps_hat,
    "ddim-sigma-not-subtracted": lambda k, v: (
        sqrt(v["a_s"]) * k.x0_hat + sqrt(1 - v["a_s"]) * k.eps_hat
    ),
}


@pytest.mark.parametrize("name", MEANS)
def test_a_wrong_mean_is_wrong_as_it_is_written(name: str) -> None:
    of_ddim = BUGS[name].compare["sampler"] == "ddim"
    for step in walked(name, **({"sampler": "ddim", "eta": 1.0, "steps": 10} if of_ddim else {})):
        if step.s:
            wrong = MEANS[name](step, values(step.t, step.s))
            assert torch.allclose(step.mean, wrong, atol=1e-4, rtol=1e-4), step.t


def test_the_square_of_sigma_and_beta_for_the_posterior() -> None:
    for step in walked("variance-for-sigma", variance="small"):
        assert step.std == pytest.approx(values(step.t, step.s)["small"] ** 2)
    for step in walked("beta-for-posterior-variance", variance="small"):
        expected = sqrt(values(step.t, step.s)["beta"]) if step.s else 0.0
        assert step.std == pytest.approx(expected)


def test_noise_is_added_in_the_last_step() -> None:
    *_, last = walked("noise-in-last-step", steps=10)
    assert last.s == 0
    sigma = sqrt(values(last.t, 0)["beta"])
    assert torch.allclose(last.x_s, last.mean + sigma * last.noise)
    assert last.noise.abs().min() > 0


def test_a_stride_with_the_noise_of_one_step() -> None:
    for step in walked("stride-of-one-step", steps=10, variance="large"):
        if step.s:
            assert step.std == pytest.approx(sqrt(values(step.t, step.s)["one"]))


def test_x_t_is_clipped_and_x0_hat_is_not() -> None:
    steps = walked("clip-x-t", clip="static")
    assert all(step.x_s.abs().max() <= 1 for step in steps)
    assert any(step.x0_hat.abs().max() > 1 for step in steps)
    assert all(torch.equal(a.x_s, b.x_t) for a, b in pairwise(steps))


def test_the_last_step_is_left_out() -> None:
    right = list(run_chain(model(), SETTINGS))
    wrong = walked("last-step-missing")
    assert torch.equal(wrong[-1].x_s, right[-1].x_t)


def test_the_network_is_told_where_the_step_ends() -> None:
    told = Told()
    list(chain_with("network-told-s")(model(told), SETTINGS.changed(steps=10)))
    assert told.times == [45, 40, 35, 30, 25, 20, 15, 10, 5, 1]


def test_an_answer_is_misread() -> None:
    step = walked("eps-read-as-v", sampler="ddim")[3]
    said = Told()(step.x_t, torch.full((6,), step.t))
    a = values(step.t, 0)["a"]
    assert torch.allclose(step.x0_hat_raw, sqrt(a) * step.x_t - sqrt(1 - a) * said, atol=1e-5)


def test_uniform_noise_lies_in_0_to_1() -> None:
    steps = walked("uniform-noise")
    for z in (steps[0].x_t, *(step.noise for step in steps[:-1])):
        assert z.min() >= 0 and z.max() <= 1
    assert not steps[-1].noise.any()


WRONG_NOISINGS = (
    "beta-for-alpha-bar", "sqrt-forgotten", "noise-sqrt-forgotten", "t-off-by-one", "data-in-0-1",
)  # fmt: skip


@pytest.mark.parametrize("name", WRONG_NOISINGS)
def test_a_stand_in_answers_as_the_best_network_that_was_trained_so(name: str) -> None:
    """Two members: then E[eps | x_t] of the wrong noising is known without any network."""
    members = torch.tensor([[[[1.0]]], [[[-0.5]]]])
    fine = make_schedule("linear", 1000)  # so that the nearest of the sound times is near
    usual = Scaling((0.5,), (0.5,))  # of images: [0, 1] becomes [-1, 1]
    exact = replace(model(ExactDenoiser(members, fine), fine), shape=(1, 1, 1), scaling=usual)
    step = list(chain_with(name)(exact, SETTINGS.changed(sampler="ddim", steps=20)))[12]
    global_beta = fine.beta.tolist()
    kept = [1.0]
    for b in global_beta[1:]:
        kept.append(kept[-1] * (1 - b))
    t = step.t
    a, before, one = kept[t], kept[t - 1], global_beta[t]
    signal, noise, offset = {
        "beta-for-alpha-bar": (sqrt(1 - one), sqrt(one), 0.0),
        "sqrt-forgotten": (a, 1 - a, 0.0),
        "noise-sqrt-forgotten": (sqrt(a), 1 - a, 0.0),
        "t-off-by-one": (sqrt(before), sqrt(1 - before), 0.0),
        "data-in-0-1": (sqrt(a) / 2, sqrt(1 - a), sqrt(a) / 2),
    }[name]
    x = step.x_t.flatten()[:, None].double()
    drawn = (x - offset - signal * members.flatten()) / noise  # eps, if it was this member
    weight = (-(drawn**2) / 2).softmax(dim=1)
    eps = (weight * drawn).sum(dim=1)
    assert torch.allclose(step.eps_hat.flatten().double(), eps, atol=0.02, rtol=0.02)


def test_betas_that_are_not_rescaled_leave_much_of_the_picture() -> None:
    schedule = NoiseSchedule.linear(100)
    members = torch.tensor([[3.0, 3.0], [3.0, 3.0]])
    made = model(ExactDenoiser(members, schedule), schedule)
    steps = list(chain_with("betas-not-rescaled")(made, SETTINGS))
    beta = torch.linspace(1e-4, 0.02, 100, dtype=torch.float64)
    mean = (1 - beta).prod().sqrt()
    expected = (steps[0].x_t - mean * 3) / (1 - mean**2).sqrt()
    assert float(mean) ** 2 == pytest.approx(0.364, abs=0.001)
    assert torch.allclose(steps[0].eps_hat.double(), expected.double(), atol=0.1)


def test_dropout_that_stays_on_answers_twice_differently() -> None:
    digits = open_model("digits")
    settings = ChainSettings(count=2, steps=3, sampler="ddim", label=1)
    first, second = (
        list(chain_with("train-mode")(digits, settings))[-1].x_s for _ in range(2)
    )  # fmt: skip
    assert not torch.equal(first, second)
    assert not digits.denoiser.network.training


@pytest.mark.parametrize(
    ("name", "changes", "problem"),
    [
        ("ddim-direction-sigma", {"sampler": "ddpm"}, "a bug of ddim"),
        ("eps-without-root", {"sampler": "dpm-solver"}, "a bug of ddpm"),
        ("t-off-by-one", {"sampler": "heun"}, "those of ddpm and ddim"),
        ("stride-of-one-step", {}, "no step is a stride"),
        ("data-in-0-1", {}, "no range"),
        ("train-mode", {}, "no network"),
        ("ema-unused", {}, "no network"),
    ],
)  # fmt: skip
def test_what_would_show_nothing_is_refused(name: str, changes: dict, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        next(chain_with(name)(model(), SETTINGS.changed(**changes)))
    with pytest.raises(UserError, match="T = 1,000"):
        long = model(schedule=make_schedule("linear", 1000))
        next(chain_with("betas-not-rescaled")(long, SETTINGS))


def test_a_division_by_zero_leaves_nothing_unless_x0_hat_is_clipped() -> None:
    assert not walked("cosine-not-clipped")[-1].x_s.isfinite().any()
    clipped = walked("cosine-not-clipped", clip="static")
    assert clipped[0].x0_hat.abs().eq(1).all(), "which is saturated"
    assert clipped[-1].x_s.isfinite().all()


@pytest.mark.parametrize(("name", "sound"), [("", True), ("noise-in-last-step", False)])
def test_a_recording_with_a_bug_is_not_taken_for_the_sound_chain(name: str, sound: bool) -> None:
    made = model()
    recording = Recording(made, SETTINGS, run=chain_with(name))
    while not recording.complete:
        recording.advance()
    assert recording.holds(made, SETTINGS) == sound


def test_the_network_is_told_where_the_step_ends_also_where_the_steps_differ() -> None:
    told = Told()
    settings = SETTINGS.changed(steps=7, spacing="linspace")
    list(chain_with("network-told-s")(model(told), settings))
    *ends, last = settings.times(T)[1:]
    assert told.times == [*ends, 1] and last == 0
