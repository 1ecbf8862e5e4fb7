"""Small files that ask for gigabytes, pipes that are waited for, and disks that nobody named."""

import gzip
import os
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from limits import memory_below, within
from PIL import Image

from diffvis.data import listing, open_dataset
from diffvis.data.catalogue import NAMED_BY_A_FILE
from diffvis.data.plain_pickle import load_plain
from diffvis.errors import UserError

from .conftest import write_cifar, write_set

pytestmark = pytest.mark.skipif(os.name == "nt", reason="has no signals to end a test with")
ZEROS = bytes(1 << 20)


def _packed(path: Path, header: bytes, megabytes: int) -> Path:
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(header)
        for _ in range(megabytes):
            file.write(ZEROS)
    return path


def test_a_small_idx_file_does_not_become_gigabytes(tmp_path: Path) -> None:
    header = bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in (300, 1024, 1024))
    path = _packed(tmp_path / "train-images-idx3-ubyte.gz", header, 300)
    assert path.stat().st_size < 3e6
    with memory_below(20), pytest.raises(UserError, match=r"has 1\.4 MB and would unpack to 314"):
        open_dataset(path)


def test_what_comes_after_the_images_is_not_unpacked(tmp_path: Path) -> None:
    header = bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in (1, 8, 8))
    path = _packed(tmp_path / "train-images-idx3-ubyte.gz", header, 300)
    with memory_below(20), pytest.raises(UserError, match="where its header promises 80"):
        open_dataset(path)


def test_a_header_that_promises_what_no_file_can_hold_takes_no_memory(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    path = folder / "train-images-idx3-ubyte.gz"
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[4:8] = (1 << 31).to_bytes(4, "big")
    path.write_bytes(gzip.compress(content))
    with memory_below(20), pytest.raises(UserError, match=r"truncated \(.* cannot become"):
        open_dataset(folder)


def test_a_pickle_of_nine_bytes_takes_no_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "nine"
    path.write_bytes(b"\x80\x02}r\xff\xff\xff\x0e.")
    with memory_below(20):
        assert load_plain(path) == {}


def test_a_nested_key_ends(tmp_path: Path) -> None:
    path, key = tmp_path / "key", ()
    for _ in range(60):
        key = (key, key)
    program = pickle.dumps([key], protocol=2)  # the dictionary itself cannot be made here
    path.write_bytes(program.replace(b"\x80\x02]q\x00", b"\x80\x02}q\x00", 1)[:-2] + b"K\x01s.")
    with within(10), pytest.raises(UserError, match="a key that is no word"):
        load_plain(path)


@pytest.mark.parametrize("part", [b"]", b"}"])
def test_many_small_parts_are_too_many(tmp_path: Path, part: bytes) -> None:
    """Each of one byte, they would take sixty of memory."""
    path = tmp_path / "parts"
    path.write_bytes(b"\x80\x02" + 5_000_000 * part + b".")
    with within(60), memory_below(200), pytest.raises(UserError, match="more than 1,000,000 parts"):
        load_plain(path)


def test_a_small_archive_does_not_become_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x0=np.zeros((300, 1024, 1024), np.uint8))
    assert path.stat().st_size < 1e6
    with memory_below(20), pytest.raises(UserError, match="would unpack to 314"):
        open_dataset(path)


@pytest.mark.parametrize("name", ["a.csv", "a.npy", "a.npz", "a.png", "a-ubyte", "a.idx.gz"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_a_device_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    os.mkfifo(path) if kind == "pipe" else path.symlink_to("/dev/zero")
    with within(10), pytest.raises(UserError, match=r"cannot be read \(it is not a regular file\)"):
        open_dataset(path)


def test_pipes_in_folders_are_not_waited_for(tmp_path: Path) -> None:
    pictures, digits = tmp_path / "pictures", write_set(tmp_path / "digits")
    pictures.mkdir()
    Image.new("RGB", (8, 8)).save(pictures / "a.png")
    os.mkfifo(pictures / "b.png")
    (pictures / "c.png").symlink_to("/nowhere")
    with within(10):
        found = open_dataset(pictures)
    assert len(found) == 1
    assert sum("is not a regular file" in reason for reason in found.skipped) == 2
    (digits / "train-images-idx3-ubyte.gz").unlink()
    os.mkfifo(digits / "train-images-idx3-ubyte.gz")
    with within(10), pytest.raises(UserError, match="not a regular file"):
        open_dataset(digits)
    batches = write_cifar(tmp_path / "cifar")
    (batches / "data_batch_2").unlink()
    os.mkfifo(batches / "data_batch_2")
    with within(10), pytest.raises(UserError, match="data_batch_2 is missing"):
        open_dataset(batches)


def test_a_disk_is_searched_only_for_who_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_LOOKED", 50)
    for number in range(60):
        (tmp_path / f"a{number}.txt").write_bytes(b"")
    (tmp_path / "z").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "z" / "a.png")
    problem = re.escape(f"{tmp_path} holds hardly any pictures (0 among 60 files)")
    with pytest.raises(UserError, match=problem):
        open_dataset(tmp_path, **NAMED_BY_A_FILE)
    assert len(open_dataset(tmp_path)) == 1


def test_a_large_folder_of_pictures_is_opened_for_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_LOOKED", 5)
    for number in range(8):
        Image.new("RGB", (8, 8), (number, 0, 0)).save(tmp_path / f"{number}.png")
        (tmp_path / f"{number}.txt").write_bytes(b"")
    assert len(open_dataset(tmp_path, **NAMED_BY_A_FILE)) == 8
