"""Draws the sheets of examples in docs/pictures/data again: python docs/make_sheets.py [FOLDER]

FOLDER has folders named as the sets are (mnist, fashion-mnist, kmnist, cifar10, flowers); sets that
were downloaded are found without it. What is not on this machine is left out, and its sheet stays
as it was.
"""

import sys
import tempfile
from pathlib import Path

from diffvis.data import Dataset, entries, open_dataset
from diffvis.errors import UserError
from diffvis.rendering.examples import draw_examples
from diffvis.rendering.files import write_png
from diffvis.rendering.pixels import blank, paste
from diffvis.rendering.style import LIGHT
from diffvis.rendering.text import write

SHEETS = Path(__file__).parent / "pictures" / "data"
IMAGES = ("digits", "mnist", "fashion-mnist", "kmnist", "cifar10", "flowers")
COUNT = 20  # images on a sheet
POINTS, SIDE, HEAD, COLUMNS = 1500, 200, 26, 5


def open_here(name: str, folder: Path | None) -> Dataset:
    """A set from the folder if it is there, else by its name, without downloading it."""
    inside = folder / name if folder is not None else None
    if inside is not None and inside.is_dir():
        return open_dataset(inside, size=32 if name == "flowers" else None)
    return open_dataset(name, download=False)


def draw_clouds() -> None:
    """All sets of points on one sheet, the last one from the dark pixels of a picture."""
    names = [entry.name for entry in entries() if entry.kind == "points"]
    with tempfile.TemporaryDirectory() as home:
        letter = blank((200, 200), (255, 255, 255))
        write(letter, "ε", 100, 100, 190, (0, 0, 0), align="centre")
        write_png(Path(home) / "a-picture.png", letter)
        sets = [open_dataset(name) for name in (*names, Path(home) / "a-picture.png")]
    rows = -(-len(sets) // COLUMNS)
    sheet = blank((COLUMNS * SIDE, rows * (SIDE + HEAD)), LIGHT.panel)
    for i, dataset in enumerate(sets):
        x, y = i % COLUMNS * SIDE, i // COLUMNS * (SIDE + HEAD)
        write(sheet, dataset.title, x + SIDE // 2, y + HEAD // 2, 14, LIGHT.text, align="centre")
        paste(sheet, draw_examples(dataset, (SIDE, SIDE), LIGHT, POINTS), x, y + HEAD)
    write_png(SHEETS / "points.png", sheet)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    SHEETS.mkdir(parents=True, exist_ok=True)
    draw_clouds()
    print(SHEETS / "points.png")  # noqa: T201
    for name in IMAGES:
        try:
            dataset = open_here(name, folder)
        except UserError as error:
            print(f"{name} is left out: {error}")  # noqa: T201
            continue
        write_png(SHEETS / f"{name}.png", draw_examples(dataset, (720, 400), LIGHT, COUNT))
        print(SHEETS / f"{name}.png")  # noqa: T201


if __name__ == "__main__":
    main()
