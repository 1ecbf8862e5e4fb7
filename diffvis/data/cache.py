"""Decoded pictures kept as arrays, so that a folder opens in an instant the next time."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from diffvis.data.decoding import Pixels
from diffvis.data.deep import Depth
from diffvis.data.ranges import Extremes, Span
from diffvis.data.sizes import Sizes
from diffvis.files import atomic_write, home

_MOST_BYTES = 2 << 30  # all that the cache may hold


def cached(key: str, place: str, decode: Callable[[], Pixels]) -> Pixels:
    """What ``decode`` gives, or gave when it was last asked with the same key.

    Args:
        key: names the contents; another key is decoded anew.
        place: names the file; a new key takes the place of an old one.
    """
    path = home() / "cache" / f"{hashlib.sha256(os.fsencode(place)).hexdigest()[:24]}.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            if file["key"] == key:
                facts = json.loads(str(file["facts"]))
                depth = facts["depth"] and Depth(
                    Extremes(**facts["depth"]["extremes"]), Span(*facts["depth"]["span"])
                )
                return Pixels(
                    file["pixels"],
                    file["kept"],
                    tuple(file["skipped"].tolist()),
                    Sizes(**facts["sizes"]),
                    int(facts["several"]),
                    depth,
                    int(facts["deep"]),
                )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        pass  # not there, or damaged: decode
    made = decode()
    facts = {
        "sizes": asdict(made.sizes),
        "several": made.several,
        "depth": made.depth and asdict(made.depth),
        "deep": made.deep,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            np.savez(
                file,
                key=key,
                pixels=made.values,
                kept=made.kept,
                skipped=np.array(made.skipped, np.str_),
                facts=json.dumps(facts),
            )
        _prune(path)
    except OSError:
        pass  # no place to keep it: it is decoded again next time
    return made


def _prune(newest: Path) -> None:
    """Remove the oldest files until the rest is small enough; the newest stays."""
    files = sorted(newest.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
    total = 0
    for file in files:
        total += file.stat().st_size
        if total > _MOST_BYTES and file != newest:
            file.unlink(missing_ok=True)
