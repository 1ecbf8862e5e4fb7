"""Which actions the typed words mean, the likeliest first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from diffvis.app.actions import Action, Family, Item

WHOLE, BEGINS, WITHIN, ABOUT, NOWHERE = range(5)


@dataclass(frozen=True)
class Found:
    """An action that the palette offers; a member of a family says of which."""

    action: Action
    title: str
    about: str
    """One line more: why it cannot be done now, or else what it does."""
    possible: bool
    words: str = ""
    """More that it is found by."""


def offered(items: Iterable[Item]) -> list[Found]:
    """All that can be asked for now, in the order of the menus; what there is to choose is last."""
    single, chosen = [], []
    for item in items:
        if isinstance(item, Action):
            single.append(_found(item, item.title_now, item.tip, item.group))
        elif isinstance(item, Family):
            chosen += [
                _found(each, f"{item.title}: {each.title}", each.tip or item.tip, item.group)
                for each in item.members()
            ]
    return single + chosen


def _found(action: Action, title: str, tip: str, group: str) -> Found:
    why_not = action.why_not()
    return Found(action, title, why_not or tip, not why_not, f"{group} {tip} {action.also}")


def matching(typed: str, among: Sequence[Found]) -> list[Found]:
    """Those in which all words occur. First those whose title begins so, then those with words in
    their title that begin so, or that have them within, then those that are about it; what cannot
    be done now comes after its equals.
    """
    words = typed.casefold().split()
    ranked = [(_rank(words, each), not each.possible, each) for each in among]
    ranked.sort(key=lambda one: one[:2])
    return [each for rank, _, each in ranked if rank != NOWHERE]


def _rank(words: Sequence[str], found: Found) -> int:
    if not words:
        return WHOLE
    title = found.title.casefold()
    if title.startswith(" ".join(words)):
        return WHOLE
    if _all_begin(words, title):
        return BEGINS
    if all(word in title for word in words):
        return WITHIN
    return ABOUT if _all_begin(words, f"{title} {found.words.casefold()}") else NOWHERE


def _all_begin(words: Sequence[str], text: str) -> bool:
    """Whether each begins one of the words of a text, or a part of it that is apart by a blank."""
    parts = {*re.findall(r"\w+", text), *text.split()}
    return all(any(part.startswith(word) for part in parts) for word in words)


def places(typed: str, title: str) -> list[tuple[int, int]]:
    """Where the typed words stand in a title, first place and the one behind, from left to right;
    a word that is begun so before one that only has it within.
    """
    found = []
    for word in map(re.escape, typed.split()):
        begun = re.search(rf"(?<!\w){word}", title, re.IGNORECASE)
        inside = begun or re.search(word, title, re.IGNORECASE)
        if inside is not None:
            found.append(inside.span())
    apart: list[tuple[int, int]] = []
    for first, behind in sorted(found):
        if apart and first <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(behind, apart[-1][1])
        else:
            apart.append((first, behind))
    return apart
