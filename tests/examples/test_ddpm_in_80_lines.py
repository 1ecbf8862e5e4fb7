"""The example for students is what the library does, in plain torch and on one page."""

import ast
import importlib.util
import re
import runpy
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from diffvis.data.scaling import Scaling
from diffvis.data.shapes import swiss_roll
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.losses import simple_loss
from diffvis.diffusion.prediction import NetworkDenoiser
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.models.model import Model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings

EXAMPLE = Path(__file__).parents[2] / "examples" / "ddpm_in_80_lines.py"

pytestmark = pytest.mark.skipif(
    not EXAMPLE.is_file(), reason="examples come with the repository only"
)


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location(EXAMPLE.stem, EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def seeded() -> Iterator[None]:
    """The example draws from torch's own generator, which is given back as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        yield


@pytest.fixture
def network(example: ModuleType, seeded: None) -> nn.Module:
    """As it comes, untrained: what it says of the noise is far from 0."""
    return example.Network()


class Labelled(nn.Module):
    """A network of the example as the library calls one."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.network(x_t, t)


def test_the_data_is_the_swiss_roll_of_the_library(example: ModuleType, seeded: None) -> None:
    toy = swiss_roll(500, 0.02, torch.Generator().manual_seed(7)).x
    standardised = (toy - toy.mean(0)) / toy.std(0, correction=0)
    torch.testing.assert_close(example.swiss_roll(500), standardised, rtol=0, atol=1e-5)


def test_the_schedule_is_linear(example: ModuleType) -> None:
    schedule = NoiseSchedule.linear(40)
    assert example.T == schedule.T
    for name in ("beta", "alpha", "alpha_bar"):
        ours, theirs = getattr(schedule, name), getattr(example, name)
        torch.testing.assert_close(theirs, ours, rtol=1e-12, atol=0)


def test_noised_data_and_the_loss_are_those_of_the_library(
    example: ModuleType, network: nn.Module
) -> None:
    schedule = NoiseSchedule.linear(40)
    t = torch.arange(1, 41)
    x0, eps = torch.randn(40, 2), torch.randn(40, 2)
    x_t = q_sample(schedule, x0, t, eps)
    torch.testing.assert_close(example.q_sample(x0, t, eps), x_t, rtol=0, atol=1e-6)
    loss = simple_loss(NetworkDenoiser(Labelled(network)), schedule, x0, t, eps)
    torch.testing.assert_close(example.simple_loss(network, x0, t, eps), loss, rtol=1e-5, atol=1e-6)


def test_the_chain_is_that_of_the_library(example: ModuleType, network: nn.Module) -> None:
    model = Model(
        name="example",
        denoiser=NetworkDenoiser(Labelled(network)),
        schedule=NoiseSchedule.linear(40),
        shape=(2,),
        data="swiss-roll",
        scaling=Scaling((0.0, 0.0), (1.0, 1.0)),
    )
    torch.manual_seed(3)
    x = example.sample(network, 64)
    assert list(x) == list(range(40, -1, -1))
    steps = list(
        run_chain(model, ChainSettings(sampler="ddpm", count=64, seed=3, noise="together"))
    )
    assert [(step.t, step.s) for step in steps] == list(pairwise(x))
    for step in steps:
        torch.testing.assert_close(x[step.t], step.x_t, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(x[0], steps[-1].x_s, rtol=1e-4, atol=1e-4)


def test_it_learns(example: ModuleType, seeded: None) -> None:
    data, network = example.swiss_roll(2000), example.Network()
    x0, eps = data[:1000], torch.randn(1000, 2)
    t = torch.randint(1, 41, (1000,))
    before = example.simple_loss(network, x0, t, eps).mean()
    example.train(network, data, steps=60)
    assert example.simple_loss(network, x0, t, eps).mean() < 0.6 * before


def test_it_is_one_page_of_plain_torch() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 80
    imported = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.partition(".")[0])
    assert imported - sys.stdlib_module_names == {"torch", "matplotlib"}


@pytest.mark.parametrize("matplotlib", [True, False], ids=["with matplotlib", "without"])
def test_it_runs_to_its_end(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seeded: None,
    matplotlib: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), "20"])
    if not matplotlib:
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)  # its import now fails
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    said = capsys.readouterr().out
    assert re.fullmatch(r"x_0 is \d\.\d{3} from the data, on average\n", said)
    assert [path.name for path in tmp_path.iterdir()] == ["swiss_roll.png"] * matplotlib
