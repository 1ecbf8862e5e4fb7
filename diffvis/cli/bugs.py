"""``diffvis bugs``: the errors that can be seen, and one of them in words and formulas."""

import textwrap

import typer

from diffvis.bugs.bug import Bug
from diffvis.bugs.catalogue import BUGS, bug_named
from diffvis.bugs.misreadings import MISTAKEN
from diffvis.cli.output import table
from diffvis.rendering.markup import plain

WIDTH = 88


def list_bugs() -> None:
    """Print their names, what they are, and where each can be shown."""
    rows = [["bug", "what it is", "where it can be seen"]]
    rows += [[bug.name, bug.title, "; ".join(bug.places)] for bug in BUGS.values()]
    table(rows)
    typer.echo("\ndiffvis bugs NAME explains one; docs/bugs.md shows a picture of each")


def explain_bug(name: str) -> None:
    """Print all there is to say of one.

    Raises:
        UserError: there is none of that name.
    """
    bug = bug_named(name)
    typer.echo(f"{bug.name}: {bug.title}\n")
    typer.echo(f"  right  {plain(bug.right)}\n  wrong  {plain(bug.wrong)}\n")
    for title, words in told(bug).items():
        typer.echo(textwrap.fill(f"{title}: {words}", WIDTH, subsequent_indent="  "))
    typer.echo()
    for command in commands(bug):
        typer.echo(command)


def told(bug: Bug) -> dict[str, str]:
    """What is said of a bug, by headings."""
    return {
        "Pictures": bug.effect,
        "Loss by t": bug.loss_by_t,
        "Who is fooled": bug.fooled,
        "How to recognise it": bug.recognise,
    }


def commands(bug: Bug) -> list[str]:
    """What to type to see it."""
    found = []
    if bug.compare is not None:
        found.append(f"diffvis export compare MODEL --bug {bug.name} --out FILE")
        if bug.stand_in:
            found.append("  (a sound network stands in for one that was trained so)")
    if bug.training:
        found.append(f"diffvis train DATA --bug {bug.name} --out RUN")
    if bug.functions:
        found.append(f"diffvis check FILE.py finds it in {', '.join(bug.functions)}")
    if bug.name in MISTAKEN.values():
        found.append("diffvis check MODEL finds it in how a model is read")
    return found
