"""Every format is opened again by an independent reader: Pillow, PyAV, Qt's SVG, PDFium."""

import itertools
import json
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pypdfium2
import pytest
from PIL import Image
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.export import export
from diffvis.rendering.formats.apng import ApngWriter
from diffvis.rendering.formats.gif import GifWriter
from diffvis.rendering.formats.mp4 import Mp4Writer
from diffvis.rendering.formats.numbered import ZipWriter
from diffvis.rendering.formats.slide import SlideWriter
from diffvis.rendering.formats.webp import WebpWriter
from diffvis.rendering.formats.writer import FrameWriter
from diffvis.rendering.forward_film import forward_frames
from diffvis.rendering.frames import even_timesteps
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import Schedules

SPEC = ExportSpec(size=(480, 270), frames=5, frame_ms=80, hold_ms=1200, count=4)
Frames = Callable[..., list[np.ndarray]]


def with_pillow(path: Path, mode: str = "RGB") -> tuple[list[np.ndarray], list[int], int]:
    """Frames, their durations, and the loop."""
    with Image.open(path) as film:
        frames, durations = [], []
        for place in range(film.n_frames):
            film.seek(place)
            film.load()
            durations.append(round(film.info["duration"]))
            frames.append(np.asarray(film.convert(mode)))
        return frames, durations, film.info["loop"]


def drawn(digits: Dataset, schedule: NoiseSchedule, spec: ExportSpec) -> list[np.ndarray]:
    """The core's own frames of the film."""
    times = even_timesteps(schedule, spec.film.frames, easing=spec.film.easing)
    return [f for f in forward_frames(digits, schedule, spec, times) if f is not None]


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / max(1e-9, ((a.astype(float) - b) ** 2).mean())))


@pytest.mark.parametrize("ending", [".webp", ".apng"])
@pytest.mark.parametrize("transparent", [False, True])
def test_exact_films(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule, ending: str, transparent: bool
) -> None:
    spec = SPEC.changed(transparent=transparent)
    path = tmp_path / f"film{ending}"
    list(export(path, Forward(digits, schedule), spec))
    frames, durations, loop = with_pillow(path, "RGBA" if transparent else "RGB")
    assert durations == [500] + [80] * 3 + [1200]
    assert loop == 0
    for shown, frame in zip(frames, drawn(digits, schedule, spec), strict=True):
        assert shown.shape == (270, 480, 4 if transparent else 3)
        assert np.array_equal(shown, frame)


def test_a_gif_of_greys_is_exact(tmp_path: Path, digits_model: Model) -> None:
    """Of 64 levels with coloured words; all 256 are there where nothing else is."""
    for spec in (SPEC.changed(levels=64), SPEC.changed(levels=64, style="light", caption=False)):
        gif, exact = tmp_path / "film.gif", tmp_path / "film.webp"
        for path in (gif, exact):
            list(export(path, Reverse(digits_model), spec.changed(sampler="ddim", steps=6)))
        shown, durations, loop = with_pillow(gif)
        assert (durations[-1], loop) == (1200, 0)
        wanted, _, _ = with_pillow(exact)
        for frame, other in zip(shown, wanted, strict=True):
            grey = (other == other[..., :1]).all(2)
            assert np.array_equal(frame[grey], other[grey])
            assert np.abs(frame.astype(int) - other).max() < 24  # the soft edges of words
            assert np.abs(frame.astype(int) - other).mean() < 0.1


def test_an_mp4_plays_everywhere(tmp_path: Path, digits: Dataset, schedule: NoiseSchedule) -> None:
    path = tmp_path / "film.mp4"
    spec = SPEC.changed(size=(481, 271))
    list(export(path, Forward(digits, schedule), spec))
    with av.open(str(path)) as film:
        (stream,) = film.streams
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.width, stream.height) == (482, 272), "even sides"
        assert stream.average_rate == Fraction(1000, 80)
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    held = round(500 / 80) + 1200 // 80
    assert len(frames) == held + 3, "the first and the last frame are held by being repeated"
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat"), "it plays before all of it is there"
    own = drawn(digits, schedule, spec)
    for shown, frame in ((frames[0], own[0]), (frames[-1], own[-1])):
        assert psnr(shown[:271, :481], frame) > 32


def test_mp4_colours_are_right(tmp_path: Path) -> None:
    colours = [(230, 159, 0), (86, 180, 233), (20, 23, 27), (255, 255, 255), (0, 0, 0)]
    with Mp4Writer(tmp_path / "film.mp4") as writer:
        for colour in colours:
            writer.add(np.full((64, 64, 3), colour, np.uint8))
    with av.open(str(tmp_path / "film.mp4")) as film:
        shown = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    for colour, frame in zip(colours, shown, strict=False):
        assert np.abs(frame[32, 32].astype(int) - colour).max() <= 4


@pytest.mark.parametrize("ending", [".zip", ".frames"])
def test_numbered_frames_with_a_line_for_latex(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule, ending: str
) -> None:
    path = tmp_path / f"film{ending}"
    list(export(path, Forward(digits, schedule), SPEC))
    folder = path
    if ending == ".zip":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path)
        folder = tmp_path / "film"
    names = sorted(part.name for part in folder.glob("*.png"))
    assert names == [f"frame-{i:04}.png" for i in range(5)]
    for name, frame in zip(names, drawn(digits, schedule, SPEC), strict=True):
        assert np.array_equal(np.asarray(Image.open(folder / name)), frame)
    line = (folder / "animate.tex").read_text().splitlines()[1]
    assert line == (
        rf"\animategraphics[autoplay,loop,timeline={{{folder.name}/animate-timeline.txt}},"
        rf"width=\linewidth]{{12.5}}{{{folder.name}/frame-}}{{0000}}{{0004}}"
    )
    assert (folder / "animate-timeline.txt").is_file()


def test_a_folder_of_frames_replaces_only_frames(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule
) -> None:
    path = tmp_path / "film.frames"
    list(export(path, Forward(digits, schedule), SPEC))
    list(export(path, Forward(digits, schedule), SPEC.changed(frames=3)))
    assert len(list(path.glob("*.png"))) == 3
    precious = tmp_path / "precious.frames"
    precious.mkdir()
    (precious / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="holds no frames"):
        list(export(precious, Forward(digits, schedule), SPEC))
    assert (precious / "thesis.tex").read_text() == "years of work"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["film.frames", "precious.frames"]


def test_svg_of_a_plot_keeps_its_words(
    tmp_path: Path, schedule: NoiseSchedule, qapp: object
) -> None:
    path = tmp_path / "plot.svg"
    spec = ExportSpec(size=(640, 360), view="beta", style="light")
    list(export(path, Schedules((schedule,)), spec))
    assert "variance added at each step" in path.read_text(encoding="utf-8")
    drawing = QSvgRenderer(str(path))
    assert drawing.isValid()
    ratio = drawing.defaultSize().width() / drawing.defaultSize().height()
    assert ratio == pytest.approx(640 / 360, rel=0.02)
    image = QImage(640, 360, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    drawing.render(painter)
    painter.end()
    curve = [
        image.pixelColor(x, y).getRgb()[:3] for x in range(0, 640, 2) for y in range(0, 360, 2)
    ]
    assert curve.count((0, 114, 178)) > 10, "the curve is there, in the colour of the signal"


@pytest.mark.parametrize("view", ["strip", "samples"])
def test_pdf_of_pictures_is_one_page_with_words(
    tmp_path: Path, digits_model: Model, view: str
) -> None:
    path, png = tmp_path / "page.pdf", tmp_path / "page.png"
    spec = SPEC.changed(view=view, size=(960, 540), times=(0, 15, 30))
    list(export(path, Reverse(digits_model), spec))
    document = pypdfium2.PdfDocument(str(path))
    assert len(document) == 1
    page = document[0]
    words = page.get_textpage().get_text_range()
    assert "t = 0" in words and "DDPM" in words
    shown = np.asarray(page.render(scale=96 / 72).to_pil().convert("RGB"))
    if view == "strip":
        list(export(png, Reverse(digits_model), spec))
        own = np.asarray(Image.open(png))
        assert abs(shown.shape[0] - own.shape[0]) <= 1 and abs(shown.shape[1] - own.shape[1]) <= 1
        rows, columns = min(shown.shape[0], own.shape[0]), min(shown.shape[1], own.shape[1])
        assert psnr(shown[:rows, :columns], own[:rows, :columns]) > 20
    document.close()


def test_numbers_are_those_of_the_chain(tmp_path: Path, digits_model: Model) -> None:
    list(export(tmp_path / "a.npz", Reverse(digits_model), SPEC.changed(sampler="ddim", steps=4)))
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        assert arrays["t"].tolist() == [30, 22, 15, 7, 0]
        assert arrays["x_t"].shape == arrays["x0_hat"].shape == (5, 4, 1, 8, 8)
        assert arrays["x0"].min() >= 0 and arrays["x0"].max() <= 1
        assert json.loads(str(arrays["meta"]))["what"] == "reverse"


@pytest.mark.parametrize("ending", [".gif", ".webp", ".apng"])
def test_forward_then_back_holds_both_ends(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule, ending: str
) -> None:
    path = tmp_path / f"film{ending}"
    list(export(path, Forward(digits, schedule), SPEC.changed(back=True)))
    frames, durations, _ = with_pillow(path)
    assert durations == [500, 80, 80, 80, 1200, 80, 80, 80, 1200]
    for place in range(5):
        assert np.array_equal(frames[place], frames[8 - place])


WRITERS = [GifWriter, WebpWriter, ApngWriter, SlideWriter, ZipWriter, Mp4Writer]


@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_is_left_of_a_film_that_was_given_up(
    tmp_path: Path, random_frames: Frames, writer: type[FrameWriter]
) -> None:
    for frames in (0, 2):
        made = writer(tmp_path / "film")
        for frame in random_frames(frames, (64, 96, 3)):
            made.add(frame)
        made.abort()
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("writer", WRITERS)
def test_a_full_disk_is_said(
    tmp_path: Path,
    random_frames: Frames,
    writer: type[FrameWriter],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    made = writer(tmp_path / "film")
    with pytest.raises(UserError, match="No space left"), made:
        made.add(random_frames(1, (64, 96, 3))[0])
        monkeypatch.setattr("os.fsync", full)
        made.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("writer", WRITERS)
def test_memory_does_not_grow_with_the_frames(tmp_path: Path, writer: type[FrameWriter]) -> None:
    """Of 40 frames, no more than a few are held at any time."""

    def frames() -> Iterator[np.ndarray]:
        rng = np.random.default_rng(0)
        for _ in range(40):
            yield rng.integers(0, 256, (120, 160, 3), dtype=np.uint8)

    with writer(tmp_path / "film") as made:
        peaks = []
        tracemalloc.start()
        try:
            for place, frame in enumerate(frames()):
                made.add(frame)
                if place in (9, 39):
                    peaks.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
    frame_bytes = 120 * 160 * 3
    assert peaks[1] - peaks[0] < 6 * frame_bytes


def test_mp4_without_its_library_is_said_before_any_work(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(UserError, match=r"diffvis\[video\]"):
        export(tmp_path / "film.mp4", Forward(digits, schedule), SPEC)
    assert list(tmp_path.iterdir()) == []


def test_what_a_format_cannot_show_is_said(
    tmp_path: Path, digits: Dataset, schedule: NoiseSchedule
) -> None:
    subject = Forward(digits, schedule)
    with pytest.raises(UserError, match="MP4 cannot be transparent"):
        export(tmp_path / "a.mp4", subject, SPEC.changed(transparent=True))
    with pytest.raises(UserError, match=r"\.csv"):
        export(tmp_path / "a.csv", subject, SPEC)
    with pytest.raises(UserError, match=r"\.gif"):
        export(tmp_path / "a.gif", subject, SPEC.changed(view="strip"))
    with pytest.raises(UserError, match="no view loss"):
        export(tmp_path / "a.png", subject, SPEC.changed(view="loss"))
    with pytest.raises(UserError, match="too much"):
        ExportSpec(size=(7680, 4320), frames=2000)


@pytest.mark.parametrize(("columns", "factor"), list(itertools.product((None, 4, 1), (None, 3))))
def test_the_grid_can_be_chosen(
    tmp_path: Path, digits_model: Model, columns: int | None, factor: int | None
) -> None:
    spec = SPEC.changed(columns=columns, factor=factor, caption=False, style="light")
    list(export(tmp_path / "a.png", Reverse(digits_model), spec))
    shown = np.asarray(Image.open(tmp_path / "a.png"))
    covered = (shown != 255).any(2)
    rows, cols = np.flatnonzero(covered.any(1)), np.flatnonzero(covered.any(0))
    high, wide = rows[-1] - rows[0] + 1, cols[-1] - cols[0] + 1
    if columns == 4:
        assert wide > 3 * high
    if columns == 1:
        assert high > 3 * wide
    if factor == 3:
        assert max(high, wide) <= 4 * 8 * 3 + 3 * 8


def test_a_grid_that_does_not_fit_is_said(tmp_path: Path, digits_model: Model) -> None:
    spec = SPEC.changed(factor=100)
    with pytest.raises(UserError, match="smaller factor"):
        list(export(tmp_path / "a.png", Reverse(digits_model), spec))
    assert list(tmp_path.iterdir()) == []
