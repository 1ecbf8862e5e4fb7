"""``diffvis data``: what can be learned, and what is in one set."""

from pathlib import Path

import typer

from diffvis.cli.opening import open_with_bar
from diffvis.cli.output import may_write, table, wrote
from diffvis.data.catalogue import entries
from diffvis.data.dataset import Dataset
from diffvis.data.facts import SKIPPED, facts
from diffvis.data.options import split_source
from diffvis.errors import UserError

SHEET = (720, 720)  # pixels at most

PATHS = """
or a path:
  a folder of pictures, a class per sub-folder       size, colour, limit, range, label, splits,
                                                     loose, pages, stride, background
  .zip, .tar: the same without unpacking it          size, colour, limit, range, label, splits,
                                                     loose, background
  .parquet: pictures of Hugging Face, or points      size, colour, limit, range, columns, label
  a folder of IDX files such as MNIST's, or one      size, set, axes
  a folder of CIFAR-10's batches                     size
  .npy, .npz, .mat: images or points                 size, range, shape, axes, columns, label
  .csv: points, or a picture in each row             columns, label, sep; size, range, shape
  a picture, whose dark pixels become points         n, seed, ink
  the same as an image                               size, colour, range, background
  a TIFF, GIF or WebP of several pages or frames,
  or a film: each is a picture                       size, colour, range, pages, stride, background
Options follow a question mark: "digits?size=16", "moons?n=2000&noise=0.1", "flowers?size=32".
What one holds: diffvis data NAME; a sheet of examples: diffvis data NAME --sheet FILE.png"""


def list_data() -> None:
    """Print the catalogue."""
    rows = [
        [entry.name, entry.kind, ", ".join(entry.options), entry.description] for entry in entries()
    ]
    table([["name", "kind", "options", ""], *rows])
    typer.echo(PATHS)


def show_data(source: str, sheet: Path | None, download: bool, force: bool) -> None:
    """Print what a set holds; draw examples of it into ``sheet``.

    Raises:
        UserError: it cannot be opened, or must be downloaded first and ``download`` is false; or
            there is a ``sheet`` already and it may not be replaced.
    """
    if sheet is not None:
        from diffvis.rendering.files import check_path

        may_write(force, sheet)
        check_path(sheet, (".png",))
    name = split_source(source)[0]
    absent = {entry.name: entry for entry in entries() if entry.download}
    if name in absent and not download and not Path(name).exists():
        raise UserError(
            f"{name} is not on this machine: {absent[name].description}",
            f"fetch it with diffvis data {name} --download, or give the path of a folder with it",
        )
    dataset = open_with_bar(source, says=False)
    for line in details(dataset):
        typer.echo(line)
    if sheet is not None:
        _draw(dataset, sheet)


def details(dataset: Dataset) -> list[str]:
    """What people want to know of a set, a line each."""
    (_, (what,)), *others = facts(dataset)
    lines = [f"{dataset.title}: {what}"]
    for word, (first, *more) in others:
        lines.append(f"{word:<13}{first}")
        lines += (f"{'  ' if word == SKIPPED else 13 * ' '}{line}" for line in more)
    return lines


def _draw(dataset: Dataset, sheet: Path) -> None:
    from diffvis.rendering.examples import captioned, draw_examples, number_drawn
    from diffvis.rendering.files import write_png
    from diffvis.rendering.style import LIGHT

    count = 2000 if dataset.is_points else 100
    size = (SHEET[0] // 2, SHEET[1] // 2) if dataset.is_points else SHEET
    drawn = f"{number_drawn(dataset, count):,} of {len(dataset):,} samples"
    words = [f"{dataset.title}: {dataset.description}; {drawn} are drawn"]
    words += map(str, dataset.warnings)
    words += (str(found) for found in dataset.inferred if not found.absurd)
    words += [f"{len(dataset.skipped):,} skipped: {dataset.skipped[0]}"] if dataset.skipped else []
    write_png(sheet, captioned(draw_examples(dataset, size, LIGHT, count), words, LIGHT))
    wrote(sheet, f"examples of {dataset.title}, {drawn}")
