"""Pages and frames as pictures: each of them, with its own values."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffvis.data.catalogue import open_dataset
from diffvis.errors import UserError

SHADES = (0, 40, 80, 120, 160, 200)


def several(path: Path, size: tuple[int, int] = (16, 16)) -> Path:
    """A file of six pages or frames, each of one grey."""
    frames = [Image.new("RGB", size, (shade,) * 3) for shade in SHADES]
    options = {"lossless": True} if path.suffix == ".webp" else {}
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    return path


@pytest.mark.parametrize("suffix", [".tiff", ".gif", ".webp", ".png"])
def test_all_pages_of_a_file_are_its_pictures(tmp_path: Path, suffix: str) -> None:
    path = several(tmp_path / f"pages{suffix}")
    found = open_dataset(path)
    assert found.shape == (1, 16, 16)
    assert found.values[:, 0, 3, 5].tolist() == list(SHADES)
    what = "pages" if suffix == ".tiff" else "frames"
    first = found.inferred[0]
    assert first.says == f"the 6 {what} of one file are the pictures"
    assert first.option == "pages=first"
    assert open_dataset(found.source).fingerprint == found.fingerprint
    assert open_dataset(path, stride=4).values[:, 0, 0, 0].tolist() == [0, 160]


@pytest.mark.parametrize("suffix", [".tiff", ".gif"])
def test_the_first_page_alone(tmp_path: Path, suffix: str) -> None:
    path = several(tmp_path / f"pages{suffix}")
    image = open_dataset(path, pages="first", size=16)
    assert len(image) == 1 and int(image.values.max()) == 0
    assert open_dataset(path, pages="first").is_points, "its dark pixels, as of any picture"


def test_a_folder_takes_first_pages_and_says_so(tmp_path: Path) -> None:
    several(tmp_path / "a.tiff")
    several(tmp_path / "b.gif")
    Image.new("RGB", (16, 16), (250,) * 3).save(tmp_path / "c.png")
    for _ in range(2):  # the second time comes from the cache
        found = open_dataset(tmp_path)
        assert found.values[:, 0, 0, 0].tolist() == [0, 0, 250]
        says = "2 files have several pages or frames, of which the first is taken; pages=all"
        assert any(str(about).startswith(says) for about in found.inferred)
    every = open_dataset(tmp_path, pages="all")
    assert every.values[:, 0, 0, 0].tolist() == [*SHADES, *SHADES, 250]
    assert not any("several" in about.says for about in every.inferred)


def test_pages_belong_to_the_class_of_their_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    several(tmp_path / "a" / "x.gif")
    Image.new("RGB", (16, 16)).save(tmp_path / "b" / "x.png")
    assert open_dataset(tmp_path, pages="all").labels.tolist() == [0] * 6 + [1]


def test_what_comes_before_a_broken_frame_is_kept(tmp_path: Path) -> None:
    path = several(tmp_path / "cut.tiff", (40, 40))
    path.write_bytes(path.read_bytes()[:-3000])
    found = open_dataset(path)
    assert 1 <= len(found) < 6
    assert len(found.skipped) == 1 and "cut.tiff is broken" in found.skipped[0]


def film(path: Path, turned: int = 0) -> Path:
    """Twelve frames of 64 × 48, ever lighter, dark on their left."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        if turned:
            stream.set_display_rotation(turned)
        for number in range(12):
            frame = np.full((48, 64, 3), 30 + 15 * number, np.uint8)
            frame[:, :32] = 0
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame)))
        out.mux(stream.encode())
    return path


def test_the_frames_of_a_film_are_pictures(tmp_path: Path) -> None:
    found = open_dataset(film(tmp_path / "film.mp4"))
    assert found.shape == (1, 32, 32) and len(found) == 12
    right = found.values[:, 0, 16, 28].float()
    assert right.tolist() == pytest.approx([30 + 15 * number for number in range(12)], abs=4)
    assert float(found.values[:, 0, 16, 3].float().max()) < 8
    assert found.inferred[0].says == "the 12 frames of one file are the pictures"
    assert any("64 × 48 are cropped to squares" in about.says for about in found.inferred)
    assert len(open_dataset(tmp_path / "film.mp4", stride=5)) == 3


@pytest.mark.parametrize(("turned", "dark"), [(90, "bottom"), (-90, "top"), (180, "right")])
def test_a_film_that_lies_on_its_side_is_turned_upright(
    tmp_path: Path, turned: int, dark: str
) -> None:
    av = pytest.importorskip("av")
    if not hasattr(av.video.stream.VideoStream, "set_display_rotation"):
        pytest.skip("this PyAV writes no rotation")
    last = open_dataset(film(tmp_path / "film.mp4", turned)).values[-1, 0].float()
    sides = {
        "top": last[:8].mean(), "bottom": last[-8:].mean(),
        "left": last[:, :8].mean(), "right": last[:, -8:].mean(),
    }  # fmt: skip
    assert min(sides, key=sides.get) == dark


def test_a_film_without_pyav_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"0" * 100)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(UserError, match=r"film.mp4 is a film, which needs PyAV.*diffvis\[video\]"):
        open_dataset(path)


def test_a_broken_film_is_told(tmp_path: Path) -> None:
    pytest.importorskip("av")
    path = tmp_path / "film.mp4"
    path.write_bytes(b"0" * 100)
    with pytest.raises(UserError, match=r"none of .*film.mp4 can be used"):
        open_dataset(path)


def test_a_film_in_a_folder_is_not_lost_in_silence(tmp_path: Path) -> None:
    film(tmp_path / "film.mp4")
    Image.new("RGB", (16, 16)).save(tmp_path / "a.png")
    found = open_dataset(tmp_path)
    assert len(found) == 1 and "film.mp4 is a film: pages=all takes its frames" in found.skipped[0]
    assert len(open_dataset(tmp_path, pages="all")) == 13


@pytest.mark.process
def test_imageio_is_not_imported_before_there_is_a_film() -> None:
    words = "import diffvis.data, diffvis.cli.program, sys; print('imageio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
