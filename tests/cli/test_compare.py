"""Which chains ``diffvis export compare`` lays side by side."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image


@pytest.mark.parametrize(
    ("given", "sides"),
    [
        ([], ["ddpm", "ddim"]),
        (["ddpm"], ["ddpm", "ddim"]),
        (["ddim"], ["ddpm", "ddim"]),
        (["dpm-solver"], ["ddpm", "dpm-solver"]),
        (["dpm-solver", "ddim"], ["dpm-solver", "ddim"]),
    ],
)
def test_a_sampler_alone_is_shown_beside_ddpm(
    diffvis: Callable, tmp_path: Path, run_folder: Path, given: list[str], sides: list[str]
) -> None:
    samplers = [word for name in given for word in ("--sampler", name)]
    path = tmp_path / "both.png"
    small = ["--count", 20, "--steps", 4, "--size", "320x180", "--out", path]
    done = diffvis("export", "compare", run_folder, *samplers, *small)
    assert done.status == 0, done.err
    with Image.open(path) as picture:
        recipe = json.loads(picture.text["recipe"])
    assert [side["settings"]["sampler"] for side in recipe["sides"]] == sides


@pytest.mark.parametrize(
    "option", [["--timesteps", 77], ["--schedule", "linear"], ["--data", "moons"]]
)
def test_what_a_model_knows_itself_is_refused(
    diffvis: Callable, tmp_path: Path, run_folder: Path, option: list[object]
) -> None:
    done = diffvis("export", "compare", run_folder, *option, "--out", tmp_path / "a.png")
    assert "--timesteps and --data do not go with a model" in done.problem()


def test_no_samples_are_refused(diffvis: Callable, tmp_path: Path, run_folder: Path) -> None:
    done = diffvis("export", "compare", run_folder, "--count", 0, "--out", tmp_path / "a.png")
    assert "count = 0 is not possible" in done.problem()
