"""Which of the arrays in a file are samples and labels, and which part of a split they are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from diffvis.errors import UserError

SAMPLES = (
    "x0", "x", "images", "image", "points", "data", "samples", "arr0", "imgs", "inputs", "features",
    "fea",
)  # fmt: skip
LABELS = (
    "labels", "label", "y", "targets", "target", "classes", "class", "digit", "arr1", "gnd",
)  # fmt: skip
NAMES = ("classnames", "labelnames", "classes", "names")
_PARTS = {
    "training": "train", "train": "train", "testing": "test", "test": "test",
    "validation": "validation", "valid": "validation", "val": "validation",
}  # fmt: skip
_AXES = ("x", "y", "z")


@dataclass(frozen=True)
class Part:
    """Names of the arrays of one part of a split."""

    samples: tuple[str, ...]
    """One, or the two or three that are coordinates."""
    labels: str | None = None


@dataclass(frozen=True)
class Parts:
    """``train`` is everything where a file has no parts."""

    train: Part
    validation: Part | None = None
    test: Part | None = None
    names: str | None = None
    """An array that may have the names of the classes."""

    @property
    def given(self) -> list[Part]:
        """Those that there are, in this order."""
        return [part for part in (self.train, self.validation, self.test) if part is not None]

    @property
    def used(self) -> set[str]:
        used = {name for part in self.given for name in (*part.samples, part.labels) if name}
        return used | ({self.names} if self.names else set())


def parts_of(
    found: dict[str, tuple[int, ...]], path: Path, columns: str | None, label: str | None
) -> Parts:
    """The arrays to learn among those of a file, by name and shape.

    Args:
        columns: the option: the name of one array, or of two or three that are coordinates.
        label: the option: the name of the labels, or ``none``.

    Raises:
        UserError: none can be told to be the samples, or one that was asked for is not there.
    """
    if columns is not None:
        asked = tuple(_asked(name, found, path, "columns") for name in columns.split(","))
        train = Part(asked, _labels(found, "", path, label))
        return Parts(train, names=_first(found, NAMES, train))
    whole = _part(found, "", path, label)
    train = whole or _part(found, "train", path, label)
    if train is None:
        train = _coordinates(found, path, label) or _only(found, path, label)
    return Parts(
        train,
        _part(found, "validation", path, label),
        _part(found, "test", path, label),
        _first(found, NAMES, train),
    )


def _part(
    found: dict[str, tuple[int, ...]], part: str, path: Path, label: str | None
) -> Part | None:
    named = _named(found, part)
    words = (*SAMPLES, "") if part else SAMPLES
    samples = next((named[word] for word in words if word in named), None)
    if samples is None or (not part and len(found[samples]) < 2):
        return None
    return Part((samples,), _labels(found, part, path, label))


def _labels(
    found: dict[str, tuple[int, ...]], part: str, path: Path, label: str | None
) -> str | None:
    if label == "none":
        return None
    if label is not None and part in ("", "train"):
        return _asked(label, found, path, "label")
    named = _named(found, part)
    labels = next((named[word] for word in LABELS if word in named), None)
    if labels is not None and labels == named.get("arr1"):
        return labels if _fit(found[labels], found[named["arr0"]]) else None
    return labels


def _fit(labels: tuple[int, ...], samples: tuple[int, ...]) -> bool:
    """Whether the second unnamed array can be labels of the first, and not samples itself."""
    return 0 < len(labels) <= 2 < len(samples) + 1 and labels[0] == samples[0]


def _named(found: Iterable[str], part: str) -> dict[str, str]:
    """Names of arrays by what they are of a part: {"x": "X_train"} for "train"."""
    named = {}
    for name in found:
        word = re.sub(r"[^a-z0-9]", "", name.lower())
        for mark, of in _PARTS.items():
            rest = word.removeprefix(mark) if word.startswith(mark) else word.removesuffix(mark)
            if rest != word and rest in (*SAMPLES, *LABELS, ""):
                if of == part:
                    named.setdefault(rest, name)
                break
        else:
            if not part:
                named.setdefault(word, name)
    return named


def _coordinates(found: dict[str, tuple[int, ...]], path: Path, label: str | None) -> Part | None:
    """``x`` and ``y``, and perhaps ``z``, each a row of numbers."""
    named = _named(found, "")
    axes = tuple(named[axis] for axis in _AXES if axis in named and len(found[named[axis]]) == 1)
    if len(axes) < 2 or len({found[axis] for axis in axes}) > 1:
        return None
    others = {name: shape for name, shape in found.items() if name not in axes}
    return Part(axes, _labels(others, "", path, label))


def _only(found: dict[str, tuple[int, ...]], path: Path, label: str | None) -> Part:
    """The only array there is, but for labels that were named."""
    labels = _labels(found, "", path, label)
    rest = [name for name in found if name != labels]
    if len(rest) != 1:
        raise UserError(
            f"{path} has arrays named {', '.join(found) or 'nothing'}",
            "say which are learned, as in columns=NAME&label=NAME, or name the samples x0 and "
            "their labels, if any, labels",
        )
    return Part((rest[0],), labels)


def _asked(name: str, found: Iterable[str], path: Path, option: str) -> str:
    match = next((other for other in found if other.lower() == name.strip().lower()), None)
    if match is None:
        raise UserError(
            f"{path} has no array {name}", f"give {option} one of {', '.join(found) or 'nothing'}"
        )
    return match


def _first(found: Iterable[str], words: tuple[str, ...], part: Part) -> str | None:
    named = _named(found, "")
    taken = {*part.samples, part.labels}
    return next((named[word] for word in words if word in named and named[word] not in taken), None)
