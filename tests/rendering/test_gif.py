"""What is written is read again by Pillow, an independent reader."""

import errno
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffvis.errors import UserError
from diffvis.rendering.files import write_png
from diffvis.rendering.formats.gif import GifWriter
from diffvis.rendering.palette import Palette

Frames = Callable[..., list[np.ndarray]]


def read(path: Path, mode: str) -> list[np.ndarray]:
    with Image.open(path) as film:
        frames = []
        for i in range(film.n_frames):
            film.seek(i)
            frames.append(np.asarray(film.convert(mode)))
        return frames


def durations(path: Path) -> list[int]:
    with Image.open(path) as film:
        found = []
        for i in range(film.n_frames):
            film.seek(i)
            found.append(film.info["duration"])
        return found


def test_grey_frames_come_back_exactly(tmp_path: Path, random_frames: Frames) -> None:
    frames = random_frames(5, (60, 90))
    path = tmp_path / "film.gif"
    with GifWriter(path, frame_ms=70, hold_ms=1500) as writer:
        for frame in frames:
            writer.add(frame)
    back = read(path, "L")
    assert len(back) == 5
    for frame, shown in zip(frames, back, strict=True):
        assert np.array_equal(frame, shown)
    assert durations(path) == [70, 70, 70, 70, 1500]
    with Image.open(path) as film:
        assert film.info["loop"] == 0
        assert film.size == (90, 60)


def test_colour_frames_with_few_colours_come_back_exactly(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (200, 3), dtype=np.uint8)
    frames = [colours[rng.integers(0, 200, (50, 70))] for _ in range(3)]
    with GifWriter(tmp_path / "film.gif", palette=Palette(colours)) as writer:
        for frame in frames:
            writer.add(frame)
    for frame, shown in zip(frames, read(tmp_path / "film.gif", "RGB"), strict=True):
        assert np.array_equal(frame, shown)


def test_colours_that_the_first_frame_had_not_are_kept(tmp_path: Path) -> None:
    frames = [np.full((40, 40, 3), value, np.uint8) for value in (10, 200)]
    frames[1][10:30, 10:30] = (250, 20, 30)
    with GifWriter(tmp_path / "film.gif") as writer:
        for frame in frames:
            writer.add(frame)
    for frame, shown in zip(frames, read(tmp_path / "film.gif", "RGB"), strict=True):
        assert np.abs(shown.astype(int) - frame).max() <= 2


def test_equal_frames_stay_frames(tmp_path: Path, random_frames: Frames) -> None:
    frame = random_frames(1, (30, 64))[0]
    path = tmp_path / "film.gif"
    with GifWriter(path) as writer:
        for _ in range(4):
            writer.add(frame)
    back = read(path, "L")
    assert len(back) == 4
    assert all(np.array_equal(frame, shown) for shown in back)
    assert path.stat().st_size < 1.2 * frame.size + 1600


def test_what_does_not_change_takes_no_space(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    still = rng.integers(0, 256, (200, 300), dtype=np.uint8)
    sizes = []
    for count in (1, 11):
        path = tmp_path / f"{count}.gif"
        with GifWriter(path) as writer:
            for i in range(count):
                frame = still.copy()
                frame[0:9, 0:9] = frame[-9:, -9:] = 20 * i  # the rectangle between is large
                writer.add(frame)
        sizes.append(path.stat().st_size)
    assert sizes[1] - sizes[0] < 0.2 * sizes[0]


def test_noise_that_hardly_moves_is_shown_as_it_is_and_takes_a_fraction(tmp_path: Path) -> None:
    """Every value changes, few of them by so much that another colour of the palette is nearer."""
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (200, 3), dtype=np.uint8)
    palette = Palette(colours)
    base = rng.integers(0, 256, (32, 32, 3))
    frames = []
    for _ in range(6):
        base = (base + rng.integers(-2, 3, base.shape)).clip(0, 255)
        frames.append(base.astype(np.uint8).repeat(8, 0).repeat(8, 1))
    path, sizes = tmp_path / "film.gif", []
    with GifWriter(path, palette=palette) as writer:
        for frame in frames:
            writer.add(frame)
            sizes.append(writer.written())
    for frame, shown in zip(frames, read(path, "RGB"), strict=True):
        assert np.array_equal(shown, colours[palette.indices(frame)])
    first, *others = np.diff([*sizes, path.stat().st_size])
    assert max(others) < first / 2


def test_the_comment_is_kept(tmp_path: Path, random_frames: Frames) -> None:
    recipe = json.dumps({"seed": 3, "words": "ᾱ" * 400})
    with GifWriter(tmp_path / "film.gif", comment=recipe) as writer:
        writer.add(random_frames(1, (50, 60))[0])
    with Image.open(tmp_path / "film.gif") as film:
        assert json.loads(film.info["comment"].decode()) == json.loads(recipe)


def test_a_finite_loop(tmp_path: Path, random_frames: Frames) -> None:
    with GifWriter(tmp_path / "film.gif", loop=3) as writer:
        for frame in random_frames(2, (50, 60)):
            writer.add(frame)
    with Image.open(tmp_path / "film.gif") as film:
        assert film.info["loop"] == 2, "it begins again twice"


@pytest.mark.parametrize("ms", [0, 10, 19, 700_000])
def test_delays_that_viewers_would_change_are_refused(tmp_path: Path, ms: int) -> None:
    with pytest.raises(ValueError, match=str(ms)):
        GifWriter(tmp_path / "film.gif", frame_ms=ms)
    with pytest.raises(ValueError, match=str(ms)):
        GifWriter(tmp_path / "film.gif", hold_ms=ms)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_there_before_it_is_complete(tmp_path: Path, random_frames: Frames) -> None:
    path = tmp_path / "film.gif"
    writer = GifWriter(path)
    for frame in random_frames(3, (50, 60)):
        writer.add(frame)
        assert not path.exists()
    writer.close()
    assert list(tmp_path.iterdir()) == [path]
    writer.close()  # once more does nothing


def test_an_aborted_file_leaves_what_was_there(tmp_path: Path, random_frames: Frames) -> None:
    path = tmp_path / "film.gif"
    path.write_bytes(b"old")
    writer = GifWriter(path)
    writer.add(random_frames(1, (50, 60))[0])
    writer.abort()
    writer.abort()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"
    with pytest.raises(ValueError, match="closed"):
        writer.add(random_frames(1, (50, 60))[0])


def test_an_exception_aborts(tmp_path: Path, random_frames: Frames) -> None:
    with pytest.raises(KeyboardInterrupt), GifWriter(tmp_path / "film.gif") as writer:
        writer.add(random_frames(1, (50, 60))[0])
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_frames_must_be_alike(tmp_path: Path) -> None:
    with GifWriter(tmp_path / "film.gif") as writer:
        writer.add(np.zeros((4, 5), np.uint8))
        with pytest.raises(ValueError, match=r"\(5, 5\)"):
            writer.add(np.zeros((5, 5), np.uint8))
        with pytest.raises(ValueError, match="float32"):
            writer.add(np.zeros((4, 5), np.float32))


def test_an_animation_without_frames_is_none(tmp_path: Path) -> None:
    writer = GifWriter(tmp_path / "film.gif")
    with pytest.raises(ValueError, match="at least one frame"):
        writer.close()
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "film.gif"
    with pytest.raises(UserError, match="nowhere"):
        GifWriter(missing)
    with pytest.raises(UserError, match="nowhere"):
        write_png(missing, np.zeros((4, 5), np.uint8))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        GifWriter(tmp_path)


def test_a_full_disk_is_said_and_nothing_is_left(
    tmp_path: Path, random_frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    frame = random_frames(1, (50, 60))[0]
    with (
        pytest.raises(UserError, match="No space left"),
        GifWriter(tmp_path / "film.gif") as writer,
    ):
        writer.add(frame)
        monkeypatch.setattr(writer, "_flush", full)
        writer.add(frame)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UserError, match="No space left"), GifWriter(tmp_path / "b.gif") as writer:
        writer.add(frame)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_png_keeps_pixels_and_text(tmp_path: Path, shape: tuple[int, ...]) -> None:
    frame = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    write_png(tmp_path / "frame.png", frame, {"recipe": '{"words": "ᾱ"}'})
    with Image.open(tmp_path / "frame.png") as image:
        assert np.array_equal(np.asarray(image), frame)
        assert json.loads(image.text["recipe"]) == {"words": "ᾱ"}
    assert [path.name for path in tmp_path.iterdir()] == ["frame.png"]
