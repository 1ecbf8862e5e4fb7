"""Decoded pictures kept as arrays, so that a folder opens in an instant the next time."""

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from diffvis.files import atomic_write, home

Decoded = tuple[np.ndarray, np.ndarray, tuple[str, ...]]
_MOST_BYTES = 2 << 30  # all that the cache may hold


def cached(key: str, place: str, decode: Callable[[], Decoded]) -> Decoded:
    """What ``decode`` gives, or gave when it was last asked with the same key.

    Args:
        key: names the contents; another key is decoded anew.
        place: names the file; a new key takes the place of an old one.
    """
    path = home() / "cache" / f"{hashlib.sha256(os.fsencode(place)).hexdigest()[:24]}.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            if file["key"] == key:
                return file["pixels"], file["kept"], tuple(file["skipped"].tolist())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass  # not there, or damaged: decode
    decoded = decode()
    pixels, kept, skipped = decoded
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            np.savez(file, key=key, pixels=pixels, kept=kept, skipped=np.array(skipped, np.str_))
        _prune(path)
    except OSError:
        pass  # no place to keep it: it is decoded again next time
    return decoded


def _prune(newest: Path) -> None:
    """Remove the oldest files until the rest is small enough; the newest stays."""
    files = sorted(newest.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
    total = 0
    for file in files:
        total += file.stat().st_size
        if total > _MOST_BYTES and file != newest:
            file.unlink(missing_ok=True)
