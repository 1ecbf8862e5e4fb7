"""Where a benchmark finds MNIST."""

import os
from pathlib import Path


def mnist(folder: Path | None) -> Path | None:
    """The folder of its IDX files: the one asked for, or that below DIFFVIS_TEST_DATA."""
    if folder is None and "DIFFVIS_TEST_DATA" in os.environ:
        folder = Path(os.environ["DIFFVIS_TEST_DATA"]) / "mnist"
    return folder
