"""Which IDX files belong together, and what their classes are called: MNIST and its relatives."""

import re
from dataclasses import dataclass
from pathlib import Path

from diffvis.errors import UserError

_NAME = re.compile(r"(?P<part>.*?)-?(?P<what>images|labels)[-.]idx(?P<rank>[13])-ubyte(\.gz)?$")
_PART = re.compile(r"(?P<set>.*?)-?(?P<role>train|t10k|test)$")
_INNER = ("raw", "gzip")
"""Folders that torchvision and EMNIST's archive put the files in."""
_GARMENTS = tuple(
    "T-shirt Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Boot".split()  # noqa: SIM905
)
_HIRAGANA = tuple("おきすつなはまやれを")
_DIGITS = tuple("0123456789")
_CAPITALS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SMALL = tuple("abcdefghijklmnopqrstuvwxyz")
_MERGED = (*_DIGITS, *_CAPITALS, *"abdefghnqrt")
_EMNIST = {
    "byclass": (*_DIGITS, *_CAPITALS, *_SMALL), "bymerge": _MERGED, "balanced": _MERGED,
    "letters": ("", *_CAPITALS), "digits": _DIGITS, "mnist": _DIGITS,
}  # fmt: skip
"""The classes by label (Cohen et al. 2017, EMNIST: an extension of MNIST to handwritten letters);
those of ``letters`` begin at 1."""


@dataclass(frozen=True)
class IdxPart:
    """A file of images by its name, and the file of labels that belongs to it, if it is there."""

    images: Path
    set: str
    """What stands before the part: ``emnist-letters``; nothing for MNIST."""
    role: str
    """``train``, ``test``, or whatever else its name says."""

    @property
    def labels(self) -> Path | None:
        match = _NAME.match(self.images.name)
        return None if match is None else _find(self.images.parent, match["part"], "labels")

    @property
    def has_a_test_part(self) -> bool:
        """Whether it is a train part, and its test part stands beside it."""
        if self.role != "train":
            return False
        beside = (part_of(path) for path in self.images.parent.iterdir() if is_idx(path))
        return any(part.role == "test" and part.set == self.set for part in beside)

    @property
    def is_sideways(self) -> bool:
        """Whether lines of the file are columns of the picture."""
        return "emnist" in self.set.lower()

    @property
    def home(self) -> str:
        """The name of what it belongs to: the set, or the folder that people know."""
        if self.set:
            return self.set
        folder = self.images.absolute().parent
        return folder.parent.name if folder.name in _INNER else folder.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """By label; labels that stand for nothing have no name."""
        if self.is_sideways:
            return _EMNIST.get(self.set.lower().rpartition("-")[2], ())
        if "fashion" in self.home.lower():
            return _GARMENTS
        return _HIRAGANA if "kmnist" in self.home.lower() else _DIGITS


def is_idx(path: Path) -> bool:
    """Whether a file's name is one of an IDX file."""
    return bool(_NAME.match(path.name))


def is_labels(path: Path) -> bool:
    match = _NAME.match(path.name)
    return match is not None and match["what"] == "labels"


def holds_idx(folder: Path) -> bool:
    """Whether a folder has IDX files, or is the root of torchvision's."""
    return bool(_homes(folder))


def part_of(images: Path) -> IdxPart:
    """A file of images, whatever its name is."""
    match = _NAME.match(images.name)
    part = None if match is None else _PART.match(match["part"])
    if part is None:
        return IdxPart(images, "", "" if match is None else match["part"])
    return IdxPart(images, part["set"], "train" if part["role"] == "train" else "test")


def parts_of_set(folder: Path, wanted: str | None) -> tuple[IdxPart, IdxPart | None]:
    """The train part of a folder, and the test part if there is one.

    Args:
        wanted: the option ``set``, the end of the name of one of several sets.

    Raises:
        UserError: there is no train part, or there are several.
    """
    homes = _homes(folder)
    if len(homes) > 1:
        named = " and ".join(_known(home) for home in homes)
        raise UserError(f"{folder} holds {named}", f"name one of them, as in {homes[0]}")
    images = [path for path in sorted(homes[0].iterdir()) if is_idx(path) and not is_labels(path)]
    parts = [part_of(path) for path in images]
    trains = {part.set: part for part in reversed(parts) if part.role == "train"}
    if wanted is not None:
        trains = {name: part for name, part in trains.items() if name.endswith(wanted)}
    if not trains:
        asked = "" if wanted is None else f" of {wanted}"
        raise UserError(
            f"{folder} has no train-images-idx3-ubyte or train-images-idx3-ubyte.gz{asked}",
            "put the file there, or name one IDX file instead of the folder",
        )
    if len(trains) > 1 and "" not in trains:
        named = ", ".join(sorted(trains))
        last = min(trains).rpartition("-")[2]
        raise UserError(f"{folder} holds {named}", f"choose one of them, as in set={last}")
    train = trains.get("") or next(iter(trains.values()))
    tests = [part for part in parts if part.role == "test" and part.set == train.set]
    return train, next(iter(tests), None)


def _homes(folder: Path) -> list[Path]:
    """Where the files are: in the folder, or where torchvision or an archive put them below it."""
    if _has_idx(folder):
        return [folder]
    for inner in _INNER:
        if _has_idx(folder / inner):
            return [folder / inner]
    below = sorted(path / inner for path in folder.iterdir() for inner in _INNER)
    return [path for path in below if _has_idx(path)]


def _has_idx(folder: Path) -> bool:
    try:
        return folder.is_dir() and any(is_idx(path) for path in folder.iterdir())
    except PermissionError:
        return False


def _known(home: Path) -> str:
    return home.parent.name if home.name in _INNER else home.name


def _find(folder: Path, part: str, what: str) -> Path | None:
    """The file of a part, plain before gzipped."""
    for path in sorted(folder.iterdir()):
        match = _NAME.match(path.name)
        if match and match["part"] == part and match["what"] == what:
            return path
    return None
