"""``diffvis inspect``: what a file or folder is, and what to type next."""

import json
from pathlib import Path

import typer

from diffvis.viewing.inspecting import inspect


def inspect_command(path: Path, as_json: bool) -> None:
    """Print it.

    Raises:
        UserError: it is not there, or of no kind that is known.
    """
    found = inspect(path)
    typer.echo(json.dumps(found.to_json(), indent=1) if as_json else str(found))
