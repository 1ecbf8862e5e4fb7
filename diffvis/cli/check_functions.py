"""``diffvis check student.py``: a student's functions beside the papers'."""

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from diffvis.cli.output import refer_to
from diffvis.errors import UserError
from diffvis.grading.names import FUNCTIONS, snake
from diffvis.grading.running import MEMORY, SECONDS, grade_apart
from diffvis.grading.source import read_source
from diffvis.grading.verdict import Verdict, exit_status

MEGABYTE = 2**20


def check_functions(
    path: Path,
    as_json: bool,
    name: Sequence[str] = (),
    args: Sequence[str] = (),
    seconds: int = SECONDS,
    memory: int = MEMORY // MEGABYTE,
) -> int:
    """Say that the code is run, run it, and say what each function is.

    Returns:
        0: all right, 1: something differs, 2: nothing could be judged.

    Raises:
        UserError: the file or an option cannot be used, or the code does not come to its end.
    """
    names = dict(_pairs("--name", name))
    arguments = {paper: roles.split(",") for paper, roles in _pairs("--args", args)}
    source = read_source(path)
    typer.echo(
        f"diffvis: the code of {path} is run now, in a process of its own with at most {seconds} s "
        f"and {memory:,} MB; it can do what you can, so check only code that you trust",
        err=True,
    )
    found = grade_apart(path, names, arguments, seconds, memory * MEGABYTE)
    status = exit_status(found)
    if as_json:
        told = {"file": str(path), "status": status, "functions": [v.to_json() for v in found]}
        typer.echo(json.dumps(told, indent=1))
    else:
        _say(found, bool(source.functions))
    return status


def _say(found: Sequence[Verdict], any_named: bool) -> None:
    for verdict in found:
        typer.echo(verdict.line)
    if not any(verdict.status != "unjudged" for verdict in found):
        known = ", ".join(FUNCTIONS)
        typer.echo(
            "nothing could be judged"
            if any_named
            else f"no function is recognised; say which is which with --name, such as --name "
            f"q_sample=forward_diffuse (known: {known})"
        )
    refer_to(verdict.bug for verdict in found if verdict.bug)


def _pairs(option: str, given: Sequence[str]) -> list[tuple[str, str]]:
    """``PAPER=VALUE`` of each option.

    Raises:
        UserError: one is not so, or names no function of the papers.
    """
    pairs = []
    for words in given:
        paper, equals, value = words.partition("=")
        if not equals or not value or snake(paper) not in FUNCTIONS:
            raise UserError(
                f"{option} {words} is not possible",
                f"write {option} FUNCTION=..., with one of {', '.join(FUNCTIONS)}",
            )
        pairs.append((snake(paper), value))
    return pairs
