"""Where benchmarks find the data that do not come with diffvis."""

import os
from pathlib import Path


def mnist(folder: Path | None = None) -> Path | None:
    """The folder of its IDX files: the one asked for, or that below DIFFVIS_TEST_DATA."""
    return folder or _below("mnist")


def flowers(folder: Path | None = None) -> Path | None:
    """The folder of the photographs, a folder of each kind: likewise."""
    return folder or _below("flowers")


def _below(name: str) -> Path | None:
    where = os.environ.get("DIFFVIS_TEST_DATA")
    return Path(where) / name if where else None
