"""The HTML slide in a real browser: its pixels, its slider, its keys alone and inside a deck."""

import base64
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.rendering.export import export
from diffvis.rendering.forward_film import forward_frames
from diffvis.rendering.frames import even_timesteps
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from tests.browser import Page, browser, installed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.process,
    pytest.mark.skipif(installed() is None, reason="there is no browser"),
]
SPEC = ExportSpec(size=(480, 270), frames=12, frame_ms=40, hold_ms=100, first_ms=0, count=4, loop=1)
DECK = """<!doctype html><title>deck</title>
<iframe id="film" src="film.html" style="width: 900px; height: 600px; border: 0"></iframe>
<script>
const heard = [], pressed = [];
addEventListener("message", ({ data }) => heard.push(data));
addEventListener("keydown", ({ key }) => pressed.push(key));
const inside = (id) => document.getElementById("film").contentDocument.getElementById(id);
</script>"""
PIXELS = """(() => {
const canvas = document.getElementById("moving");
const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
return crypto.subtle.digest("SHA-256", data).then(
    (found) => Array.from(new Uint8Array(found), (b) => b.toString(16).padStart(2, "0")).join(""));
})()"""
PLACE = "Number(document.getElementById('moment').value)"
SHOWN = "document.getElementById('moving').dataset.shown"
PLAYS = "document.documentElement.classList.contains('playing')"


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory, digits: Dataset, schedule: NoiseSchedule
) -> Path:
    made = tmp_path_factory.mktemp("slide")
    list(export(made / "film.html", Forward(digits, schedule), SPEC))
    clear = SPEC.changed(transparent=True, frames=3, style="light")
    list(export(made / "clear.html", Forward(digits, schedule), clear))
    (made / "deck.html").write_text(DECK)
    return made


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Page]:
    with browser(folder) as page:
        yield page


@pytest.fixture
def page(running: Page, folder: Path) -> Iterator[Page]:
    """The film, just opened; whatever goes wrong in it fails the test."""
    running.resize(1000, 700)
    running.prefer()
    running.open("about:blank")
    running.asked.clear()
    running.open((folder / "film.html").as_uri())
    running.wait(f"{SHOWN} === '0'")
    yield running
    assert running.errors == []


def drag_to(page: Page, place: int) -> None:
    """What a script does to the slider."""
    page.run(
        "(() => { const slider = document.getElementById('moment');"
        f" slider.value = {place}; slider.dispatchEvent(new Event('input')); }})()"
    )
    page.wait(f"{SHOWN} === '{place}'")


def test_the_slider_shows_the_frames_of_the_film_pixel_by_pixel(
    page: Page, digits: Dataset, schedule: NoiseSchedule
) -> None:
    times = even_timesteps(schedule, 12, easing="end")
    frames = [f for f in forward_frames(digits, schedule, SPEC, times) if f is not None]
    for place in (5, 11, 1, 0):
        drag_to(page, place)
        opaque = np.dstack([frames[place], np.full(frames[place].shape[:2], 255, np.uint8)])
        assert page.run(PIXELS) == hashlib.sha256(opaque.tobytes()).hexdigest()
        assert page.run("document.getElementById('now').textContent") == f"t = {times[place]} of 30"
        spoken = page.run("document.getElementById('moment').getAttribute('aria-valuetext')")
        assert spoken == f"t = {times[place]} of 30"
    assert all(url.startswith(("file:", "data:")) for url in page.asked)


def test_it_plays_to_the_end_and_as_often_as_it_was_told(page: Page) -> None:
    assert not page.run(PLAYS), "it waits to be asked"
    page.run("document.getElementById('play').click()")
    assert page.run("document.getElementById('play').ariaLabel") == "Pause"
    page.wait(f"!{PLAYS}")
    assert page.run(PLACE) == 11
    assert page.run("document.getElementById('play').ariaLabel") == "Play"


def test_keys_of_a_page_of_its_own(page: Page) -> None:
    for key, shift, place in (
        ("ArrowRight", False, 1), ("ArrowRight", True, 11), ("ArrowLeft", False, 10),
        ("Home", False, 0), ("End", False, 11),
    ):  # fmt: skip
        page.press(key, shift=shift)
        assert page.run(PLACE) == place
    page.press(" ")
    assert page.run(PLAYS) or page.run(PLACE) == 11
    page.wait(f"!{PLAYS}")


def test_nothing_moves_by_itself_for_who_prefers_that(page: Page, folder: Path) -> None:
    address = (folder / "film.html").as_uri() + "#play"
    page.open("about:blank")
    page.prefer(prefers_reduced_motion="reduce")
    page.open(address)
    page.wait(f"{SHOWN} === '0'")
    assert not page.run(PLAYS)
    page.open("about:blank")
    page.prefer(prefers_reduced_motion="no-preference")
    page.open(address)
    page.wait(f"{PLACE} === 11")


def test_it_begins_where_its_address_says(page: Page, folder: Path) -> None:
    page.open("about:blank")
    page.open((folder / "film.html").as_uri() + "#t=30")
    page.wait(f"{PLACE} === 11")


def test_in_a_deck_arrows_are_the_decks_unless_the_slider_has_the_focus(
    page: Page, folder: Path
) -> None:
    page.open((folder / "deck.html").as_uri())
    page.wait("inside('moving')?.dataset.shown === '0'")
    page.press("ArrowRight")
    assert page.run("pressed") == ["ArrowRight"], "it has not taken the focus"
    middle = (
        "(() => { const at = inside('ID').getBoundingClientRect(),"
        " of = document.getElementById('film').getBoundingClientRect();"
        " return [of.x + at.x + at.width / 2, of.y + at.y + at.height / 2]; })()"
    )
    page.click(*page.run(middle.replace("ID", "moment")))
    page.wait("document.activeElement.id === 'film'")
    place = page.run("Number(inside('moment').value)")
    page.press("ArrowRight")
    assert page.run("Number(inside('moment').value)") == place + 1
    assert page.run("heard") == []
    page.press("PageDown")
    page.wait("heard.length === 1")
    assert page.run("Number(inside('moment').value)") == place + 1, "a clicker is for the deck"
    page.press("Escape")
    page.press("ArrowRight")
    page.wait("heard.length === 2")
    assert page.run("heard.map(JSON.parse)") == [
        {"method": "triggerKey", "args": [34]}, {"method": "triggerKey", "args": [39]},
    ]  # fmt: skip
    assert page.run("Number(inside('moment').value)") == place + 1
    assert page.run("pressed") == ["ArrowRight"]
    playing = "inside('play').ariaLabel === 'Pause'"
    page.run("inside('speed').value = '0.25'")
    page.click(*page.run(middle.replace("ID", "moving")))
    page.wait(playing)
    page.run("document.getElementById('film').contentWindow.postMessage('slide:stop', '*')")
    page.wait(f"!({playing})")


def test_all_of_it_is_seen_at_any_width(page: Page) -> None:
    boxes = (
        "['moving', 'play', 'moment', 'now', 'speed'].map((id) => {"
        " const r = document.getElementById(id).getBoundingClientRect();"
        " return [r.left, r.top, r.right, r.bottom, r.width, r.height]; })"
    )
    for width, height in ((320, 480), (480, 320), (1000, 700), (1920, 1080)):
        page.resize(width, height)
        for left, top, right, bottom, wide, tall in page.run(boxes):
            assert left >= 0 and top >= 0 and right <= width and bottom <= height
            assert wide >= 24 and tall >= 16, "large enough to be hit (WCAG 2.2, 2.5.8)"


@pytest.mark.parametrize(("width", "exact"), [(960, True), (480, True), (700, False), (300, False)])
def test_pixels_are_sharp_where_each_is_a_whole_number_of_the_screens(
    page: Page, width: int, exact: bool
) -> None:
    page.resize(width, 1000)
    page.wait(
        f"document.getElementById('moving').classList.contains('exact') === {str(exact).lower()}"
    )


def test_it_prints_its_last_frame(page: Page, digits: Dataset, schedule: NoiseSchedule) -> None:
    drag_to(page, 3)
    printed = page.tell("Page.printToPDF", printBackground=True)["data"]
    document = pypdfium2.PdfDocument(base64.b64decode(printed))
    assert len(document) == 1
    assert "t = 30" not in document[0].get_textpage().get_text_range(), "the controls stay away"
    assert "cosine schedule" in document[0].get_textpage().get_text_range()
    (found,) = (o for o in document[0].get_objects() if isinstance(o, pypdfium2.PdfImage))
    *_, last = forward_frames(digits, schedule, SPEC, [0, 30])
    shown = np.asarray(found.get_bitmap().to_pil().convert("RGB")).astype(int)
    assert shown.shape == last.shape
    assert np.abs(shown - last).mean() < 1


def test_what_is_below_a_transparent_film_shows_inside_a_deck(page: Page, folder: Path) -> None:
    deck = folder / "clear-deck.html"
    deck.write_text(
        "<!doctype html><body style='margin: 0; background: rgb(10, 200, 30)'>"
        "<iframe src='clear.html' style='width: 100vw; height: 90vh; border: 0'></iframe>"
    )
    page.open(deck.as_uri())
    page.wait("frames[0].document.getElementById('moving')?.dataset.shown === '0'")
    shot = Image.open(io.BytesIO(base64.b64decode(page.tell("Page.captureScreenshot")["data"])))
    assert shot.convert("RGB").getpixel((3, 3)) == (10, 200, 30)
