"""Decks of slides: what python-pptx reads back, and what LaTeX is given."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffvis.cli import main
from diffvis.errors import UserError
from diffvis.rendering.slides.beamer import tex, write_beamer
from diffvis.rendering.slides.pptx import check_pptx, write_pptx
from diffvis.rendering.slides.slide import Slide
from diffvis.rendering.style import DARK

pptx = pytest.importorskip("pptx")
INCH = 914_400


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "still.png"
    Image.new("RGB", (320, 180), "orange").save(path)
    return path


def test_a_slide_has_title_picture_caption_and_notes(tmp_path: Path, still: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"of a film")
    slides = [
        Slide("ᾱ over t", still, caption="half of it", notes="Say why.", said="a curve falls"),
        Slide("Noise", still, film),
    ]
    write_pptx(tmp_path / "a.pptx", slides, "Mine", DARK)
    deck = pptx.Presentation(tmp_path / "a.pptx")
    assert (deck.slide_width, deck.slide_height) == (round(13.333 * INCH), round(7.5 * INCH))
    assert deck.core_properties.title == "Mine"
    first, second = deck.slides
    assert first.shapes.title.text == "ᾱ over t" and second.shapes.title.text == "Noise"
    assert first.notes_slide.notes_text_frame.text == "Say why." and not second.has_notes_slide
    picture, caption = list(first.shapes)[1:]
    assert caption.text_frame.text == "half of it"
    assert picture.image.blob == still.read_bytes()
    assert picture.width / picture.height == pytest.approx(16 / 9, rel=1e-4)
    assert picture._element.nvPicPr.cNvPr.get("descr") == "a curve falls"
    (movie,) = list(second.shapes)[1:]
    assert movie.poster_frame.blob == still.read_bytes(), "the last frame, not the noise"
    films = [p.blob for p in deck.part.package.iter_parts() if p.partname.endswith(".mp4")]
    assert films == [b"of a film"]
    for slide in deck.slides:
        assert slide.background.fill.fore_color.rgb == pptx.dml.color.RGBColor(*DARK.panel)
        shapes = list(slide.shapes)
        for shape in shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width
            assert shape.top >= 0 and shape.top + shape.height <= deck.slide_height
        for above, below in pairwise(shapes):
            assert above.top + above.height <= below.top, "nothing overlaps"


def test_a_deck_needs_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"diffvis\[slides\]"):
        check_pptx(tmp_path / "a.pptx")


def test_a_figure_is_a_slide(tmp_path: Path) -> None:
    out = tmp_path / "a.pptx"
    asked = ["export", "figure", "alpha-bar", "--style", "light", "--size", "640x360"]
    assert main([*asked, "--out", str(out)]) == 0
    (slide,) = pptx.Presentation(out).slides
    title, picture, caption = slide.shapes
    assert title.text == "ᾱₜ of two schedules" and "half of it" in caption.text_frame.text
    assert picture.image.size == (640, 360), "its caption is on the slide, not in the picture"
    assert "Nichol" in slide.notes_slide.notes_text_frame.text
    assert main([*asked, "--out", str(out)]) == 2, "it is there"


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("50 % of a_b & c#", r"50 \% of \ensuremath{a_{b}} \& c\#"),
        ("snake_case {x} \\ é", r"snake\_case \{x\} \textbackslash{} é"),
        (
            "x̂_0, ᾱ, ε",
            r"\ensuremath{\hat{x}_{0}}, \ensuremath{\bar{\alpha}}, \ensuremath{\epsilon}",
        ),
        ("t−1 → xₜ²", r"t\ensuremath{-}1 \ensuremath{\to} x\ensuremath{_{t}}\ensuremath{^{2}}"),
    ],
)
def test_words_for_latex(words: str, read: str) -> None:
    assert tex(words) == read


def test_a_frame_for_each_slide(tmp_path: Path, still: Path) -> None:
    frames = tmp_path / "b.frames"
    asked = ["export", "forward", "--data", "swiss-roll", "--frames", "3", "--size", "160x90"]
    assert main([*asked, "--hold-ms", "900", "--count", "50", "--out", str(frames)]) == 0
    last = frames / "frame-0002.png"
    slides = [Slide("A", still, notes="Say & do"), Slide("B", last, frames, caption="c")]
    write_beamer(tmp_path / "deck.tex", slides, "Mine")
    words = (tmp_path / "deck.tex").read_text(encoding="utf-8")
    assert words.count(r"\begin{frame}") == words.count(r"\end{frame}") == 2
    assert r"keepaspectratio]{still.png}" in words and r"\note{Say \& do}" in words
    film = next(line for line in words.splitlines() if "animategraphics" in line)
    assert "timeline={b.frames/animate-timeline.txt}" in film and "poster=last" in film
    assert film.endswith("{b.frames/frame-}{0000}{0002}}") and r"height=0.6\textheight" in film
    assert r"\mode<handout>{\includegraphics" in words and "{b.frames/frame-0002.png}" in words


def test_the_poster_of_a_film_is_its_last_frame(tmp_path: Path) -> None:
    film = tmp_path / "a.apng"
    asked = ["export", "forward", "--data", "swiss-roll", "--frames", "3", "--size", "160x90"]
    assert main([*asked, "--count", "50", "--back", "--poster", "--out", str(film)]) == 0
    with Image.open(film) as shown, Image.open(tmp_path / "a-poster.png") as poster:
        shown.seek(2)  # then it goes back
        assert np.array_equal(shown.convert("RGB"), poster.convert("RGB"))
        assert "recipe" in poster.text
    film.unlink()
    assert main([*asked, "--poster", "--out", str(film)]) == 2, "the poster is there"
