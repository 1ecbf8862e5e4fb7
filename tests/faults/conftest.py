"""Short runs on one thread, and specimens of what diffvis reads."""

from pathlib import Path

import pytest
from short_runs import config, one_thread, roll, start

__all__ = ["config", "one_thread", "roll", "start"]  # fixtures


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user's own for one test."""
    monkeypatch.setenv("DIFFVIS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
