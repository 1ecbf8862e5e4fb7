"""What commands print, and where they may write."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from diffvis.files import size_of, size_words

T = TypeVar("T")


def with_bar(
    work: Iterable[T], what: str, total: int, done: Callable[[T], int], words: Callable[[T], str]
) -> Iterator[T]:
    """Pass ``work`` on while a bar on stderr shows how far it is; only on a terminal.

    It is for the caller to close ``work``: what ends with the bar would end unseen.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        for piece in work:  # "yield from" would close it with the bar
            yield piece
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TextColumn("{task.fields[words]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total, words="")
        for piece in work:
            bar.update(task, completed=done(piece), words=words(piece))
            yield piece


def wrote(path: Path, more: str) -> None:
    """Say what was written."""
    typer.echo(f"wrote {path} ({more}, {size_words(size_of(path))})")


def note(words: str) -> None:
    """Say on stderr what may not be as it was meant; the command goes on."""
    typer.echo(f"diffvis: note: {words}", err=True)


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns as wide as they need."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())
