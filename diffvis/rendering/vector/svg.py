"""A scene as SVG: words are words, lines are paths, and each pixel of a picture is a square.

What is used is what all viewers know (Chromium, Inkscape, librsvg, LibreOffice, Qt): sizes in
pixels, since Qt draws points at three quarters; no masks, no styles by class, every word at its
place.
"""

import base64
import io
import re
from collections.abc import Iterator
from html import escape
from typing import BinaryIO

import numpy as np
from PIL import Image as Pictures

import diffvis
from diffvis.rendering.geometry import Rect
from diffvis.rendering.markup import plain
from diffvis.rendering.scene.marks import Dots, Fill, Image, Lines, Mark, Part, Plot, Scene, Words
from diffvis.rendering.style import Colour
from diffvis.rendering.text import advance, write_with
from diffvis.rendering.vector.clip import below_top, clipped
from diffvis.rendering.vector.dots import picture_of
from diffvis.rendering.vector.fonts import FAMILY, font_face
from diffvis.rendering.vector.squares import enlarged, over_one

NAMESPACES = (
    'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:cc="http://creativecommons.org/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
)
BETWEEN_SPACES = re.compile(r"[^ ]+( [^ ]+)*")
BOLD = re.compile("bold|font(-weight)?: 700")
TEXT = re.compile(r"<text([^>]*)>([^<]*)")


def write_svg(scene: Scene, file: BinaryIO, comment: str = "", transparent: bool = False) -> None:
    """Write it with ``comment`` among what it says about itself; ``transparent``: without what
    pictures lie on.
    """
    width, height = scene.size
    body = "\n".join(_Drawer(transparent).of(scene.marks))
    file.write(
        "".join(
            (
                '<?xml version="1.0" encoding="utf-8"?>\n',
                f'<svg {NAMESPACES} width="{width}" height="{height}" ',
                f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title said" ',
                f'font-family="{FAMILY}, Verdana, sans-serif">\n',
                f'<title id="title">{escape(scene.title)}</title>\n',
                f'<desc id="said">{escape(scene.alternative or scene.title)}</desc>\n',
                _about(scene.title, comment),
                f"<style>{_fonts(body)}</style>\n",
                body,
                "\n</svg>\n",
            )
        ).encode()
    )


def _about(title: str, comment: str) -> str:
    return (
        "<metadata><rdf:RDF><cc:Work>"
        f"<dc:title>{escape(title)}</dc:title>"
        f"<dc:description>{escape(comment)}</dc:description>"
        f"<dc:creator><cc:Agent><dc:title>diffvis {diffvis.__version__}</dc:title></cc:Agent>"
        "</dc:creator></cc:Work></rdf:RDF></metadata>\n"
    )


def _fonts(body: str) -> str:
    """The letters of all words in ``body``."""
    letters = {False: "", True: ""}
    for looks, words in TEXT.findall(body):
        letters[BOLD.search(looks) is not None] += re.sub(r"&#?\w+;", "&<>\"'", words)
    return "\n".join(font_face(words, bold) for bold, words in letters.items() if words)


class _Drawer:
    """The elements of each mark."""

    def __init__(self, transparent: bool) -> None:
        self._transparent = transparent
        self._plots = 0

    def of(self, marks: tuple[Mark, ...]) -> Iterator[str]:
        for mark in marks:
            if isinstance(mark, Fill):
                if mark.shown(self._transparent):
                    yield _box(mark.rect, mark.colour)
            elif isinstance(mark, Image):
                yield from _image(mark)
            elif isinstance(mark, Words):
                yield _words(mark)
            elif isinstance(mark, Lines):
                yield _lines(mark)
            elif isinstance(mark, Dots):
                yield from _dots(mark)
            elif isinstance(mark, Plot):
                self._plots += 1
                yield _plot(mark, self._plots)
            else:
                yield from self._part(mark)

    def _part(self, mark: Part) -> Iterator[str]:
        yield f'<g data-name="{escape(mark.name)}">'
        yield from self.of(mark.marks)
        yield "</g>"


def _box(rect: Rect, colour: Colour) -> str:
    return (
        f'<rect x="{rect.x}" y="{rect.y}" width="{rect.width}" height="{rect.height}" '
        f'fill="{_hex(colour)}"/>'
    )


def _image(mark: Image) -> Iterator[str]:
    height, width = mark.pixels.shape[:2]
    found = None if mark.smooth else over_one(mark.pixels)
    if found is None:
        yield embedded(mark.pixels if mark.smooth else enlarged(mark.pixels), mark.x, mark.y,
                       width, height, mark.smooth)  # fmt: skip
        return
    yield f'<g transform="translate({mark.x} {mark.y})" shape-rendering="crispEdges">'
    for colour, each in found.items():
        way = "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in each)
        yield f'<path fill="{_hex(colour)}" d="{way}"/>'
    yield "</g>"


def embedded(
    pixels: np.ndarray, x: float, y: float, width: float, height: float, smooth: bool
) -> str:
    """A picture (h, w, 3 or 4) as PNG, at its place."""
    made = io.BytesIO()
    Pictures.fromarray(np.ascontiguousarray(pixels)).save(made, "PNG", optimize=True)
    data = base64.b64encode(made.getvalue()).decode("ascii")
    sharp = "" if smooth else ' style="image-rendering: pixelated"'
    return (
        f'<image x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" '
        f'preserveAspectRatio="none"{sharp} xlink:href="data:image/png;base64,{data}"/>'
    )


class _Letters:
    """Words as elements."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def letters(self, text: str, x: float, baseline: float, size: float, bold: bool) -> None:
        weight = ' font-weight="bold"' if bold else ""
        for found in BETWEEN_SPACES.finditer(text):  # of which viewers make one, or none
            left = x + advance(text[: found.start()], size, bold)
            long = advance(found[0], size, bold)  # Qt rounds sizes, others know of lengths
            fits = f' textLength="{_n(long)}" lengthAdjust="spacingAndGlyphs"'
            self.made.append(
                f'<text x="{_n(left)}" y="{_n(baseline)}" font-size="{_n(size)}"{weight}'
                f"{fits * (len(found[0]) > 1)}>{escape(found[0])}</text>"
            )

    def line(self, points: list[tuple[float, float]], thickness: float) -> None:
        self.made.append(
            f'<path d="{_way(points)}" fill="none" stroke="currentColor" '
            f'stroke-width="{_n(max(1.0, thickness))}" stroke-linejoin="round"/>'
        )


def _words(mark: Words) -> str:
    pen = _Letters()
    write_with(pen, mark.markup, mark.x, mark.baseline, mark.size, mark.bold)
    tone = _hex(mark.colour)
    made = [each.replace("currentColor", tone) for each in pen.made]
    if len(made) == 1:
        return made[0].replace("<text ", f'<text fill="{tone}" ', 1)
    said = escape(plain(mark.markup))
    return f'<g fill="{tone}" aria-label="{said}">{"".join(made)}</g>'


def _lines(mark: Lines) -> str:
    pieces = [piece for line in mark.lines for piece in clipped(line, mark.within)]
    opacity = "" if mark.opacity >= 1 else f' stroke-opacity="{mark.opacity:.3g}"'
    return (
        f'<path d="{"".join(_way(piece.tolist()) for piece in pieces)}" fill="none" '
        f'stroke="{_hex(mark.colour)}" stroke-width="{_n(max(1.0, mark.thickness))}"{opacity} '
        'stroke-linejoin="round"/>'
    )


def _dots(mark: Dots) -> Iterator[str]:
    picture = picture_of(mark)
    if picture is not None:
        yield embedded(picture, *_corners(mark.within), smooth=True)
        return
    points, colours = mark.inside()
    yield f'<g fill-opacity="{mark.opacity:.3g}">'
    radius, plainly = _n(mark.radius), isinstance(colours, tuple)
    for k, (x, y) in enumerate(points.tolist()):
        tone = _hex(colours if plainly else colours[k].tolist())
        yield f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{radius}" fill="{tone}"/>'
    yield "</g>"


def _corners(rect: Rect) -> tuple[int, int, int, int]:
    return rect.x, rect.y, rect.width, rect.height


def _plot(mark: Plot, number: int) -> str:
    from diffvis.rendering.figure import chart_svg  # matplotlib takes its time

    made = chart_svg(below_top(mark.chart))
    inner = made[made.index("<g id=") : made.rindex("</svg>")]
    if "<defs>" in made:  # markers and edges, but not the rule for all elements
        inner = re.sub(r"<style.*?</style>", "", inner, flags=re.DOTALL)
    inner = re.sub(r'(id="|url\(#|href="#)', rf"\1p{number}-", inner)  # several plots on a page
    across = mark.rect.width / (mark.chart.size[0] * 0.75)
    return (
        f'<g transform="translate({mark.rect.x} {mark.rect.y}) scale({across:.6g})" '
        f'stroke-linejoin="round">{inner}</g>'
    )


def _way(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _n(value: float) -> str:
    """A number with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _hex(colour: Colour | list[int] | tuple[int, ...]) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
