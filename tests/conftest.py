"""Shared by all tests: offscreen Qt, a private home folder, real data where it is present."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs, caches and settings of a test go to a folder of its own."""
    home = tmp_path / "home"
    monkeypatch.setenv("DIFFVIS_HOME", str(home))
    return home


@pytest.fixture
def test_data() -> Path:
    """The folder of real data (``mnist/``, ``flowers/``); without one the test is skipped."""
    folder = os.environ.get("DIFFVIS_TEST_DATA")
    if not folder:
        pytest.skip("DIFFVIS_TEST_DATA is not set")
    path = Path(folder)
    assert path.is_dir(), f"DIFFVIS_TEST_DATA names {path}, which is not a folder"
    return path
