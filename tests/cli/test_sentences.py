"""No input that a person can give is "unexpected": each is answered with a sentence and exit 2."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from diffvis.errors import in_words

from .conftest import Call

LONG = "x" * 300  # bytes of a name; file systems allow 255
DIGITS = "9" * 5000  # Python refuses to read so many
COMMANDS = {
    "data": ["data", "{name}"],
    "sample": ["sample", "{name}", "--out", "{tmp}/a.png"],
    "sample out": ["sample", "{run}", "--out", "{name}.png", "--count", "1"],
    "sheet": ["data", "digits", "--sheet", "{name}.png"],
    "train": ["train", "{name}", "--out", "{tmp}/new"],
    "train out": ["train", "swiss-roll?n=100", "--out", "{name}", "--steps", "1"],
    "preset": ["train", "swiss-roll?n=100", "--out", "{tmp}/new", "--preset", "{name}"],
    "from": ["train", "swiss-roll?n=100", "--out", "{tmp}/new", "--from", "{name}"],
    "recipe": ["export", "--recipe", "{name}", "--force"],
    "out": ["export", "schedule", "--out", "{name}.png"],
    "schedule": ["export", "schedule", "{name}", "--out", "{tmp}/s.png"],
    "schedule file": ["export", "schedule", "{name}.json", "--out", "{tmp}/s.png"],
    "begin": ["export", "reverse", "mnist", "--begin", "{name}", "--out", "{tmp}/s.png"],
    "training": ["export", "training", "{name}", "--out", "{tmp}/s.png"],
    "evaluate": ["evaluate", "{name}", "--count", "2"],
    "evaluate data": ["evaluate", "{run}", "--data", "{name}", "--count", "2"],
    "settings": ["settings", "{name}"],
    "screenshot": ["--screenshot", "{name}.png"],
    "resume": ["train", "swiss-roll?n=100", "--out", "{name}", "--resume"],
}  # fmt: skip


@pytest.mark.parametrize("name", [LONG, "a/" * 3000, "/root/" + LONG + "/y", "ü" * 200])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_names_that_no_file_can_have(
    diffvis: Call, run_folder: Path, tmp_path: Path, command: list[str], name: str
) -> None:
    words = [word.format(name=name, tmp=tmp_path, run=run_folder) for word in command]
    said = diffvis(*words).problem()
    assert "unexpected" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["sample", "{run}", "--out", "{tmp}/a.png", "--label", DIGITS],
        ["sample", "{run}", "--out", "{tmp}/a.png", "--count", DIGITS],
        ["export", "reverse", "{run}", "--begin", DIGITS, "--out", "{tmp}/a.png"],
        ["export", "forward", "--data", "digits", "--class", DIGITS, "--out", "{tmp}/a.png"],
        ["export", "forward", "--times", DIGITS, "--out", "{tmp}/a.png"],
        ["export", "forward", "--size", f"{DIGITS}x9", "--out", "{tmp}/a.png"],
        ["data", f"moons?n={DIGITS}"],
        ["settings", "digits", "--set", f"steps={DIGITS}"],
    ],
    ids=lambda words: words[0] if words[0] != "export" else words[2],
)
def test_digits_without_end(
    diffvis: Call, run_folder: Path, tmp_path: Path, words: list[str]
) -> None:
    said = diffvis(*(word.format(run=run_folder, tmp=tmp_path) for word in words)).problem()
    assert "unexpected" not in said


SHAPES = {
    "a line": np.zeros(3, np.float32),
    "five sides": np.zeros((2, 2, 2, 2, 2), np.float32),
    "none": np.zeros((0, 2), np.float32),
    "seven columns": np.zeros((3, 7), np.float32),
    "words": np.array("x"),
    "complex": np.zeros((3, 2), complex),
    "whole numbers": np.zeros((3, 2), np.int64),
}


@pytest.mark.parametrize("x0", SHAPES.values(), ids=SHAPES.keys())
def test_previews_that_are_no_samples(
    diffvis: Call, run_folder: Path, tmp_path: Path, x0: np.ndarray
) -> None:
    run = tmp_path / "run"
    shutil.copytree(run_folder, run)
    for path in (run / "previews").iterdir():
        np.savez(path, x0=x0, step=5)
    for more in (["--out", tmp_path / "a.png"], ["--out", tmp_path / "a.gif", "--frames", "2"]):
        assert "is damaged: delete it" in diffvis("export", "training", run, *more).problem()


def test_what_the_system_refuses_is_said_with_its_name(tmp_path: Path) -> None:
    for refuse in (
        lambda: (tmp_path / LONG).stat(),
        lambda: (tmp_path / "nowhere").read_bytes(),
        lambda: tmp_path.read_bytes(),
    ):
        with pytest.raises(OSError) as refused:
            refuse()
        words = in_words(refused.value)
        assert words is not None and "cannot be used" in words.problem
        assert len(words.problem) < 200 and words.remedy
