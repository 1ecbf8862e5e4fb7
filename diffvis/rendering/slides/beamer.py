r"""A deck for LaTeX: a frame of Beamer for each slide, stills by graphicx, films by animate.

In the mode ``handout``, and where a reader plays no films, the last frame of a film stands in its
place.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from diffvis.files import atomic_write
from diffvis.rendering.files import reported
from diffvis.rendering.formats.latex import LATEX
from diffvis.rendering.slides.slide import Slide

HIGH = 0.72, 0.6  # of the height of the text that a picture has; above a caption
WIDE = 2.5  # width over height from which the width limits it
_LINE = re.compile(r"\\animategraphics\[(.*),width=\\linewidth\](\{.*)")
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_SYMBOLS = {
    "−": "-", "×": r"\times", "·": r"\cdot", "√": r"\surd", "≤": r"\le", "≥": r"\ge",
    "≈": r"\approx", "→": r"\to", "←": r"\leftarrow", "∞": r"\infty", "∑": r"\sum", "∼": r"\sim",
    "∈": r"\in", "‖": r"\|", "∇": r"\nabla",
}  # fmt: skip
_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
    "mu", "nu", "xi", "o", "pi", "rho", "varsigma", "sigma", "tau", "upsilon", "phi", "chi", "psi",
    "omega",
)  # fmt: skip
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar"}
_MARK = f"[{''.join(_ACCENTS)}]"
_FORMULA = re.compile(rf"(?<!\w)(\w)(?:({_MARK})(?:_(\w)(?!\w))?|()_(\w)(?!\w))")
"""A letter with an accent, with one letter below it, or with both: x̂, x_t, ε̂_t."""
PREAMBLE = r"""% For pdflatex or lualatex. Option handout: on paper, the last frame of each film.
\documentclass[aspectratio=169]{beamer}
\usepackage{iftex}
\iftutex\usepackage{fontspec}\else\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\fi
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{graphicx}
\usepackage{animate}
\setbeamertemplate{navigation symbols}{}
"""


def write_beamer(path: Path, slides: Sequence[Slide], title: str) -> None:
    """Write ``path``, beside the files of the slides; the film of one is a folder of frames.

    Raises:
        UserError: it cannot be written.
    """
    words = "".join(_document(path.parent, slides, title))
    with reported(path), atomic_write(path) as file:
        file.write(words.encode())


def _document(folder: Path, slides: Sequence[Slide], title: str) -> Iterator[str]:
    yield PREAMBLE
    yield f"\\title{{{tex(title)}}}\n\\begin{{document}}\n"
    for slide in slides:
        yield f"\n\\begin{{frame}}{{{tex(slide.title)}}}\n\\centering\n"
        high = HIGH[bool(slide.caption)]
        still = _still(slide.still.relative_to(folder), high)
        if slide.film is None:
            yield f"{still}\n"
        else:
            yield f"\\mode<beamer>{{{_film(slide, folder, high)}}}\n\\mode<handout>{{{still}}}\n"
        if slide.caption:
            yield f"\\par\\smallskip{{\\footnotesize {tex(slide.caption)}\\par}}\n"
        if slide.notes:
            yield f"\\note{{{tex(slide.notes)}}}\n"
        yield "\\end{frame}\n"
    yield "\n\\end{document}\n"


def _still(file: Path, high: float) -> str:
    size = f"width=\\linewidth,height={high}\\textheight,keepaspectratio"
    return f"\\includegraphics[{size}]{{{file.as_posix()}}}"


def _film(slide: Slide, folder: Path, high: float) -> str:
    """The line that came with the frames, of another size, and with its last frame on paper."""
    assert slide.film is not None
    found = _LINE.search((slide.film / LATEX).read_text(encoding="utf-8"))
    assert found is not None, "as it was written"
    with Image.open(slide.film / "frame-0000.png") as first:
        wide = first.width / first.height > WIDE
    size = "width=\\linewidth" if wide else f"height={high}\\textheight"
    return f"\\animategraphics[{found[1]},poster=last,{size}]{found[2]}"


def tex(words: str) -> str:
    """Words as LaTeX reads them; symbols of the papers as formulas."""
    made, end = [], 0
    rest = "".join(map(_apart, unicodedata.normalize("NFC", words)))
    for found in _FORMULA.finditer(rest):
        made.append(_plain(rest[end : found.start()]))
        letter = _symbol(found[1]) or found[1]
        if found[2]:
            letter = f"\\{_ACCENTS[found[2]]}{{{letter}}}"
        index = found[3] or found[5]
        below = f"_{{{_symbol(index) or index}}}" if index else ""
        made.append(f"\\ensuremath{{{letter}{below}}}")
        end = found.end()
    made.append(_plain(rest[end:]))
    return "".join(made)


def _apart(letter: str) -> str:
    """ᾱ as α and its bar; é stays one letter."""
    return unicodedata.normalize("NFD", letter) if "\u1f00" <= letter <= "\u1fff" else letter


def _plain(words: str) -> str:
    return "".join(map(_letter, words))


def _letter(letter: str) -> str:
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    if symbol := _symbol(letter):
        return f"\\ensuremath{{{symbol}}}"
    kind, _, plain = unicodedata.decomposition(letter).partition(" ")
    if kind in ("<sub>", "<super>"):
        base = chr(int(plain, 16))
        script = "_" if kind == "<sub>" else "^"
        return f"\\ensuremath{{{script}{{{_symbol(base) or base}}}}}"
    return letter


def _symbol(letter: str) -> str:
    """What stands for it in a formula; "" of what is a letter there as well."""
    if letter in _SYMBOLS:
        return _SYMBOLS[letter]
    place = ord(letter) - ord("α")
    if 0 <= place < len(_GREEK):
        return "o" if _GREEK[place] == "o" else f"\\{_GREEK[place]}"
    return {"Σ": r"\Sigma", "Δ": r"\Delta", "Φ": r"\Phi", "Ω": r"\Omega"}.get(letter, "")
