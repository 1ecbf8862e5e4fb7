"""Folders of pictures: classes, crops, and every odd picture that people have."""

import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from diffvis.data import decoding
from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.files import home

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def flat(colour: object = RED, size: tuple[int, int] = (16, 16), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def pixel(dataset: Dataset, index: int = 0, row: int = 0, column: int = 0) -> tuple[int, ...]:
    return tuple(dataset.values[index, :, row, column].tolist())


def test_sub_folders_are_classes(tmp_path: Path) -> None:
    for name, colour in (("b", BLUE), ("a", RED), ("a/deeper", GREEN)):
        (tmp_path / name).mkdir()
        flat(colour).save(tmp_path / name / "x.png")
    flat(WHITE).save(tmp_path / "loose.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / ".hidden").mkdir()
    flat().save(tmp_path / ".hidden" / "x.png")

    pictures = open_dataset(tmp_path)
    assert pictures.classes == ("a", "b")
    assert pictures.labels.tolist() == [0, 0, 1]
    assert [pixel(pictures, i) for i in range(3)] == [RED, GREEN, BLUE]
    assert len(pictures.skipped) == 1 and "loose.png is in no class" in pictures.skipped[0]


def test_a_flat_folder_has_no_labels(tmp_path: Path) -> None:
    for i in range(3):
        flat().save(tmp_path / f"{i}.jpg")
    pictures = open_dataset(tmp_path)
    assert pictures.labels is None and pictures.classes == ()
    assert pictures.shape == (3, 16, 16)


def test_size_comes_from_small_equal_pictures_or_is_32(tmp_path: Path) -> None:
    flat(size=(24, 24)).save(tmp_path / "a.png")
    assert open_dataset(tmp_path).shape == (3, 24, 24)
    flat(size=(40, 30)).save(tmp_path / "b.png")
    assert open_dataset(tmp_path).shape == (3, 32, 32)
    assert open_dataset(tmp_path, size=9).shape == (3, 9, 9)


def test_grey_is_noticed_and_can_be_asked_for(tmp_path: Path) -> None:
    flat(100, mode="L").save(tmp_path / "a.png")
    assert open_dataset(tmp_path).shape[0] == 1
    assert open_dataset(tmp_path, colour="colour").shape[0] == 3
    flat(GREEN).save(tmp_path / "b.png")
    assert open_dataset(tmp_path).shape[0] == 3
    grey = open_dataset(tmp_path, colour="grey")
    assert [pixel(grey, i) for i in range(2)] == [(100,), (150,)]


def test_the_centre_is_cropped(tmp_path: Path) -> None:
    wide = flat(RED, (90, 30))
    wide.paste(flat(GREEN, (30, 30)), (30, 0))
    wide.save(tmp_path / "wide.png")
    tall = flat(RED, (30, 90))
    tall.paste(flat(GREEN, (30, 30)), (0, 30))
    tall.save(tmp_path / "tall.png")
    pictures = open_dataset(tmp_path, size=10)
    for index in range(2):
        assert {pixel(pictures, index, row, row) for row in range(1, 9)} == {GREEN}


def _rotated(path: Path) -> None:
    """Stored lying on its side: green is on the left, and belongs on top."""
    picture = flat(RED, (32, 32))
    picture.paste(flat(GREEN, (16, 32)), (0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(path.with_suffix(".png"), exif=exif)


def _animated(path: Path) -> None:
    frames = [flat(GREEN), flat(RED), flat(BLUE)]
    frames[0].save(path.with_suffix(".gif"), save_all=True, append_images=frames[1:])


def _palette_with_hole(path: Path) -> None:
    picture = Image.new("P", (16, 16), 1)
    picture.putpalette([255, 0, 0, 0, 255, 0])
    picture.paste(0, (0, 8, 16, 16))
    picture.save(path.with_suffix(".png"), transparency=0)


def _save(picture: Image.Image, suffix: str) -> Callable[[Path], None]:
    return lambda path: picture.save(path.with_suffix(suffix))


GREY_16 = Image.fromarray(np.full((16, 16), 0x8000, np.uint16))


@pytest.mark.parametrize(
    ("write", "top", "bottom"),
    [
        (_rotated, GREEN, RED),
        (_animated, GREEN, GREEN),
        (_palette_with_hole, GREEN, WHITE),
        (_save(flat((0, 255, 0, 0), mode="RGBA"), ".png"), WHITE, WHITE),
        (_save(flat((0, 255, 0, 255), mode="RGBA"), ".webp"), GREEN, GREEN),
        (_save(flat((0, 128), mode="LA"), ".png"), (127,) * 3, (127,) * 3),
        (_save(flat((0, 255, 255, 0), mode="CMYK"), ".jpg"), (254, 0, 0), (254, 0, 0)),
        (_save(GREY_16, ".png"), (128,) * 3, (128,) * 3),
        (_save(GREY_16, ".tif"), (128,) * 3, (128,) * 3),
        (_save(flat(0.5, mode="F"), ".tiff"), (128,) * 3, (128,) * 3),
        (_save(flat(1, mode="1"), ".png"), WHITE, WHITE),
    ],
    ids="rotated animated palette clear opaque la cmyk png16 tif16 float bilevel".split(),  # noqa: SIM905
)
def test_odd_pictures_are_put_right(
    tmp_path: Path,
    write: Callable[[Path], None],
    top: tuple[int, ...],
    bottom: tuple[int, ...],
) -> None:
    write(tmp_path / "odd")
    pictures = open_dataset(tmp_path, size=16, colour="colour")
    assert pictures.skipped == ()
    for row, expected in ((2, top), (13, bottom)):
        assert pixel(pictures, 0, row, 8) == pytest.approx(expected, abs=2)


def _bomb(path: Path, side: int) -> None:
    """A PNG of a few kilobytes whose header promises side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000), 9)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def test_what_cannot_be_used_is_skipped_and_listed(tmp_path: Path) -> None:
    flat(GREEN).save(tmp_path / "good.png")
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.jpg").write_text("no picture")
    flat().save(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:50])
    flat(size=(3, 2)).save(tmp_path / "dot.png")
    _bomb(tmp_path / "large.png", 8_500)
    _bomb(tmp_path / "larger.png", 10_000)
    _bomb(tmp_path / "largest.png", 60_000)
    (tmp_path / "vector.svg").write_text("<svg/>")
    (tmp_path / "script.eps").write_text("%!PS")
    (tmp_path / "postscript.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")

    pictures = open_dataset(tmp_path, size=16)
    assert len(pictures) == 1 and pixel(pictures) == GREEN
    reasons = "\n".join(sorted(pictures.skipped))
    for name, reason in {
        "empty.png": "is empty",
        "text.jpg": "is not a picture",
        "cut.png": "is broken",
        "dot.png": "is tiny (3 × 2)",
        "large.png": "has more than 64 million pixels",
        "larger.png": "has more than 64 million pixels",
        "largest.png": "has more than 64 million pixels",
        "vector.svg": "cannot be read: save it as PNG or JPEG",
        "script.eps": "cannot be read",
        "postscript.png": "is not a picture",
    }.items():
        assert f"/{name} {reason}" in reasons or f"/{name} is of a kind that {reason}" in reasons
    assert len(pictures.skipped) == 10
    assert pictures.description.endswith("10 skipped")


@pytest.mark.parametrize("contents", [None, "text.txt", "broken.png"])
def test_a_folder_without_pictures_is_refused(tmp_path: Path, contents: str | None) -> None:
    if contents:
        (tmp_path / contents).write_text("nothing to see")
    with pytest.raises(UserError, match="pictures") as raised:
        open_dataset(tmp_path)
    assert str(tmp_path) in str(raised.value)


def test_labels_stay_with_their_pictures_when_some_are_skipped(tmp_path: Path) -> None:
    for name, colour in (("a", RED), ("b", GREEN), ("c", BLUE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.png").touch()
        flat(colour).save(tmp_path / name / "1.png")
    pictures = open_dataset(tmp_path)
    assert [(pixel(pictures, i), pictures.labels[i].item()) for i in range(3)] == [
        (RED, 0),
        (GREEN, 1),
        (BLUE, 2),
    ]


def test_a_class_without_pictures_is_none(tmp_path: Path) -> None:
    for name, colour in (("a", RED), ("b", None), ("c", BLUE)):
        (tmp_path / name).mkdir()
        for i in range(2):
            path = tmp_path / name / f"{i}.png"
            path.write_text("no picture") if colour is None else flat(colour).save(path)
    pictures = open_dataset(tmp_path)
    assert pictures.classes == ("a", "c")
    assert pictures.labels.tolist() == [0, 0, 1, 1]
    assert [pixel(pictures, i) for i in (0, 2)] == [RED, BLUE]
    assert len(pictures.skipped) == 2

    alone = open_dataset(tmp_path, limit=1)  # as a folder with a single sub-folder
    assert len(alone) == 1 and alone.labels is None and alone.classes == ()


def test_limit_takes_pictures_evenly(tmp_path: Path) -> None:
    for name, colour in (("a", RED), ("b", GREEN)):
        (tmp_path / name).mkdir()
        for i in range(10):
            flat(colour).save(tmp_path / name / f"{i}.png")
    few = open_dataset(tmp_path, limit=6)
    assert few.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert open_dataset(few.source).fingerprint == few.fingerprint


def test_the_second_time_comes_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    flat(RED).save(photos / "a.png")
    (photos / "b.png").touch()
    first = open_dataset(photos)

    with monkeypatch.context() as patch:
        patch.setattr(decoding, "decode", lambda *_, **__: pytest.fail("decoded again"))
        again = open_dataset(photos)
    assert again.fingerprint == first.fingerprint and again.skipped == first.skipped

    flat(BLUE).save(photos / "c.png")
    assert [pixel(open_dataset(photos), i) for i in range(2)] == [RED, BLUE]
    (file,) = (home() / "cache").iterdir()
    file.write_bytes(b"damaged")
    assert len(open_dataset(photos)) == 2


def test_a_home_that_cannot_be_written_only_costs_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    flat().save(photos / "a.png")
    (tmp_path / "file").touch()
    monkeypatch.setenv("DIFFVIS_HOME", str(tmp_path / "file"))
    assert len(open_dataset(photos)) == 1


def test_progress_is_told_and_can_stop_the_work(tmp_path: Path) -> None:
    for i in range(40):
        flat().save(tmp_path / f"{i}.png")
    told: list[tuple[int, int]] = []
    open_dataset(tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told == [(i, 40) for i in range(1, 41)]

    class Cancelled(Exception):  # noqa: N818
        pass

    def cancel(done: int, total: int) -> None:
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        open_dataset(tmp_path, size=8, progress=cancel)


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    flat().save(tmp_path / "a" / "x.png")
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    assert len(open_dataset(tmp_path)) == 1


def test_too_many_large_pictures_are_refused_before_decoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flat().save(tmp_path / "a.png")
    monkeypatch.setattr(decoding, "_MOST_BYTES", 1000)
    with pytest.raises(UserError, match="choose a smaller size or a limit"):
        open_dataset(tmp_path, size=64)


def test_the_dark_pixels_of_a_picture_become_points(tmp_path: Path) -> None:
    picture = flat(WHITE, (200, 100))
    picture.paste(flat((0, 0, 0), (50, 50)), (0, 0))  # above, on the left
    picture.save(tmp_path / "my-square.png")
    points = open_dataset(tmp_path / "my-square.png", n=500)

    x = points.scaling.to_data(points.x0())
    assert len(points) == 500 and points.title == "My square"
    low, high = x.min(dim=0).values, x.max(dim=0).values
    assert torch.allclose(low, torch.tensor([-1.0, 0.0]), atol=0.02)
    assert torch.allclose(high, torch.tensor([-0.5, 0.5]), atol=0.02)
    assert open_dataset(points.source).fingerprint == points.fingerprint


def test_a_white_picture_has_no_points(tmp_path: Path) -> None:
    flat(WHITE).save(tmp_path / "white.png")
    with pytest.raises(UserError, match="white all over"):
        open_dataset(tmp_path / "white.png")


def test_the_real_flowers(test_data: Path) -> None:
    start = time.process_time()
    flowers = open_dataset(test_data / "flowers", size=32, limit=400)
    seconds = time.process_time() - start
    assert flowers.values.shape == (400, 3, 32, 32)
    assert flowers.classes == ("daisy", "dandelion", "rose", "sunflower", "tulip")
    assert torch.bincount(flowers.labels).min() > 60
    assert flowers.skipped == ()
    assert seconds < 10
