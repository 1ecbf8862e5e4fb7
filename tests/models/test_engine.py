"""A chain that somebody waits for is that of the network as it is, but for rounding."""

import math
from dataclasses import replace

import pytest
import torch

from diffvis.diffusion import make_schedule
from diffvis.diffusion.prediction import NetworkDenoiser
from diffvis.models import engine, tracing
from diffvis.models.engine import HurriedDenoiser, LaidOut, captured, choose
from diffvis.models.model import Model, open_model
from diffvis.networks import make_network
from diffvis.sampling.chain import run_chain
from diffvis.sampling.recording import LONG, Recording
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings

SETTINGS = ChainSettings(count=2, label=EVERY_CLASS, guidance=2.0)


@pytest.fixture(autouse=True)
def nothing_tried_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(engine.VARIABLE)
    monkeypatch.setattr(tracing, "made", 0)
    monkeypatch.setattr(engine, "_chosen", {})


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels last are taken however long they take here."""
    monkeypatch.setattr(engine, "WORTH", math.inf)


@pytest.fixture
def model() -> Model:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = make_network("unet", (1, 28, 28), T=LONG, num_classes=3, channels=(8, 16), patch=2)
        for weights in made.parameters():  # the last layers begin at zero
            torch.nn.init.normal_(weights, std=0.1)
    return replace(
        open_model("digits"),
        denoiser=NetworkDenoiser(made.eval().requires_grad_(False), "eps"),
        schedule=make_schedule("cosine", LONG),
        shape=(1, 28, 28),
        num_classes=3,
    )


def walked(recording: Recording) -> Recording:
    while not recording.complete:
        recording.advance()
    return recording


def test_channels_last_give_the_chain_but_for_rounding(model: Model, taken: None) -> None:
    chain = walked(Recording(model, SETTINGS, hurried=True))
    assert isinstance(model.hurried.denoiser, HurriedDenoiser)
    assert not model.hurried.denoiser.exact
    assert next(iter(engine._chosen.values())).channels_last
    for ours, theirs in zip(chain.replay(), run_chain(model, SETTINGS), strict=True):
        torch.testing.assert_close(ours.x_s, theirs.x_s, rtol=0, atol=1e-3)


def test_a_file_is_not_made_of_what_rounds_otherwise(model: Model, taken: None) -> None:
    assert not walked(Recording(model, SETTINGS, hurried=True)).holds(model, SETTINGS)
    kept = walked(Recording(model, SETTINGS))
    assert kept.holds(model, SETTINGS)
    *_, last = run_chain(model, SETTINGS)
    assert torch.equal(kept.steps[-1].x_s, last.x_s)


def test_where_it_is_no_faster_the_answers_are_those_of_the_network(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WORTH", 0.0)
    chain = walked(Recording(model, SETTINGS, hurried=True))
    assert chain.holds(model, SETTINGS)
    *_, last = run_chain(model, SETTINGS)
    assert torch.equal(chain.steps[-1].x_s, last.x_s)
    assert len(engine._chosen) == 1, "one trial serves both branches of the guidance"


def test_whoever_wants_none_has_none(
    model: Model, taken: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(engine.VARIABLE, engine.PLAIN)
    assert walked(Recording(model, SETTINGS, hurried=True)).holds(model, SETTINGS)
    assert engine._chosen == {}


def test_another_model_of_the_same_build_is_not_tried(model: Model, taken: None) -> None:
    inputs = torch.zeros(2, 1, 28, 28), torch.ones(2, dtype=torch.int64)
    first = choose(model.denoiser, inputs)
    assert choose(replace(model.denoiser, predicts="v"), inputs) is first
    assert len(engine._chosen) == 1


def test_small_samples_are_not_worth_a_trial() -> None:
    digits = open_model("digits")
    inputs = torch.zeros(2, 1, 8, 8), torch.ones(2, dtype=torch.int64)
    assert not choose(digits.denoiser, inputs).channels_last
    assert engine._chosen == {}


class Fickle(torch.nn.Conv2d):
    """Answers otherwise where the channels are last."""

    def forward(self, x_t: torch.Tensor, *_: torch.Tensor) -> torch.Tensor:
        return super().forward(x_t) + x_t.is_contiguous(memory_format=torch.channels_last)


def test_what_answers_otherwise_is_not_taken(taken: None) -> None:
    inputs = torch.ones(2, 3, 28, 28), torch.ones(2, dtype=torch.int64)
    fickle = NetworkDenoiser(Fickle(3, 3, 1).requires_grad_(False), "eps")
    assert not choose(fickle, inputs).channels_last
    plain = NetworkDenoiser(Plain(3, 3, 1).requires_grad_(False), "eps")
    assert choose(plain, inputs).channels_last


class Plain(torch.nn.Conv2d):
    def forward(self, x_t: torch.Tensor, *_: torch.Tensor) -> torch.Tensor:
        return super().forward(x_t)


class Stubborn(torch.nn.Conv2d):
    """Cannot be copied."""

    def __deepcopy__(self, memo: object) -> "Stubborn":
        raise TypeError("there is but one")

    def forward(self, x: torch.Tensor, *_: object) -> torch.Tensor:
        return super().forward(x)


def test_a_network_that_cannot_be_copied_is_asked_as_it_is(model: Model, taken: None) -> None:
    own = replace(
        model, denoiser=NetworkDenoiser(Stubborn(1, 1, 3, padding=1).eval()), num_classes=0
    )
    settings = ChainSettings(count=2)
    assert walked(Recording(own, settings, hurried=True)).holds(own, settings)
    assert "there is but one" in next(iter(engine._chosen.values())).words


def test_weights_that_change_are_followed(model: Model) -> None:
    laid = LaidOut(model.denoiser)
    x_t, t = torch.randn(2, 1, 28, 28), torch.tensor([3, 40])
    for weights in model.denoiser.network.parameters():
        weights.mul_(0.5)
    laid.follow()
    torch.testing.assert_close(laid(x_t, t), model.denoiser(x_t, t), rtol=1e-4, atol=1e-5)


def test_without_cuda_there_is_no_graph(model: Model) -> None:
    inputs = torch.zeros(2, 1, 28, 28), torch.ones(2, dtype=torch.int64)
    assert captured(model.denoiser, inputs) is None


@pytest.mark.gpu
def test_a_graph_answers_what_the_network_answers(model: Model) -> None:
    there = model.on("cuda")
    graph = captured(
        there.denoiser,
        (torch.zeros(2, 1, 28, 28).cuda(), torch.ones(2, dtype=torch.int64).cuda()),
    )
    assert graph is not None
    for time in (3, 40):
        x_t, t = torch.randn(2, 1, 28, 28).cuda(), torch.full((2,), time).cuda()
        torch.testing.assert_close(graph(x_t, t), there.denoiser(x_t, t), rtol=1e-4, atol=1e-5)
