"""The bug lab on the command line: what it says, and what it makes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from diffvis.bugs.catalogue import BUGS

SMALL = ["--count", 20, "--steps", 4, "--size", "320x180"]


def test_all_are_listed_and_each_is_explained(diffvis: Callable) -> None:
    listed = diffvis("bugs").out
    assert all(name in listed for name in BUGS)
    for name in BUGS:
        words = " ".join(diffvis("bugs", name).out.split())
        assert f"{name}: {BUGS[name].title}" in words
        assert "right" in words and "wrong" in words
    assert "there is no bug nothing" in diffvis("bugs", "nothing").problem()


@pytest.mark.parametrize("ending", ["png", "gif"])
def test_a_comparison_with_a_bug_says_so_in_its_recipe_and_is_made_again(
    diffvis: Callable, tmp_path: Path, run_folder: Path, ending: str
) -> None:
    first, again = tmp_path / f"first.{ending}", tmp_path / f"again.{ending}"
    bug = ["--bug", "variance-for-sigma", "--frames", 3]
    done = diffvis("export", "compare", run_folder, *bug, *SMALL, "--out", first)
    assert done.status == 0, done.err
    done = diffvis("export", "--recipe", first, "--out", again)
    assert done.status == 0, done.err
    assert first.read_bytes() == again.read_bytes()
    if ending == "png":
        with Image.open(first) as picture:
            right, wrong = json.loads(picture.text["recipe"])["sides"]
        assert wrong.pop("bug") == "variance-for-sigma"
        assert right == wrong, "which is all that differs"


def test_the_picture_says_bug_even_without_a_caption(
    diffvis: Callable, tmp_path: Path, run_folder: Path
) -> None:
    made = []
    for bug in ("variance-for-sigma", "clip-x-t"):
        path = tmp_path / f"{bug}.png"
        words = ["--bug", bug, "--sampler", "ddpm", "--no-caption", "--t", 12, *SMALL]
        assert diffvis("export", "compare", run_folder, *words, "--out", path).status == 0
        with Image.open(path) as picture:
            made.append(picture.convert("RGB").tobytes())
    assert made[0] != made[1], "at T both are the same noise, and only the titles differ"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--bug", "nothing"], "there is no bug nothing"),
        (["--bug", "no-t"], "no-t cannot be shown in a chain"),
        (
            ["--bug", "clip-x-t", "--sampler", "ddpm", "--sampler", "ddim"],
            "--sampler is given twice",
        ),
        (["--bug", "ddim-direction-sigma", "--sampler", "ddpm"], "a bug of ddim, not of ddpm"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    diffvis: Callable, tmp_path: Path, run_folder: Path, words: list[str], problem: str
) -> None:
    done = diffvis("export", "compare", run_folder, *words, "--out", tmp_path / "a.png")
    assert problem in done.problem()


def test_a_recipe_with_a_bug_of_another_version_is_refused(
    diffvis: Callable, tmp_path: Path, run_folder: Path
) -> None:
    path, words = tmp_path / "a.json", ["--bug", "clip-x-t", *SMALL]
    picture = tmp_path / "a.png"
    assert diffvis("export", "compare", run_folder, *words, "--out", picture).status == 0
    with Image.open(picture) as made:
        recipe = json.loads(made.text["recipe"])
    recipe["sides"][1]["bug"] = "of-tomorrow"
    path.write_text(json.dumps(recipe))
    done = diffvis("export", "--recipe", path, "--out", tmp_path / "b.png")
    assert "there is no bug of-tomorrow" in done.problem()


def test_a_run_with_a_bug_is_trained_shown_and_not_mistaken(
    diffvis: Callable, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    words = ["--steps", 8, "--timesteps", 12, "--batch-size", 32, "--device", "cpu"]
    done = diffvis("train", "swiss-roll?n=200", "--out", run, *words, "--bug", "sqrt-forgotten")
    assert done.status == 0, done.err
    assert "this run has the bug sqrt-forgotten" in done.err
    picture = tmp_path / "loss.png"
    assert diffvis("export", "training", run, "--view", "loss", "--out", picture).status == 0
    with Image.open(picture) as made:
        assert json.loads(made.text["recipe"])["config"]["bug"] == "sqrt-forgotten"
    done = diffvis("train", "swiss-roll?n=200", "--out", run, "--resume", "--bug", "no-t")
    assert "a run keeps its bug" in done.problem()
    done = diffvis("train", "swiss-roll?n=200", "--out", tmp_path / "b", "--set", "bug=no-t")
    assert "there is no training setting called bug" in done.problem()
