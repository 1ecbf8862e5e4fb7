"""Every view as a drawing: the same picture in Qt, in a PDF and in a browser, and words in it."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import torch
from fontTools.ttLib import TTFont
from PIL import Image
from PySide6.QtGui import QFontDatabase, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from diffvis.bench.registry import tool_of
from diffvis.bench.task import Task
from diffvis.data import Dataset, open_dataset
from diffvis.diffusion import NoiseSchedule, make_schedule
from diffvis.files import resource
from diffvis.models.model import Model
from diffvis.rendering.export import export
from diffvis.rendering.forward import draw_forward
from diffvis.rendering.geometry import Rect
from diffvis.rendering.scene.marks import Dots, Fill, Scene
from diffvis.rendering.scene.marks import Image as Shown
from diffvis.rendering.scene.recorder import scene_of
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import LIGHT
from diffvis.rendering.subjects.bench import Bench
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.nearest import Nearest
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import Schedules
from diffvis.rendering.subjects.subject import Subject
from diffvis.rendering.subjects.true_step import TrueStep
from diffvis.rendering.subjects.walks import Walks
from diffvis.rendering.vector.clip import clipped
from diffvis.rendering.vector.squares import enlarged, squares
from diffvis.rendering.vector.svg import write_svg
from diffvis.sampling.settings import ChainSettings
from tests.browser import browser, installed

SIZE = 480, 270
SPEC = ExportSpec(size=SIZE, style="light", steps=4, sampler="ddim", t=12, count=3, seed=1)


@pytest.fixture(scope="module")
def subjects(
    digits: Dataset, roll: Dataset, digits_model: Model, roll_model: Model, schedule: NoiseSchedule
) -> dict[str, tuple[Subject, ExportSpec, str]]:
    """Each subject with its settings, and words that its picture shows."""
    both = schedule, make_schedule("linear", 30)
    known = torch.zeros(8, 8, dtype=torch.bool)
    known[:4] = True
    task = Task(digits_model, ChainSettings(), x0=digits.x0([3])[0], known=known)
    sides = [ComparedChain(digits_model, ChainSettings(steps=n, count=3)) for n in (4, 6)]
    many = SPEC.changed(count=60)
    around = many.changed(field="streamlines", paths=True, tails=True)
    found: dict[str, tuple[Subject, ExportSpec, str]] = {
        "compare": (Compare(tuple(sides)), SPEC, "6 steps"),
        "nearest": (Nearest(digits_model, digits), SPEC, "the sample"),
        "strips": (Schedules(both, data=digits), SPEC.changed(view="strips"), "linear"),
        "walks": (Walks(schedule, 0.7), SPEC, "Jump and walk"),
        "bench": (Bench(tool_of("inpaint")(), task, "no. 4"), SPEC, "of 30"),
        "true": (
            TrueStep(open_dataset("eight-gaussians"), make_schedule("linear", 100), (0.0, 0.0), 60),
            SPEC.changed(t=None), "DDPM, small",
        ),
        "map": (
            Forward(open_dataset("two-spikes"), schedule), many.changed(view="heatmap"), "shade"
        ),
        "contours": (Reverse(roll_model, data=roll), around.changed(contours=True), "contours"),
        "field": (Reverse(roll_model), many.changed(field="score", paths=True), "longest"),
        "kernel": (
            Forward(roll, schedule), many.changed(view="density", kernel=4, paths=True), "mean"
        ),
    }  # fmt: skip
    for forward in (Forward(digits, schedule), Forward(roll, schedule)):
        for view in forward.views:
            spec = (many if forward.dataset.is_points else SPEC).changed(view=view)
            found[f"{forward.dataset.name} {view}"] = forward, spec, "cosine schedule"
    for reverse in (Reverse(digits_model), Reverse(roll_model)):
        for view in reverse.views:
            spec = (many if reverse.model.is_points else SPEC).changed(view=view)
            found[f"{reverse.model.shape} {view}"] = reverse, spec, "DDIM"
    return found


VIEWS = [
    *(
        "compare",
        "nearest",
        "strips",
        "walks",
        "bench",
        "true",
        "map",
        "contours",
        "field",
        "kernel",
    ),
    *(f"digits {view}" for view in ("equation", "large", "strip")),
    *(f"swiss-roll {view}" for view in ("equation", "cloud", "density", "strip")),
    *(f"(1, 8, 8) {view}" for view in ("samples", "prediction", "step", "strip", "single")),
    *(f"(2,) {view}" for view in ("samples", "prediction", "step", "space", "strip")),
]
OTHERWISE = {"(1, 8, 8) samples", "(2,) samples"}  # drawings of them have always been strips
MOST = 42.0  # of 255: letters lie elsewhere within a pixel, and dots one over the other
CHARTS = {"walks": 80.0, "true": 60.0}  # whose legends stand elsewhere on a page of points


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """How far two pictures are apart where they are most: of the means of squares of 8 pixels."""
    height, width = (side // 8 * 8 for side in a.shape[:2])
    away = (a[:height, :width].astype(float) - b[:height, :width]).mean(2)
    return float(np.abs(away.reshape(height // 8, 8, width // 8, 8).mean((1, 3))).max())


def made(kind: str, subject: Subject, spec: ExportSpec) -> object:
    return [p for p in subject.content(kind, spec, "cpu").pieces() if p is not None][-1]


def in_qt(path: Path) -> np.ndarray:
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        QFontDatabase.addApplicationFont(str(resource(f"fonts/{name}")))
    drawing = QSvgRenderer(str(path))
    assert drawing.isValid()
    image = QImage(drawing.defaultSize(), QImage.Format.Format_RGB888)
    image.fill(0)
    painter = QPainter(image)
    drawing.render(painter)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def test_no_view_is_forgotten(subjects: dict[str, object]) -> None:
    assert set(VIEWS) == set(subjects)


@pytest.mark.parametrize("name", VIEWS)
def test_a_drawing_is_the_picture(
    tmp_path: Path, qapp: object, name: str, subjects: dict[str, tuple[Subject, ExportSpec, str]]
) -> None:
    subject, spec, words = subjects[name]
    picture = made("picture", subject, spec)
    for ending in (".svg", ".pdf"):
        list(export(tmp_path / f"a{ending}", subject, spec))
    written = (tmp_path / "a.svg").read_text(encoding="utf-8")
    said = re.search(r'<desc id="said">([^<]+)</desc>', written)
    assert said is not None and len(said[1]) > 20
    assert words in " ".join(re.findall(r"<text[^>]*>([^<]*)", written))
    document = pypdfium2.PdfDocument(str(tmp_path / "a.pdf"))
    assert words in " ".join(document[0].get_textpage().get_text_range().split())
    printed = document[0].render(scale=96 / 72).to_pil().convert("RGB")
    document.close()
    if name in OTHERWISE:
        return
    assert printed.size == (picture.shape[1], picture.shape[0]), (
        "a PNG, an SVG and a PDF have one size"
    )
    most = CHARTS.get(name, MOST)
    assert apart(np.asarray(printed), picture) < most
    assert apart(in_qt(tmp_path / "a.svg"), picture) < most


@pytest.mark.process
@pytest.mark.skipif(installed() is None, reason="there is no browser")
def test_a_browser_shows_the_same(
    tmp_path: Path, subjects: dict[str, tuple[Subject, ExportSpec, str]]
) -> None:
    with browser(tmp_path) as page:
        page.resize(*SIZE)
        for name in ("digits equation", "(2,) step"):
            subject, spec, _ = subjects[name]
            list(export(tmp_path / "a.svg", subject, spec))
            page.open((tmp_path / "a.svg").as_uri())
            shown = np.asarray(Image.open(io.BytesIO(page.picture())).convert("RGB"))
            assert apart(shown, made("picture", subject, spec)) < MOST


def test_noting_changes_no_pixel(
    digits: Dataset, schedule: NoiseSchedule, noised: Callable[..., tuple[torch.Tensor, ...]]
) -> None:
    x0, eps, x_t = noised(digits.x0([0, 1, 2]), 9)

    def draw() -> np.ndarray:
        return draw_forward(schedule, 9, x0, eps, x_t, SIZE, LIGHT, caption="a_b", selected=1)

    plain, noted = draw(), []
    scene = scene_of(lambda: noted.append(draw()) or noted[0])
    assert np.array_equal(plain, noted[0]) and np.array_equal(plain, draw())
    assert set(scene.parts) == {"x_t", "x_0", "eps"}
    factor = f"{float(schedule.signal[9]):.3f}"
    assert {r"x_{t}", "the data", factor, "of 30"} <= set(scene.words)


def test_grounds_are_left_out_where_they_shall_be() -> None:
    whole = Rect(0, 0, 40, 20)
    marks = Fill(whole, (9, 8, 7), ground=True), Fill(Rect(1, 1, 2, 2), (1, 2, 3))
    for transparent in (False, True):
        file = io.BytesIO()
        write_svg(Scene((40, 20), marks), file, transparent=transparent)
        assert (b"#090807" in file.getvalue()) == (not transparent)
        assert b"#010203" in file.getvalue()


def test_the_letters_travel_with_their_words(tmp_path: Path, schedule: NoiseSchedule) -> None:
    list(export(tmp_path / "a.svg", Schedules((schedule,)), SPEC.changed(view="alpha_bar")))
    written = (tmp_path / "a.svg").read_text(encoding="utf-8")
    fonts = re.findall(r"data:font/woff;base64,([^)]+)", written)
    known: set[str] = set()
    for font in fonts:
        known |= {chr(code) for code in TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap()}
    needed = set("".join(re.findall(r"<text[^>]*>([^<]*)", written))) - set("&;")
    assert len(fonts) == 2 and needed <= known
    assert "β" not in known, "no more than is needed"


def test_a_picture_says_how_large_it_is(tmp_path: Path, schedule: NoiseSchedule) -> None:
    list(export(tmp_path / "a.png", Schedules((schedule,)), SPEC.changed(view="alpha_bar")))
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.info["dpi"] == pytest.approx((96, 96), abs=0.1), "as SVG and PDF have it"


def test_squares_tile_the_picture() -> None:
    picture = np.random.default_rng(0).integers(0, 3, (7, 9, 3), dtype=np.uint8).repeat(4, 0)
    again = np.zeros_like(picture)
    covered = np.zeros(picture.shape[:2], int)
    for colour, each in squares(picture).items():
        for x, y, width, height in each:
            again[y : y + height, x : x + width] = colour
            covered[y : y + height, x : x + width] += 1
    assert np.array_equal(again, picture) and (covered == 1).all()
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    assert squares(noise) is None, "so many would be slow to open"
    assert np.array_equal(enlarged(noise), noise.repeat(6, 0).repeat(6, 1))
    assert enlarged(noise.repeat(7, 0).repeat(7, 1)).shape == (420, 420, 3), "sharp as it is"


def test_lines_end_at_the_edge() -> None:
    box = Rect(0, 0, 10, 10)
    (through,) = clipped(np.array([[-5, 5], [15, 5]]), box)
    assert through.tolist() == [[0, 5], [10, 5]]
    one, two = clipped(np.array([[5, 5], [15, 5], [15, 8], [5, 8]]), box)
    assert one.tolist() == [[5, 5], [10, 5]] and two.tolist() == [[10, 8], [5, 8]]
    assert clipped(np.array([[11, 0], [11, 9]]), box) == []
    (corner,) = clipped(np.array([[1, 1], [4, 4], [12, 4]]), box)
    assert corner.tolist() == [[1, 1], [4, 4], [10, 4]]


def test_many_dots_become_a_picture(roll: Dataset) -> None:
    from diffvis.rendering.scatter import scatter
    from diffvis.rendering.vector import dots

    x = torch.randn(dots.MOST + 1, 2, generator=torch.Generator().manual_seed(0))
    scene = scene_of(lambda: scatter(x, None, (120, 120), 3.0, LIGHT))
    assert any(isinstance(mark, Dots) for mark in scene)
    file = io.BytesIO()
    write_svg(scene, file)
    assert b"<circle" not in file.getvalue() and len(file.getvalue()) < 400_000
    few = io.BytesIO()
    write_svg(scene_of(lambda: scatter(x[:50], None, (120, 120), 3.0, LIGHT)), few)
    assert few.getvalue().count(b"<circle") == int((x[:50].abs() <= 3).all(1).sum())


def test_points_in_space_are_dots(roll_model: Model) -> None:
    scene = made("drawing", Reverse(roll_model), SPEC.changed(count=60, view="space"))
    assert isinstance(scene, Scene)
    assert sum(len(mark.points) for mark in scene if isinstance(mark, Dots)) == 60


def test_what_nobody_noted_is_a_picture() -> None:
    pixels = np.zeros((4, 6, 3), np.uint8)
    (mark,) = scene_of(lambda: pixels)
    assert isinstance(mark, Shown) and mark.pixels is pixels
