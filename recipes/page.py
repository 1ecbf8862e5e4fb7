"""Writes ``docs/models.md`` of what the shipped models say about themselves."""

import json
from pathlib import Path

from diffvis.files import atomic_write
from diffvis.models.shipped import FIGURES, GRID, Shipped, shipped
from recipes.card import how_measured
from recipes.pictures import GUIDED_GRID

PAGE = Path(__file__).parent.parent / "docs" / "models.md"
HEAD = """# Ready-trained models

They come with diffvis, open by name on the command line and in the window's picker, and need no
download. Every figure below was measured on the weights that are shipped;
[evaluation.md](evaluation.md) says what each means, and [models/README.md](../models/README.md) how
they were made and can be made again.
"""


def write_page() -> None:
    """Write it anew, with all models that are there now."""
    parts = [HEAD, *(_part(known) for known in shipped() if known.figures)]
    with atomic_write(PAGE) as file:
        file.write(("\n".join(parts)).encode())


def _part(known: Shipped) -> str:
    about = json.loads((known.folder / FIGURES).read_text(encoding="utf-8"))
    folder = f"../models/{known.name}"
    minutes = sum(training["seconds"] for training in about["trainings"]) / 60
    rows = "\n".join(f"| {name} | {value} |" for name, value in known.figures)
    return (
        f"## {known.title}\n\n"
        f"`{known.name}`: {known.about}, {max(0.1, known.size / 1e6):.1f} MB; trained for "
        f"{known.steps:,} steps in {minutes:.0f} minutes. [Card]({folder}/card.md)\n\n"
        f"{_samples(known.folder, folder)}\n\n"
        f"{how_measured(about['evaluations'][about['measured']])}:\n\n"
        f"| figure | value |\n| --- | --- |\n{rows}\n"
    )


def _samples(folder: Path, link: str) -> str:
    """The grids of samples; the guided one first, where the model knows classes."""
    plain = f"![Samples]({link}/{GRID})"
    if not (folder / GUIDED_GRID).is_file():
        return plain
    return f"![Samples with guidance]({link}/{GUIDED_GRID})\n\nWithout guidance:\n\n{plain}"
