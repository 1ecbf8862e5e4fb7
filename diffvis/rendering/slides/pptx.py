"""A deck for PowerPoint, Keynote and LibreOffice, by python-pptx."""

import importlib.util
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from diffvis.errors import UserError
from diffvis.files import atomic_write
from diffvis.rendering.files import check_path, reported
from diffvis.rendering.slides.slide import Slide
from diffvis.rendering.style import Colour, Style

SUFFIX = ".pptx"
WIDTH, HEIGHT = 13.333, 7.5  # inches, 16:9
MARGIN, TITLE, CAPTION = 0.5, 0.8, 1.0  # inches; the caption has as much where there is one
TITLE_POINTS, CAPTION_POINTS = 30, 15
TITLE_ONLY = 5  # among the layouts of python-pptx's own template


def check_pptx(path: Path) -> None:
    """Raise UserError where no deck can be written to ``path``."""
    check_path(path, (SUFFIX,))
    if importlib.util.find_spec("pptx") is None:
        raise UserError(
            "writing slides needs python-pptx, which is not installed",
            'pip install "diffvis[slides]"',
        )


def write_pptx(path: Path, slides: Sequence[Slide], title: str, look: Style) -> None:
    """Write a slide for each: its title above, the picture or the film in the middle, the caption
    below, the notes where its speaker sees them.

    Raises:
        UserError: python-pptx is missing, or the file cannot be written.
    """
    check_pptx(path)
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    deck.core_properties.title = title[:255]  # more is refused
    deck.core_properties.author = "diffvis"
    for slide in slides:
        _add(deck, slide, look)
    made = io.BytesIO()
    deck.save(made)
    with reported(path), atomic_write(path) as file:
        file.write(made.getvalue())


def _add(deck: Any, slide: Slide, look: Style) -> None:
    from pptx.util import Inches

    page = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    page.background.fill.solid()
    page.background.fill.fore_color.rgb = _rgb(look.panel)
    place = page.shapes.title
    place.left, place.top = Inches(MARGIN), Inches(0.2)
    place.width, place.height = Inches(WIDTH - 2 * MARGIN), Inches(TITLE)
    _write(place.text_frame, slide.title, TITLE_POINTS, look.text, bold=True)
    below = CAPTION if slide.caption else 0.0
    room = WIDTH - 2 * MARGIN, HEIGHT - TITLE - 0.4 - below - 0.2
    with Image.open(slide.still) as still:
        ratio = still.width / still.height
    width = min(room[0], room[1] * ratio)
    where = [
        Inches((WIDTH - width) / 2), Inches(TITLE + 0.4 + (room[1] - width / ratio) / 2),
        Inches(width), Inches(width / ratio),
    ]  # fmt: skip
    if slide.film is None:
        shown = page.shapes.add_picture(str(slide.still), *where)
    else:
        shown = page.shapes.add_movie(
            str(slide.film), *where, poster_frame_image=str(slide.still), mime_type="video/mp4"
        )
    shown._element.nvPicPr.cNvPr.set("descr", slide.said or slide.title)
    if slide.caption:
        box = page.shapes.add_textbox(
            Inches(MARGIN), Inches(HEIGHT - below - 0.1), Inches(WIDTH - 2 * MARGIN), Inches(below)
        )
        box.text_frame.word_wrap = True
        _write(box.text_frame, slide.caption, CAPTION_POINTS, look.muted)
    if slide.notes:
        page.notes_slide.notes_text_frame.text = slide.notes


def _write(frame: Any, words: str, points: int, colour: Colour, bold: bool = False) -> None:
    from pptx.util import Pt

    frame.text = words
    for paragraph in frame.paragraphs:
        paragraph.font.size, paragraph.font.bold = Pt(points), bold
        paragraph.font.color.rgb = _rgb(colour)


def _rgb(colour: Colour) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor(*colour)
