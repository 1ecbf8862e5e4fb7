"""What commands print, and where they may write."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from diffvis.errors import UserError
from diffvis.files import size_of, size_words
from diffvis.rendering.export_settings import poster_of

T = TypeVar("T")

WHOLE = 100_000  # characters: wider than any table


def with_bar(
    work: Iterable[T],
    what: str,
    total: int,
    done: Callable[[T], int],
    words: Callable[[T], str],
    of: Callable[[T], int] | None = None,
) -> Iterator[T]:
    """Pass ``work`` on while a bar on stderr shows how far it is; only on a terminal. ``of`` says
    how much there is to do where that may change.

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
            whole = total if of is None else of(piece)
            bar.update(task, completed=done(piece), total=whole, words=words(piece))
            yield piece


def may_write(force: bool, *files: Path) -> None:
    """Raise UserError where one of the files is there, unless they may be replaced.

    Every command asks this, before it does anything else. That a folder stands where a file should
    be is for ``check_path`` to say.
    """
    there = [path for path in files if _is_there(path)]
    if there and not force:
        more = f" and {len(there) - 1} more exist" if len(there) > 1 else " exists"
        raise UserError(f"{there[0]}{more} already", "choose another name, or add --force")


def _is_there(path: Path) -> bool:
    folder = path.is_dir() and path.suffix.lower() != ".frames"
    return os.path.lexists(path) and not folder


def with_poster(out: Path, film: Mapping[str, Any]) -> tuple[Path, ...]:
    """The files that become of a film."""
    return (out, poster_of(out)) if film["poster"] else (out,)


def wrote(path: Path, more: str) -> None:
    """Say what was written."""
    typer.echo(f"wrote {path} ({more}, {size_words(size_of(path))})")


def note(words: str) -> None:
    """Say on stderr what may not be as it was meant; the command goes on."""
    typer.echo(f"diffvis: note: {words}", err=True)


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, the first of them as their heads.

    On a terminal they fit its width, and long cells go on below themselves; in a file or a pipe
    every row is one line, however long.
    """
    console = Console(width=None if sys.stdout.isatty() else WHOLE)
    columns = Table(box=None, pad_edge=False, header_style="bold")
    for head in rows[0]:
        columns.add_column(Text(head), overflow="fold")
    for row in rows[1:]:
        columns.add_row(*map(Text, row))  # as written: a cell may hold [brackets]
    with console.capture() as lines:
        console.print(columns)
    typer.echo("\n".join(line.rstrip() for line in lines.get().splitlines()))


def refer_to(bugs: Iterable[str]) -> None:
    """Say of bugs that were found where they are explained."""
    for name in dict.fromkeys(bugs):
        typer.echo(f"diffvis bugs {name} explains it")
