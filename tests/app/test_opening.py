"""The window as the command line opens it, each time in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from diffvis.app.opening import Opening
from diffvis.errors import UserError


def diffvis(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "diffvis", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )


@pytest.mark.parametrize("workspace", ["forward", "reverse"])
def test_the_window_draws_itself_and_leaves(tmp_path: Path, workspace: str) -> None:
    picture = tmp_path / "window.png"
    done = diffvis("--workspace", workspace, "--t", "12", "--screenshot", str(picture))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Image.open(picture) as image:
        assert image.size == (1280, 720)
        assert len(image.convert("RGB").getcolors(2**24)) > 500


def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    done = diffvis("--screenshot", str(tmp_path / "nowhere" / "window.png"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"workspace": "sideways"}, "sideways"),
        ({"t": 41}, "t = 41"),
        ({"t": -1}, "t = -1"),
        ({"data": "no-such-data"}, "no-such-data"),
        ({"model": "no-such-model"}, "no-such-model"),
    ],
)
def test_what_cannot_be_shown_is_named(asked: dict[str, object], named: str) -> None:
    usual = {"model": None, "data": None, "workspace": "forward", "t": None}
    with pytest.raises(UserError, match=named):
        Opening.of(**(usual | asked))
