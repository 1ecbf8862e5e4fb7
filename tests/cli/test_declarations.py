"""Every setting of a chain is an option of every command that walks one, and has its effect."""

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from diffvis.cli.commands import evaluate, sample
from diffvis.cli.export import compare
from diffvis.cli.export_processes import nearest, reverse
from diffvis.cli.options import as_command
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.sampler import Mean, Sampler, register
from diffvis.sampling.settings import chain_settings
from diffvis.settings import setting

COMMANDS = {"sample": sample, "evaluate": evaluate, "reverse": reverse, "nearest": nearest}
OTHERS = {
    "sampler": "ddim", "steps": 3, "seed": 5, "count": 7, "shift": 2.0, "spacing": "leading",
    "clip": "none",
    "label": "none", "guidance": 2.0, "variance": "large", "eta": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_commands_have_every_setting(command: Callable) -> None:
    parameters = inspect.signature(as_command(command)).parameters
    assert set(chain_settings()) <= set(parameters)
    helps = {name: get_args(parameters[name].annotation)[1].help for name in chain_settings()}
    assert all(helps.values())


def test_each_side_has_every_setting() -> None:
    parameters = inspect.signature(as_command(compare)).parameters
    for name in chain_settings():
        assert "list" in str(get_args(parameters[name].annotation)[0]), name


@pytest.mark.parametrize("name", [n for n in OTHERS if n != "label"])
def test_what_is_given_decides_the_chain(
    diffvis: Callable, tmp_path: Path, run_folder: Path, name: str
) -> None:
    """In the file of a comparison, which says of each side how it was walked."""
    path, value = tmp_path / "c.png", OTHERS[name]
    more = () if name == "steps" else ("--steps", "4")
    flag = f"--{name}"
    twice = () if name == "sampler" else ("--sampler", "ddpm", "--sampler", "ddim")
    done = diffvis("export", "compare", run_folder, "--out", path, flag, value, *twice, *more)
    assert done.status == 0, done.err
    with Image.open(path) as image:
        sides = json.loads(image.text["recipe"])["sides"]
    assert [side["settings"][name] for side in sides].count(value) == (
        1 if name == "sampler" else 2
    )


@pytest.fixture
def samplers_as_before() -> Iterator[None]:
    with SAMPLERS.for_a_while():
        yield


def test_a_sampler_that_joins_has_its_options(
    diffvis: Callable, tmp_path: Path, run_folder: Path, samplers_as_before: None
) -> None:
    """One class in a user's own module, and no other change."""

    @register("leap", "Leap", "x̂_0, so much of it (nobody, 2030)", year=2030)
    class Leap(Sampler):
        share: float = setting(1.0, ge=0, le=1, help="How much of x0_hat it takes.")

        def mean(self, schedule, t, s, t_before=None) -> Mean:
            return Mean(x0_hat=self.share)

    found = {}
    for share in (1.0, 0.5):
        path = tmp_path / f"{share}.npz"
        given = ("--sampler", "leap", "--share", share, "--steps", 1, "--count", 4)
        assert diffvis("sample", run_folder, "--out", path, *given).status == 0
        with np.load(path) as file:
            found[share] = file["x0"]
            assert json.loads(str(file["meta"]))["share"] == share
    assert not np.allclose(found[1.0], found[0.5])
    assert (
        "share = 2"
        in diffvis(
            "sample", run_folder, "--out", tmp_path / "x.npz", "--sampler", "leap", "--share", 2
        ).problem()
    )
