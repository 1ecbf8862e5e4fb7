"""Draws the gallery of docs/figures.md again: python docs/make_figures.py [NAME ...]

Each figure of papers and courses is made by its own command, timed, and kept small in
docs/pictures/figures/gallery; the table between the two marks of docs/figures.md is written anew.
The window shows the thumbnails and seconds of resources/figures, which are made here as well.
Without names all are made, which takes some minutes: memorisation trains three networks.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

DOCS = Path(__file__).parent
FOLDER, PAGE = DOCS / "pictures" / "figures" / "gallery", DOCS / "figures.md"
THUMBNAILS = DOCS.parent / "resources" / "figures"
TIMES = THUMBNAILS / "seconds.json"
WIDTH, COLOURS = 400, 128  # of a picture
THUMBNAIL = 224, 126  # pixels: for screens of scale 2
ASKED = {
    "bound-terms": "--count 8", "elbo-parts": "--count 8", "rate-distortion": "--count 8",
    "steps-eta": "--count 100", "guidance": "--count 100",
    "memorisation": "--sizes 10,100,1000",
}  # fmt: skip
OF_A_RUN = "epochs", "early-stopping"
RUN = "my-digits"
TRAINED = ["--steps", "1500", "--set", "patience=3", "--set", "validate_every=50",
           "--set", "preview_every=25", "--set", "lr=0.01"]  # fmt: skip
BEGIN, END = "<!-- gallery -->\n", "<!-- /gallery -->\n"
COLUMNS = 2


def main() -> int:
    from diffvis.rendering.course.registry import FIGURES

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    names = parser.parse_args().names or list(FIGURES)
    FOLDER.mkdir(exist_ok=True)
    THUMBNAILS.mkdir(exist_ok=True)
    seconds = json.loads(TIMES.read_text()) if TIMES.is_file() else {}
    with tempfile.TemporaryDirectory() as home:
        for name in names:
            seconds[name] = round(make(name, Path(home)), 1)
            print(f"{name}: {seconds[name]:.0f} s", flush=True)  # noqa: T201
            TIMES.write_text(json.dumps(dict(sorted(seconds.items())), indent=1) + "\n")
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(before + BEGIN + table(list(FIGURES), seconds) + END + after, encoding="utf-8")
    return 0


def make(name: str, home: Path) -> float:
    """Write the small picture of a figure; the seconds that its command took."""
    from PIL import Image

    from diffvis.cli import main as diffvis

    run = home / RUN
    if name in OF_A_RUN and not run.exists():
        assert diffvis(["train", "digits", "--out", str(run), *TRAINED]) == 0
    large = home / f"{name}.png"
    of = [str(run)] if name in OF_A_RUN else []
    began = time.perf_counter()
    look = ["--style", "light", "--size", "960x540", "--text-scale", "1.4", "--no-caption"]
    asked = ["export", "figure", name, *of, *ASKED.get(name, "").split(), *look]
    assert diffvis([*asked, "--out", str(large)]) == 0
    took = time.perf_counter() - began
    with Image.open(large) as picture:
        high = round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize((WIDTH, high), Image.Resampling.LANCZOS)
    _save(small, FOLDER / f"{name}.png")
    _save(thumbnail(small), THUMBNAILS / f"{name}.png")
    return took


def thumbnail(picture: "Image.Image") -> "Image.Image":
    """All of it, small, in the middle of its own ground."""
    from PIL import Image, ImageOps

    fitting = ImageOps.contain(picture, THUMBNAIL, Image.Resampling.LANCZOS)
    return ImageOps.pad(fitting, THUMBNAIL, color=picture.getpixel((0, 0)))


def _save(picture: "Image.Image", path: Path) -> None:
    from PIL import Image

    few = picture.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def table(names: list[str], seconds: dict[str, float]) -> str:
    """The pictures over their commands, some beside each other."""
    from diffvis.rendering.course.registry import FIGURES

    head = f"|{' |' * COLUMNS}\n|{' --- |' * COLUMNS}\n"
    rows = []
    for start in range(0, len(names), COLUMNS):
        cells = []
        for name in names[start : start + COLUMNS]:
            title = re.sub(r"\|", r"\\|", FIGURES[name].title)
            of = f" {RUN}" if name in OF_A_RUN else ""
            asked = f" {ASKED[name]}" if name in ASKED else ""
            cells.append(
                f"![{title}](pictures/figures/gallery/{name}.png)<br>{title}<br>"
                f"`diffvis export figure {name}{of}{asked} --out {name}.svg`<br>"
                f"{max(1, round(seconds[name]))} s"
            )
        cells += [""] * (COLUMNS - len(cells))
        rows.append(f"| {' | '.join(cells)} |\n")
    return head + "".join(rows)


if __name__ == "__main__":
    sys.exit(main())
