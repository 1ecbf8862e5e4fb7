"""What diffvis writes appears as any other file would, whatever else goes on."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from diffvis.files import atomic_write, size_of, size_words
from diffvis.rendering.formats.numbered import FolderWriter

ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="there is no umask")
WRITE = """
import sys
from diffvis.files import atomic_write, size_of, size_words
with atomic_write(sys.argv[1]) as file:
    file.write(b"here")
"""


@pytest.mark.process
@ON_POSIX
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_file_is_as_private_as_any_other(tmp_path: Path, umask: int, mode: int) -> None:
    path = tmp_path / "a"
    subprocess.run([sys.executable, "-c", WRITE, str(path)], umask=umask, check=True)
    assert path.stat().st_mode & 0o777 == mode


@ON_POSIX
def test_nothing_is_open_to_the_world_while_something_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "umask", lambda _: pytest.fail("another thread may be writing"))
    with atomic_write(tmp_path / "a") as file:
        file.write(b"here")
    with FolderWriter(tmp_path / "a.frames") as frames:
        frames.add(np.zeros((4, 4), np.uint8))
    assert (tmp_path / "a.frames").stat().st_mode & 0o022 == (tmp_path / "a").stat().st_mode & 0o022


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12")
    (tmp_path / "b").write_bytes(b"345")
    assert (size_of(tmp_path / "a"), size_of(tmp_path)) == (2, 5)


def test_sizes_are_for_people() -> None:
    assert size_words(12) == "1 kB"
    assert size_words(812_345) == "812 kB"
    assert size_words(2_440_000) == "2.4 MB"
