"""What changes nothing is said on stderr, and done without it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

IDLE = {
    "--eta 0.5": "with ddpm, eta changes nothing",
    "--eta 0.5 --sampler dpm-solver": "with dpm-solver, eta changes nothing",
    "--variance small --sampler ddim": "with ddim, variance changes nothing",
    "--shift 2": "with 12 of 12 steps, shift changes nothing",
    "--shift 2 --steps 12": "with 12 of 12 steps, shift changes nothing",
    "--guidance 3": "without a class, guidance changes nothing",
}
BUSY = ["--sampler ddim --eta 0.5", "--variance small", "--shift 2 --steps 4", "--eta 0"]
COMMANDS = [["sample"], ["export", "reverse"]]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("options", [*IDLE, *BUSY])
def test_an_option_that_changes_nothing_is_noted(
    diffvis: Callable, tmp_path: Path, run_folder: Path, command: list[str], options: str
) -> None:
    out = tmp_path / "a.npz"
    done = diffvis(*command, run_folder, "--out", out, "--count", 3, *options.split())
    assert done.status == 0, done.err
    expected = f"diffvis: note: {IDLE[options]}\n" if options in IDLE else ""
    assert done.err == expected
    assert done.out.startswith(f"wrote {out}") and len(done.out.splitlines()) == 1


def test_the_nearest_images_have_notes_too(diffvis: Callable, tmp_path: Path) -> None:
    how = ["--count", 2, "--steps", 2, "--size", "320x180"]
    chosen = ["--eta", 0.5, "--label", "none", "--guidance", 2]
    done = diffvis("export", "nearest", "digits", "--out", tmp_path / "a.png", *how, *chosen)
    assert done.status == 0, done.err
    assert done.err.splitlines() == [
        "diffvis: note: with ddpm, eta changes nothing",
        "diffvis: note: without a class, guidance changes nothing",
    ]


def test_data_beside_a_picture_to_begin_with_are_noted(diffvis: Callable, tmp_path: Path) -> None:
    Image.new("L", (8, 8), 200).save(tmp_path / "own.png")
    small = ["--count", 2, "--steps", 2, "--data", "digits", "--out", tmp_path / "a.npz", "--force"]
    for begin, noted in ((tmp_path / "own.png", True), (5, False)):
        done = diffvis("export", "reverse", "digits", "--begin", begin, *small)
        assert done.status == 0, done.err
        expected = "diffvis: note: the chain begins with a picture, --data changes nothing\n"
        assert done.err == (expected if noted else "")


def test_evaluation_has_them_among_its_own_notes(diffvis: Callable, run_folder: Path) -> None:
    options = ["--count", 20, "--sampler", "ddim", "--steps", 4, "--variance", "small"]
    done = diffvis("evaluate", run_folder, *options, "--json")
    assert json.loads(done.out)["notes"] == ["with ddim, variance changes nothing"]
    assert done.err == ""
    images = ["--count", 10, "--sampler", "ddim", "--steps", 2, "--variance", "small"]
    found = json.loads(diffvis("evaluate", "digits", *images, "--bits", 1, "--json").out)
    assert found["notes"] == [], "the bound has a variance"
