"""``diffvis data``: what can be learned, and what is in one set."""

from pathlib import Path

import torch
import typer

from diffvis.cli.opening import open_with_bar
from diffvis.cli.output import may_write, table, wrote
from diffvis.data.catalogue import entries
from diffvis.data.dataset import Dataset
from diffvis.data.options import split_source
from diffvis.errors import UserError

MOST_LISTED = 10  # classes or skipped files
SHEET = (720, 720)  # pixels at most

PATHS = """
or a path:
  a folder of pictures, a class per sub-folder       size, colour, limit
  a folder of IDX files such as MNIST's, or one      size
  a folder of CIFAR-10's batches                     size
  .npy, .npz: images, or points (N, 2)               size
  .csv: points, two columns and perhaps a label
  a picture, whose dark pixels become points         n, seed
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
    dataset = open_with_bar(source)
    for line in details(dataset):
        typer.echo(line)
    if sheet is not None:
        _draw(dataset, sheet)


def details(dataset: Dataset) -> list[str]:
    """What people want to know of a set, a line each."""
    lines = [
        f"{dataset.title}: {dataset.description}",
        f"split        {dataset.split_description}",
        f"fingerprint  {dataset.fingerprint}",
        f"source       {dataset.source}",
    ]
    if dataset.is_points:
        mean, std = dataset.scaling.mean, dataset.scaling.std
        units = ", ".join(f"{m:.3g} ± {s:.3g}" for m, s in zip(mean, std, strict=True))
        lines.insert(2, f"units        standardised; x and y were {units}")
    else:
        lines.insert(2, "units        brightness 0 to 255, learned as -1 to 1")
    if dataset.labels is not None:
        counts = torch.bincount(dataset.labels, minlength=dataset.num_classes).tolist()
        named = [f"{name} ({n:,})" for name, n in zip(dataset.classes, counts, strict=True)]
        lines.append(f"classes      {_listed(named)}")
    if dataset.skipped:
        lines.append(f"skipped      {len(dataset.skipped):,}")
        lines += [f"  {reason}" for reason in dataset.skipped[:MOST_LISTED]]
        if len(dataset.skipped) > MOST_LISTED:
            lines.append(f"  and {len(dataset.skipped) - MOST_LISTED:,} more")
    return lines


def _listed(names: list[str]) -> str:
    more = len(names) - 2 * MOST_LISTED
    return ", ".join(names[: 2 * MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def _draw(dataset: Dataset, sheet: Path) -> None:
    from diffvis.rendering.examples import draw_examples
    from diffvis.rendering.files import write_png
    from diffvis.rendering.style import LIGHT

    count = 2000 if dataset.is_points else 100
    size = (SHEET[0] // 2, SHEET[1] // 2) if dataset.is_points else SHEET
    write_png(sheet, draw_examples(dataset, size, LIGHT, count))
    wrote(sheet, f"examples of {dataset.title}")
