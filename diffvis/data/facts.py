"""What people want to know of a data set, in words: all of it in one place, and in one line."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from diffvis.data.dataset import Dataset
from diffvis.data.inferred import listed
from diffvis.data.levels import BYTE_LEVELS
from diffvis.data.options import split_source

SKIPPED = "skipped"
_MOST_FILES, _MOST_CLASSES = 10, 20  # that are named
_MOST_TOLD = 3  # things that were inferred, in one line


class Fact(NamedTuple):
    """A word, and the lines that are to be read under it."""

    word: str
    lines: tuple[str, ...]


def facts(dataset: Dataset) -> list[Fact]:
    """In the order to show them; the first has what the set is, without its title."""
    found = [
        Fact("samples", (dataset.description,)),
        Fact("split", (dataset.split_description,)),
        Fact("units", (_units(dataset),)),
        Fact("fingerprint", (dataset.fingerprint,)),
        Fact("source", (dataset.source,)),
    ]
    if dataset.labels is not None:
        counts = torch.bincount(dataset.labels, minlength=dataset.num_classes).tolist()
        named = [f"{name} ({n:,})" for name, n in zip(dataset.classes, counts, strict=True)]
        found.append(Fact("classes", (_some(named),)))
    taken = tuple(str(about) for about in dataset.inferred if not about.absurd)
    found += [Fact("warning", tuple(map(str, dataset.warnings))), Fact("taken", taken)]
    if dataset.skipped:
        number, more = len(dataset.skipped), len(dataset.skipped) - _MOST_FILES
        last = (f"and {more:,} more",) if more > 0 else ()
        found.append(Fact(SKIPPED, (f"{number:,}", *dataset.skipped[:_MOST_FILES], *last)))
    return [fact for fact in found if fact.lines]


def told(dataset: Dataset) -> str:
    """What was inferred or skipped, in one line; empty where there is nothing to say."""
    absurd, usual = (
        [str(found) for found in dataset.inferred if found.absurd is kind] for kind in (True, False)
    )
    said = [*absurd, *usual][: max(_MOST_TOLD, len(absurd))]
    if dataset.skipped:
        said.append(f"{len(dataset.skipped):,} skipped: {_shortly(dataset)}")
    return "; ".join(said)


def _shortly(dataset: Dataset) -> str:
    """The first that was skipped, without the folder that was opened."""
    first = dataset.skipped[0].removeprefix(f"{Path(split_source(dataset.source)[0])}/")
    return first if len(dataset.skipped) == 1 else f"{first}, and others"


def _units(dataset: Dataset) -> str:
    if not dataset.is_points:
        few = dataset.levels is not None and dataset.levels < BYTE_LEVELS
        levels = f" in {dataset.levels} levels" if few else ""
        return f"brightness 0 to 255{levels}, learned as -1 to 1"
    mean, std = dataset.scaling.mean, dataset.scaling.std
    units = ", ".join(f"{m:.3g} ± {s:.3g}" for m, s in zip(mean, std, strict=True))
    return f"standardised; {listed('xyz'[: len(mean)])} were {units}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_CLASSES
    return ", ".join(names[:_MOST_CLASSES]) + (f" and {more:,} more" if more > 0 else "")
