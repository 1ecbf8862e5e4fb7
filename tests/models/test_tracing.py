"""A traced model gives the chains of the eager one, to the bit."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.diffusion.prediction import NetworkDenoiser
from diffvis.models import tracing
from diffvis.models.model import Model, exact_model, open_model
from diffvis.models.tracing import MOST, PATIENCE
from diffvis.networks import make_network
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings

SHIPPED = ("swiss-roll", "digits")
STEPS = 2 * PATIENCE


@pytest.fixture(autouse=True)
def nothing_recorded_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "made", 0)


class Calls(torch.nn.Module):
    """Counts how often Python was asked for an answer."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network
        self.count = 0

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        self.count += 1
        return self.network(*inputs)


def counted(model: Model) -> tuple[Model, Calls]:
    calls = Calls(model.denoiser.network).eval()
    return replace(model, denoiser=replace(model.denoiser, network=calls)), calls


def assert_same_chains(model: Model, settings: ChainSettings) -> None:
    """Of both, and that it was not the eager network that answered twice."""
    traced = run_chain(model.traced, settings)
    for ours, theirs in zip(run_chain(model, settings), traced, strict=True):
        assert torch.equal(ours.x_s, theirs.x_s)
        assert torch.equal(ours.x0_hat, theirs.x0_hat)
    assert tracing.made > 0


@pytest.mark.parametrize("name", SHIPPED)
def test_a_traced_chain_is_the_chain(name: str) -> None:
    assert_same_chains(open_model(name), ChainSettings(count=3, steps=STEPS))


def test_classes_and_guidance() -> None:
    model = open_model("digits")
    for guidance in (0.0, 1.0, 2.5):
        settings = ChainSettings(count=4, steps=STEPS, label=EVERY_CLASS, guidance=guidance)
        assert_same_chains(model, settings)


@pytest.mark.parametrize(
    ("network", "options"),
    [("unet", {"channels": (8, 16), "patch": 2}), ("unet-classic", {"width": 8})],
)
def test_sides_that_no_level_divides_and_a_learned_variance(network: str, options: dict) -> None:
    made = make_network(network, (1, 9, 7), T=20, learns_variance=True, **options).eval()
    torch.nn.init.normal_(made.last.weight)
    model = replace(
        open_model("digits"),
        denoiser=NetworkDenoiser(made, "eps", learns_variance=True),
        schedule=make_schedule("cosine", 20),
        shape=(1, 9, 7),
        num_classes=0,
    )
    assert_same_chains(model, ChainSettings(count=2, variance="learned"))


def test_python_is_asked_until_the_network_is_recorded_and_never_again() -> None:
    model, calls = counted(open_model("digits"))
    list(run_chain(model.traced, ChainSettings(count=2, steps=PATIENCE - 1)))
    assert tracing.made == 0, "short chains are not worth it"
    list(run_chain(model.traced, ChainSettings(count=2, steps=STEPS)))
    recorded = calls.count
    assert recorded < PATIENCE + 3
    list(run_chain(model.traced, ChainSettings(count=2, steps=STEPS)))
    assert calls.count == recorded
    list(run_chain(model.traced, ChainSettings(count=3, steps=STEPS)))
    assert tracing.made == 2, "another number of samples is recorded for itself"


def test_the_weights_are_the_networks_own() -> None:
    model, _ = counted(open_model("swiss-roll"))
    settings = ChainSettings(count=3, steps=STEPS)
    list(run_chain(model.traced, settings))
    for parameter in model.denoiser.network.parameters():
        parameter.data.mul_(0.5)
    ours = [step.x_s for step in run_chain(model, settings)]
    theirs = [step.x_s for step in run_chain(model.traced, settings)]
    assert torch.equal(torch.stack(ours), torch.stack(theirs))


def test_where_it_cannot_be_recorded_the_network_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise RuntimeError("torch.jit is no more")

    monkeypatch.setattr(torch.jit, "trace", gone)
    model, calls = counted(open_model("swiss-roll"))
    assert_same_chains(model, ChainSettings(count=3, steps=STEPS))
    assert calls.count == 2 * STEPS + 1, "once more to see what it does"


def test_only_so_many_are_recorded() -> None:
    model, calls = counted(open_model("swiss-roll"))
    for count in range(1, MOST + 3):
        list(run_chain(model.traced, ChainSettings(count=count, steps=PATIENCE)))
    assert tracing.made == MOST
    before = calls.count
    list(run_chain(model.traced, ChainSettings(count=MOST + 2, steps=STEPS)))
    assert calls.count == before + STEPS


def test_what_is_no_network_stays_what_it_is() -> None:
    exact = exact_model(open_dataset("swiss-roll"), make_schedule("cosine", 40), limit=50)
    assert exact.traced is exact


class Halves(torch.nn.Module):
    """Another layer for the first half of the way; ``late`` says which it is."""

    def __init__(self, late: Callable[[torch.Tensor], bool]) -> None:
        super().__init__()
        self.late = late
        self.first, self.second = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)

    def forward(
        self, x: torch.Tensor, t: torch.Tensor, labels: torch.Tensor | None = None
    ) -> torch.Tensor:
        return self.first(x) if self.late(t) else self.second(x)


LOOKS = {
    "if": lambda t: t[0] > 20,
    "any": lambda t: (t > 20).any(),
    "item": lambda t: t[0].item() > 20,
    "int": lambda t: int(t[0]) > 20,
    "equal": lambda t: not torch.equal(t, t.clamp(max=20)),
    "list": lambda t: t.tolist()[0] > 20,
    "numpy": lambda t: t.numpy()[0] > 20,
}


@pytest.mark.parametrize("late", LOOKS.values(), ids=LOOKS)
def test_a_network_that_looks_at_t_is_asked_each_time(late: Callable[..., bool]) -> None:
    network = Halves(late).eval().requires_grad_(False)
    model = replace(open_model("swiss-roll"), denoiser=NetworkDenoiser(network))
    assert_same_chains(model, ChainSettings(count=3, steps=40))


@pytest.mark.parametrize("learns", [False, True], ids=["mean", "variance"])
@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize(
    ("name", "shape", "options"),
    [
        ("mlp", (2,), {"width": 8, "depth": 1}),
        ("unet", (1, 8, 8), {"channels": (8, 16)}),
        ("unet", (3, 16, 16), {"channels": (8, 16), "attention": True}),
        ("unet-classic", (3, 8, 8), {"width": 8}),
    ],
)
def test_every_network_of_ours_is_recorded(
    name: str, shape: tuple[int, ...], options: dict, classes: int, learns: bool
) -> None:
    learns = learns and len(shape) == 3
    made = (
        make_network(name, shape, T=20, num_classes=classes, learns_variance=learns, **options)
        .eval()
        .requires_grad_(False)
    )
    model = replace(
        open_model("digits"), denoiser=NetworkDenoiser(made, "eps", learns_variance=learns),
        shape=shape, num_classes=classes, schedule=make_schedule("cosine", 20),
    )  # fmt: skip
    model, calls = counted(model)
    label = EVERY_CLASS if classes else None
    list(run_chain(model.traced, ChainSettings(count=3, steps=20, label=label)))
    assert calls.count == PATIENCE + 1, "one more to see what it does, and one to record it"


@pytest.mark.process
def test_recording_imports_no_compiler() -> None:
    """torch._dynamo takes two seconds, at which a chain in the window would stop."""
    code = """
        import sys, torch
        from diffvis.models.model import open_model
        from diffvis.models.tracing import PATIENCE
        traced = open_model("digits").traced
        x, t, labels = torch.zeros(2, 1, 8, 8), torch.full((2,), 50), torch.zeros(2, dtype=int)
        for _ in range(PATIENCE + 1):
            traced.denoiser(x, t, labels)
        assert any(traced.denoiser._recorded.values())
        print("torch._dynamo" in sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
