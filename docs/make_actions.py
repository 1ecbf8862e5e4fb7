"""Writes docs/actions.md, all that can be done in the window, again: python docs/make_actions.py"""

from collections.abc import Iterable
from pathlib import Path

from diffvis.app.actions import Action, Family, Gesture, Item
from diffvis.app.keys import spelled
from diffvis.app.shell.actions import DECLARED
from diffvis.app.widgets.symbols import in_plain

PAGE = Path(__file__).with_name("actions.md")
HEAD = """# What can be done in the window

Ctrl+K finds every action by its words, `?` shows all keys. Keys without Ctrl go first to the field
or button that has the focus. A script runs an action by its name:
`window.registry["export.open"].run()`. Where NAME stands there is an action for each.

This page is made of what the window is made of, `diffvis/app/shell/actions.py` and
`diffvis/app/transport/actions.py`, by `python docs/make_actions.py`; a test fails where it differs.
"""
TABLE = "| action | keys | menu | what it does | name |\n|---|---|---|---|---|\n"


def page(items: Iterable[Item]) -> str:
    """The page that says what these are, a table for each group."""
    groups: dict[str, list[str]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(_row(item))
    tables = (f"\n## {group}\n\n{TABLE}{''.join(rows)}" for group, rows in groups.items())
    return HEAD + "".join(tables)


def _row(item: Item) -> str:
    if isinstance(item, Gesture):
        return f"| {item.title} | {item.keys} | | | |\n"
    title = item.title if isinstance(item, Action) else f"{item.title}: NAME"
    keys = " or ".join(map(spelled, item.keys)) if isinstance(item, Action) else ""
    menu = "" if item.menu is None else " › ".join(filter(None, ("☰", _inner(item))))
    cells = (title, keys, menu, in_plain(item.tip), f"`{item.id}`")
    return "| " + " | ".join(cells) + " |\n"


def _inner(item: Action | Family) -> str | None:
    """The menu in the menu that it stands in."""
    return item.title if isinstance(item, Family) and item.menu == "" else item.menu


def main() -> None:
    PAGE.write_text(page(DECLARED), encoding="utf-8")
    print(PAGE)  # noqa: T201


if __name__ == "__main__":
    main()
