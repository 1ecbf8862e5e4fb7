"""``diffvis export compare MODEL --bug NAME``: a chain beside itself with a bug."""

from pathlib import Path
from typing import Any

from diffvis.bugs.catalogue import bug_named
from diffvis.cli.figure_files import Fields
from diffvis.cli.figures import compare_figure
from diffvis.errors import UserError


def bug_figure(
    out: Path,
    bug: str,
    one: dict[str, list[Any]],
    data: str | None,
    timesteps: int | None,
    device: str,
    fields: Fields,
    begin: tuple[str | None, int | None],
) -> None:
    """Write a chain beside itself with a bug; ``one`` has at most one value of each setting, and
    what is not given is what shows the bug.
    """
    twice = [name for name, given in one.items() if len(given) > 1]
    if twice:
        raise UserError(
            f"--{twice[0]} is given twice, but both sides of --bug are alike", "give it once"
        )
    shows = {} if (shown := bug_named(bug).compare) is None else shown
    sides = {**one, **{name: [value] for name, value in shows.items() if not one.get(name)}}
    compare_figure(out, {**sides, "bug": ["", bug]}, data, timesteps, device, fields, begin)
