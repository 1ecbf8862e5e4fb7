"""Opening data with a bar on stderr while it is downloaded or decoded."""

from collections.abc import Mapping

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from diffvis.cli.output import note
from diffvis.data.catalogue import NAMED_BY_A_FILE, entries, must_be_fetched, open_dataset
from diffvis.data.dataset import Dataset
from diffvis.data.facts import told
from diffvis.data.options import split_source
from diffvis.errors import UserError
from diffvis.models.model import Model

Amount = tuple[str, float, str]  # what is done, how many make one, and of what
_DOWNLOAD: Amount = ("downloading", 1e6, "MB")
_DECODE: Amount = ("decoding", 1, "pictures")


def open_data_of(model: Model, named: str | None = None) -> Dataset:
    """The data that a person named, or else what a model learned from, if that is here.

    Raises:
        UserError: as ``open_dataset``; what only the model names is not fetched.
    """
    if named is not None:
        return open_with_bar(named)
    try:
        return open_with_bar(model.data, **NAMED_BY_A_FILE)
    except UserError as error:
        raise UserError(
            f"the data of {model.name} cannot be opened ({error.problem})",
            f"give --data with the folder that holds them{_or_name(model.data)}",
        ) from error


def _or_name(source: str) -> str:
    """A set that must be fetched is so when it is named."""
    try:
        return f", or --data {source} to fetch them" if must_be_fetched(source) else ""
    except UserError:
        return ""


def open_with_bar(
    source: str, *, console: Console | None = None, says: bool = True, **allowed: bool
) -> Dataset:
    """``open_dataset``; Ctrl+C stops the work and leaves no half of a file behind.

    Args:
        says: whether what was inferred is said on stderr.

    Raises:
        UserError: as ``open_dataset``.
    """
    dataset = _opened(source, console, allowed)
    if says and (words := told(dataset)):
        note(f"{dataset.title}: {words}")
    return dataset


def _opened(source: str, console: Console | None, allowed: Mapping[str, bool]) -> Dataset:
    console = console or Console(stderr=True)
    if not console.is_terminal:
        return open_dataset(source, **allowed)
    fetched = {entry.name for entry in entries() if entry.download}
    what, unit, of = _DOWNLOAD if split_source(source)[0] in fetched else _DECODE
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} " + of),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = None

        def report(done: int, total: int) -> None:
            nonlocal task
            if task is None:  # only now is it clear that there is something to wait for
                task = bar.add_task(what, total=total / unit)
            bar.update(task, completed=done / unit)

        return open_dataset(source, progress=report, **allowed)
