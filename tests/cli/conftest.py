"""A run that was trained once for all tests, and a way to call the command line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from diffvis.cli import main


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Tiny operations are not worth waking another."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    def problem(self, status: int = 2) -> str:
        """The one line in which a command that could not be done says why."""
        assert self.status == status
        (line,) = self.err.splitlines()
        return line


Call = Callable[..., Outcome]


@pytest.fixture
def diffvis(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command line in this process."""

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Outcome(status, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of the Swiss roll after a few steps."""
    path = tmp_path_factory.mktemp("models") / "roll"
    arguments = ["--steps", "30", "--timesteps", "12", "--batch-size", "32", "--device", "cpu"]
    assert main(["train", "swiss-roll?n=400", "--out", str(path), *arguments]) == 0
    return path
