"""``diffvis data`` and ``diffvis networks``: what can be learned, and what learns it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from diffvis.cli.data import details
from diffvis.cli.opening import open_with_bar
from diffvis.data.catalogue import open_dataset
from diffvis.data.inferred import Inferred
from diffvis.training.run import RunFolder


def test_the_catalogue_names_paths_too(diffvis: Callable) -> None:
    listed = diffvis("data").out
    for word in ("swiss-roll", "cifar10", "(a download of 170 MB)", "IDX", ".npz", "dark pixels"):
        assert word in listed


def test_a_set_says_its_split_fingerprint_and_classes(diffvis: Callable, tmp_path: Path) -> None:
    said = diffvis("data", "digits", "--sheet", tmp_path / "sheet.png")
    assert said.status == 0
    assert "1,797 images of 8 × 8, grey, 10 classes" in said.out
    assert "1,439 to train, 179 to validate, 179 to test" in said.out
    assert "fingerprint" in said.out and "0 (178), 1 (182)" in said.out
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 500


def test_the_sheet_says_what_was_inferred(diffvis: Callable, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.random.default_rng(0).integers(0, 17, (40, 8, 8)))
    heights = []
    for options in ("", "?range=0..16"):  # what was told was not inferred
        sheet = tmp_path / "sheet.png"
        assert diffvis("data", f"{tmp_path / 'a.npy'}{options}", "--sheet", sheet).status == 0
        with Image.open(sheet) as picture:
            heights.append(picture.height)
        sheet.unlink()
    assert heights[0] - heights[1] >= 13, "a line of words less"


def test_what_was_skipped_is_listed(diffvis: Callable, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "good.png")
    for i in range(12):
        (tmp_path / f"{i:02}.png").touch()
    said = diffvis("data", tmp_path).out
    assert "skipped      12" in said and "00.png is empty" in said and "and 2 more" in said


def test_what_was_inferred_is_said_and_the_absurd_first() -> None:
    said = details(
        replace(
            open_dataset("moons?n=10"),
            inferred=(
                Inferred("the columns x and y are the points", "columns=y,x"),
                Inferred("a class for each point", "label=none", absurd=True),
                Inferred("separated by tabs"),
            ),
        )
    )
    assert said[-3:] == [
        "warning      a class for each point; label=none changes it",
        "taken        the columns x and y are the points; columns=y,x changes it",
        "             separated by tabs",
    ]


def test_points_say_their_units(diffvis: Callable, tmp_path: Path) -> None:
    np.save(tmp_path / "own.npy", np.array([[1.0, 10.0], [3.0, 10.0], [2.0, 40.0]]))
    assert "x and y were 2 ± 0.816, 20 ± 14.1" in diffvis("data", tmp_path / "own.npy").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cifar10"], "cifar10 is not on this machine: 60,000 colour photographs"),
        (["nothing"], "there is no data set nothing"),
        (["digits", "--sheet", "sheet.gif"], "end the name in .png"),
        (["--download"], "name the data set"),
    ],
)
def test_mistakes_are_named(diffvis: Callable, arguments: list[str], message: str) -> None:
    said = diffvis("data", *arguments)
    assert said.status == 2 and message in said.err and said.err.count("\n") == 1


def test_networks_say_what_they_cost_and_can_be_told(diffvis: Callable) -> None:
    said = diffvis("networks").out
    for word in ("mlp: ", "unet-classic: ", "28 × 28, grey", "1,971,649", "channels", "dropout"):
        assert word in said
    of_digits = diffvis("networks", "digits").out
    assert "Digits" in of_digits and "mlp" not in of_digits


def test_a_bar_shows_pictures_being_decoded(tmp_path: Path) -> None:
    for i in range(3):
        Image.new("RGB", (8, 8)).save(tmp_path / f"{i}.png")
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    assert len(open_with_bar(str(tmp_path), console=console)) == 3
    assert "decoding" in screen.getvalue() and "3/3 pictures" in screen.getvalue()


def test_training_says_what_is_wrong_with_its_schedule(diffvis: Callable, tmp_path: Path) -> None:
    arguments = ["--steps", "2", "--schedule", "linear-unscaled", "--timesteps", "300"]
    said = diffvis("train", "moons?n=200", "--out", tmp_path / "run", *arguments)
    assert said.status == 0
    assert "alpha_bar_T = 0.05 of the signal's power" in said.err


def test_a_copy_of_a_checkpoint_is_no_step_of_its_run(
    diffvis: Callable, private_home: Path, run_folder: Path
) -> None:
    run = shutil.copytree(run_folder, private_home / "runs" / "mine")
    newest = RunFolder.open(run).checkpoints()[0]
    shutil.copy(newest, newest.with_stem(f"{newest.stem}_copy"))
    listed = diffvis("models")
    assert listed.status == 0, listed.err
    assert "30 of 30" in listed.out
