"""What killed processes leave half written goes at the next start of its owner, and only that."""

import os
from pathlib import Path

import numpy as np
import pytest
from programs import begin, run

from diffvis.files import atomic_write
from diffvis.rendering.formats.numbered import FolderWriter

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")

WRITE = """
import os, signal, sys
from diffvis.files import atomic_write
with atomic_write(sys.argv[1]) as file:
    file.write(b"half")
    file.flush()
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    print("writing", flush=True)
    sys.stdin.read()
"""
FRAMES = """
import os, pathlib, signal, sys
import numpy as np
from diffvis.rendering.formats.numbered import FolderWriter
rename = pathlib.Path.rename
def killed(self, target):
    rename(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
pathlib.Path.rename = killed
with FolderWriter(sys.argv[1]) as frames:
    frames.add(np.zeros((4, 4), np.uint8))
"""


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def killed(program: str, path: Path) -> None:
    assert run(program, path, "killed").returncode == -9


@pytest.mark.process
def test_what_a_killed_process_left_goes_with_the_next_file_of_that_name(tmp_path: Path) -> None:
    killed(WRITE, tmp_path / "film.gif")
    left = hidden(tmp_path)
    assert len(left) == 1
    with atomic_write(tmp_path / "other.gif") as file:
        file.write(b"whole")
    assert hidden(tmp_path) == left, "it is another's"
    with atomic_write(tmp_path / "film.gif") as file:
        file.write(b"whole")
    assert hidden(tmp_path) == []
    assert (tmp_path / "film.gif").read_bytes() == b"whole"


@pytest.mark.process
def test_what_a_process_is_writing_stays(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    with begin(WRITE, path, "lives") as writer:
        assert writer.stdout.readline() == "writing\n"
        with atomic_write(path) as file:
            file.write(b"other")
        assert len(hidden(tmp_path)) == 1
        writer.stdin.close()
        assert writer.wait(60) == 0
    assert path.read_bytes() == b"half"
    assert hidden(tmp_path) == []


def test_files_of_others_stay(tmp_path: Path) -> None:
    others = [".film.gif.part", ".film.gif.download.part", "film.gif.part", ".film.gif.x"]
    for name in others:
        (tmp_path / name).write_bytes(b"")
    with atomic_write(tmp_path / "film.gif") as file:
        file.write(b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*others, "film.gif"])


@pytest.mark.process
def test_a_folder_that_was_out_of_the_way_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.frames"
    with FolderWriter(path) as frames:
        frames.add(np.full((4, 4), 9, np.uint8))
    before = (path / "frame-0000.png").read_bytes()
    killed(FRAMES, path)
    assert not path.exists()
    assert len(hidden(tmp_path)) == 2
    with pytest.raises(ZeroDivisionError), FolderWriter(path):
        raise ZeroDivisionError
    assert (path / "frame-0000.png").read_bytes() == before
    assert hidden(tmp_path) == []


def test_a_name_that_is_nearly_too_long_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("ö" * 120 + ".gif")  # 244 bytes, of the 255 that there can be
    with atomic_write(path) as file:
        file.write(b"whole")
    assert path.read_bytes() == b"whole"
    assert hidden(tmp_path) == []
