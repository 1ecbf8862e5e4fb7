"""What the folders of a set of pictures mean: classes, the parts of a split, or nothing at all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from diffvis.data.inferred import Inferred, listed
from diffvis.data.members import Picture

Parts = tuple[str, ...]
"""A folder: the names of all folders from the one that was opened down to it."""
Tree = Mapping[Parts, Sequence[Picture]]
"""The pictures that lie in each folder itself, in the order in which they are to be taken."""

TRAIN, VALIDATION, TEST = range(3)
_WORDS = (("train", "training"), ("val", "valid", "validation", "dev"), ("test", "testing"))
_MORE = r"([ _-]?(set|images|imgs|data))?"
_LEAST_OF_CLASS = 0.1  # of the smallest class: so many loose pictures are a class of their own


@dataclass(frozen=True)
class Placed:
    """A picture, the name of its class if it has one, and the part of the split that it is in."""

    path: Picture
    label: str | None
    part: int = TRAIN


@dataclass(frozen=True)
class Meaning:
    """What was made of folders."""

    pictures: tuple[Placed, ...]
    """Those that train, those that validate and those that test; in each the classes by name."""
    split: bool
    """Whether the folders were the parts of a split."""
    skipped: tuple[str, ...]
    inferred: tuple[Inferred, ...]


@dataclass(frozen=True)
class _Groups:
    """Pictures by class; None is no class."""

    by_class: dict[str | None, list[Picture]]
    skipped: tuple[str, ...] = ()
    inferred: tuple[Inferred, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """By name, where there are several: one alone tells nothing apart."""
        names = sorted(name for name in self.by_class if name is not None)
        return tuple(names) if len(names) > 1 else ()

    def placed(self, part: int = TRAIN) -> Iterator[Placed]:
        for name in sorted(self.by_class, key=lambda name: name or ""):
            yield from (Placed(path, name, part) for path in self.by_class[name])


def meaning_of(
    tree: Tree,
    name: str,
    *,
    label: str | None = None,
    splits: str | None = None,
    loose: str | None = None,
) -> Meaning:
    """The usual layouts: each sub-folder is a class with all that is below it, or sub-folders named
    train, test and val are the parts of a split that have the classes. A folder with nothing but
    one folder of pictures in it is passed through.

    Args:
        name: of the folder that was opened.
        label: "none" where sub-folders are no classes.
        splits: "none" where sub-folders named like the parts of a split are classes.
        loose: what pictures beside sub-folders are: "out", or a "class" of their own. By default
            they are a class where they are a tenth as many as the smallest class has; where most
            pictures are loose, there are no classes.
    """
    base = _unwrapped(tree)
    parts = {} if splits == "none" else _parts_of_split(_children(tree, base))
    if parts:
        return _meaning_of_split(tree, base, parts, name, label, loose)
    groups = _grouped(tree, base, name, label, loose)
    inferred = groups.inferred
    if base and groups.classes:
        inferred = (
            Inferred(f"the classes are the folders in {Path(*base)}", "label=none"),
            *inferred,
        )
    return Meaning(tuple(groups.placed()), False, groups.skipped, inferred)


def _children(tree: Tree, base: Parts) -> dict[str, list[Picture]]:
    """All pictures below each sub-folder of ``base`` that has some."""
    found: dict[str, list[Picture]] = {}
    depth = len(base)
    for parts, paths in tree.items():
        if len(parts) > depth and parts[:depth] == base and paths:
            found.setdefault(parts[depth], []).extend(paths)
    return found


def _unwrapped(tree: Tree, base: Parts = (), stop: Sequence[str] = ()) -> Parts:
    """The first folder from ``base`` down with pictures, or with several folders that have some.
    One with a name among ``stop`` is none that only wraps others.
    """
    while not tree.get(base):
        children = _children(tree, base)
        if len(children) != 1 or next(iter(children)) in stop:
            break
        base = (*base, *children)
    return base


def _grouped(tree: Tree, base: Parts, name: str, label: str | None, loose: str | None) -> _Groups:
    """The pictures below ``base``, with its sub-folders as classes; ``name`` is that of loose ones
    if they become a class.
    """
    children, beside = _children(tree, base), list(tree.get(base, ()))
    inside = [path for paths in children.values() for path in paths]
    if label == "none" or not children:
        return _Groups({None: beside + inside})
    by_class: dict[str | None, list[Picture]] = dict(children)
    if not beside:
        return _Groups(by_class)
    pictures = f"{len(beside):,} {'picture' if len(beside) == 1 else 'pictures'} beside the folders"
    if loose is None and (len(children) < 2 or len(beside) > len(inside)):
        says = f"{pictures} and {len(inside):,} in them are one set without classes"
        return _Groups({None: beside + inside}, (), (Inferred(says, "loose=out"),))
    smallest = min(map(len, children.values()))
    if loose == "class" or (loose is None and len(beside) >= max(2, _LEAST_OF_CLASS * smallest)):
        own = name if name not in children else f"{name} (loose)"
        by_class[own] = beside
        said = Inferred(f"{pictures} are a class of their own, {own}", "loose=out")
        return _Groups(by_class, (), () if loose else (said,))
    skipped = tuple(f"{path} is in no class: move it to a sub-folder" for path in beside)
    said = Inferred(f"{pictures} of the classes left out", "loose=class")
    return _Groups(by_class, skipped, () if loose else (said,))


def part_named(name: str) -> int | None:
    """The part of a split that a name begins with, such as ``train-00000-of-00001``."""
    for part, words in enumerate(_WORDS):
        if re.match(f"({'|'.join(words)})(?![a-z])", name.lower()):
            return part
    return None


def _parts_of_split(names: Mapping[str, Sequence[Picture]]) -> dict[str, int]:
    """Which folders are which part, where there is one that trains and another."""
    found = {
        name: part
        for part, words in enumerate(_WORDS)
        for name in names
        if re.fullmatch(f"({'|'.join(words)}){_MORE}", name.lower())
    }
    return found if TRAIN in found.values() and len(set(found.values())) > 1 else {}


def _meaning_of_split(
    tree: Tree,
    base: Parts,
    parts: Mapping[str, int],
    name: str,
    label: str | None,
    loose: str | None,
) -> Meaning:
    """Parts that have classes if the one that trains has several."""
    pictures: list[Placed] = []
    skipped: list[str] = []
    inferred = [
        Inferred(f"the folders {listed(list(parts))} are the parts of a split", "splits=none")
    ]
    classes: tuple[str, ...] = ()
    for folder, part in parts.items():  # those that train come first
        below = _unwrapped(tree, (*base, folder), stop=classes)
        as_train = part == TRAIN or classes
        groups = _grouped(tree, below, name, label if as_train else "none", loose)
        if part == TRAIN:
            classes = classes or groups.classes
        unnamed = groups.by_class.pop(None, []) if classes else []
        if unnamed:
            skipped += (f"{path} is in no class, unlike those that train" for path in unnamed)
            says = f"{len(unnamed):,} pictures in {folder} are in no class and are left out"
            inferred.append(Inferred(says, "label=none"))
        pictures += groups.placed(part)
        skipped += groups.skipped
        inferred += groups.inferred
    left = _children(tree, base).keys() - parts.keys()
    if left:
        others = [path for folder in sorted(left) for path in _children(tree, base)[folder]]
        skipped += (f"{path} is in no part of the split" for path in others)
        says = f"{listed(sorted(left))} is no part of the split: {len(others):,} pictures left out"
        inferred.append(Inferred(says, "splits=none"))
    skipped += (f"{path} is in no part of the split" for path in tree.get(base, ()))
    return Meaning(tuple(pictures), True, tuple(skipped), tuple(inferred))
