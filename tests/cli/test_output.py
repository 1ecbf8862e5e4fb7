"""Where output goes: a full disk, nowhere, a terminal with few letters, who stops reading."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full"),
]


def run(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """``command`` for a shell, where DIFFVIS is the program."""
    words = command.replace("DIFFVIS", f"'{sys.executable}' -m diffvis")
    return subprocess.run(
        ["bash", "-c", words],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        env=os.environ | variables,
    )


@pytest.mark.parametrize("words", ["data", "settings", "--help", "--version", "data digits"])
def test_output_on_a_full_disk(words: str) -> None:
    done = run(f"DIFFVIS {words} > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "diffvis: the output cannot be written (No space left on device)\n"


def test_output_to_nowhere_and_to_a_reader_that_leaves() -> None:
    assert run("DIFFVIS data >&-").returncode == 0
    assert run("DIFFVIS models 2>&-").returncode == 0
    left = run("DIFFVIS data | head -1")
    assert (left.returncode, left.stderr) == (0, "")


def test_a_terminal_with_few_letters() -> None:
    done = run("DIFFVIS export forward --help", PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u221a" in done.stdout, "√ is written as it can be"


def test_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in (b"a\xff.png", b"b.png", b"c.png"):
        Image.new("L", (8, 8), 80).save(folder / os.fsdecode(name))
    said = run(f"cd '{tmp_path}' && DIFFVIS data 'pictures?size=8' --sheet sheet.png")
    assert (said.returncode, said.stderr) == (0, "")
    assert "3 images" in said.stdout
