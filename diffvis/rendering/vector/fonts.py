"""The letters that a drawing needs, to travel in it."""

import base64
import io
from functools import lru_cache

from fontTools import subset
from fontTools.ttLib import TTFont

from diffvis.files import resource

FAMILY = "DejaVu Sans"
FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}


def font_face(letters: str, bold: bool) -> str:
    """A rule of CSS with the font of these letters."""
    data = base64.b64encode(_part("".join(sorted(set(letters))), bold)).decode("ascii")
    weight = "bold" if bold else "normal"
    return (
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; '
        f"src: url(data:font/woff;base64,{data}) }}"
    )


@lru_cache(maxsize=16)
def _part(letters: str, bold: bool) -> bytes:
    """A WOFF of the letters alone; the same bytes each time."""
    with TTFont(resource(f"fonts/{FILES[bold]}"), recalcTimestamp=False) as font:
        options = subset.Options(
            flavor="woff", notdef_outline=True, layout_features=["kern"], hinting=False,
            drop_tables=["FFTM"],
        )  # fmt: skip
        cutter = subset.Subsetter(options)
        cutter.populate(text=letters)
        cutter.subset(font)
        font.flavor = "woff"
        made = io.BytesIO()
        font.save(made)
    return made.getvalue()
