"""Pictures in .zip and .tar: as the folder that they were, and nothing on the disk."""

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffvis.data import packed
from diffvis.data.catalogue import open_dataset
from diffvis.errors import UserError
from diffvis.files import home

Pack = Callable[[Path, Path], None]


def _zip(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in _shuffled(folder):
            file.write(path, path.relative_to(folder))


def _tar(folder: Path, archive: Path) -> None:
    with tarfile.open(archive, "w:" + archive.name.rpartition(".")[2].replace("tar", "")) as file:
        for path in _shuffled(folder):
            file.add(path, path.relative_to(folder), recursive=False)


def _shuffled(folder: Path) -> list[Path]:
    paths = sorted(folder.rglob("*"))
    return [paths[i] for i in np.random.default_rng(3).permutation(len(paths))]


PACKERS = [("a.zip", _zip), ("a.tar", _tar), ("a.tar.gz", _tar), ("a.tar.xz", _tar)]


def png(colour: object, size: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(out, "PNG")
    return out.getvalue()


def outside_home(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if home() not in (path, *path.parents)}


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """Two classes, one of them with a folder of its own, all within a folder that wraps them."""
    noise = np.random.default_rng(0)
    for name in ("tulip", "rose/wild", "rose"):
        folder = tmp_path / "packed" / "flowers" / name
        folder.mkdir(parents=True, exist_ok=True)
        for i in range(20):
            pixels = noise.integers(0, 256, (40, 30, 3), np.uint8)
            Image.fromarray(pixels).save(folder / f"{i}.png")
    return tmp_path / "packed"


@pytest.mark.parametrize(("name", "pack"), PACKERS)
def test_an_archive_is_what_its_folder_is(
    tmp_path: Path, flowers: Path, name: str, pack: Pack
) -> None:
    pack(flowers, tmp_path / name)
    before = outside_home(tmp_path)
    folder, archive = open_dataset(flowers), open_dataset(tmp_path / name)
    assert archive.fingerprint == folder.fingerprint
    assert archive.classes == folder.classes == ("rose", "tulip")
    assert archive.name == "a" and archive.source == str(tmp_path / name)
    again = open_dataset(tmp_path / name, size=16, limit=10)
    assert again.fingerprint == open_dataset(flowers, size=16, limit=10).fingerprint
    assert outside_home(tmp_path) == before, "nothing was unpacked"


def test_parts_of_a_split_are_found_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as file:
        for part, count in (("train", 6), ("test", 3)):
            for i in range(count):
                for label in ("a", "b"):
                    file.writestr(f"set/{part}/{label}/{i}.png", png((40 * i, 9, 9)))
    data = open_dataset(tmp_path / "set.zip")
    assert data.classes == ("a", "b") and len(data) == 18
    assert data.test.tolist() == list(range(12, 18))


def test_what_lies_beside_pictures_in_archives(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mac.zip", "w") as file:
        for name in ("a/1.png", "a/2.png", "b\\3.png", "b/4.PNG", "./b/5.png"):
            file.writestr(name, png("red"))
        file.writestr("__MACOSX/a/._1.png", b"not a picture")
        file.writestr(".DS_Store", b"")
        file.writestr("a/.hidden.png", png("blue"))
        file.writestr("readme.txt", b"words")
        file.writestr("b/broken.png", png("red")[:45])
        file.writestr("b/empty.png", b"")
        file.writestr("b/photo.heic", b"0")
        file.writestr("../../evil.png", png("blue"))
    data = open_dataset(tmp_path / "mac.zip")
    assert len(data) == 5 and data.classes == ("a", "b")
    assert data.labels.tolist() == [0, 0, 1, 1, 1]
    reasons = "\n".join(data.skipped)
    for words in ("evil.png leads out", "broken.png is broken", "empty.png is empty", "HEIC"):
        assert words in reasons
    assert len(data.skipped) == 4


def test_links_and_devices_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(png("blue"))
    with tarfile.open(tmp_path / "a.tar", "w") as file:
        for kind, name in ((tarfile.SYMTYPE, "link.png"), (tarfile.LNKTYPE, "hard.png")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, str(secret)
            file.addfile(info)
        info = tarfile.TarInfo("pipe.png")
        info.type = tarfile.FIFOTYPE
        file.addfile(info)
        for i in range(3):
            data = png("red")
            info = tarfile.TarInfo(f"/absolute/{i}.png")
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    data = open_dataset(tmp_path / "a.tar")
    assert len(data) == 3 and data.values[:, 2].max() == 0


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"train.csv": b"1,2", "test.csv": b"3,4"}, r"no pictures in it, but train\.csv and test"),
        ({"a.heic": b"0"}, r"no pictures in it .*HEIC"),
        ({}, "no pictures in it: give one with PNG"),
        ({"a.png": b"0"}, "can be used"),
    ],
)
def test_archives_without_pictures_say_what_they_have(
    tmp_path: Path, entries: dict[str, bytes], message: str
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for name, data in entries.items():
            file.writestr(name, data)
    with pytest.raises(UserError, match=message):
        open_dataset(tmp_path / "a.zip")


@pytest.mark.parametrize(("name", "pack"), PACKERS)
def test_damaged_archives_are_named(tmp_path: Path, flowers: Path, name: str, pack: Pack) -> None:
    pack(flowers, tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    for data in (whole[: len(whole) // 2], b"", b"not an archive" * 99):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UserError, match=rf"{name} cannot be unpacked|no pictures"):
            open_dataset(tmp_path / name)


def test_one_damaged_member_of_a_zip_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        for i in range(3):
            file.writestr(f"{i}.png", png((i, 0, 0)))
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF  # within the first picture, whose checksum then is wrong
    path.write_bytes(data)
    pictures = open_dataset(path)
    assert pictures.values[:, 0, 0, 0].tolist() == [1, 2]
    assert "0.png is broken (Bad CRC-32" in pictures.skipped[0]


def test_a_password_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.png", png("red"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match="needs a password: unpack it"):
        open_dataset(path)


def test_enormous_members_are_skipped_without_being_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.png", bytes(5_000_000))
        for i in range(3):
            file.writestr(f"{i}.png", png("red"))
    monkeypatch.setattr(packed, "MOST_BYTES", 1_000_000)
    data = open_dataset(tmp_path / "a.zip")
    assert len(data) == 3 and "bomb.png has more than" in data.skipped[0]


def test_an_archive_comes_from_the_cache_until_it_changes(
    tmp_path: Path, flowers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _zip(flowers, tmp_path / "a.zip")
    first = open_dataset(tmp_path / "a.zip")
    with monkeypatch.context() as patch:
        patch.setattr("diffvis.data.decoding.decode", lambda *_, **__: pytest.fail("decoded again"))
        assert open_dataset(tmp_path / "a.zip").fingerprint == first.fingerprint
    os.utime(tmp_path / "a.zip", ns=(1, 1))
    seen = []
    open_dataset(tmp_path / "a.zip", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (60, 60)


def test_sixteen_bits_in_an_archive_have_one_range(tmp_path: Path) -> None:
    array = (np.random.default_rng(0).random((12, 16, 16)) * 4000).astype(np.uint16)
    array[5] //= 20
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for i in reversed(range(12)):
            out = io.BytesIO()
            Image.fromarray(array[i]).save(out, "PNG")
            file.writestr(f"{i:02}.png", out.getvalue())
    data = open_dataset(tmp_path / "a.zip")
    assert (data.values[:, 0].numpy() == np.round(array / 4095 * 255)).all()
