"""What stands between a person and a usable window: nothing that the window does not need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from programs import run

# As the command ``diffvis`` starts it; it ends when Forward has been painted.
PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication
def until_painted(*_):
    app = QApplication.instance()
    window = next(w for w in app.topLevelWidgets() if hasattr(w, "workspaces"))
    shown = []
    window.workspaces["forward"].painted.connect(lambda: shown.append(1))
    while not shown or not window.jobs.idle:
        app.processEvents()
    import linecache
    torch = [path for path in linecache.cache if "/torch/" in path]
    there = [name for name in ("torch", "typer", "pydantic", "sklearn") if name in sys.modules]
    print(*there, len(torch), flush=True)
    window.close()
    return 0
QApplication.exec = until_painted
from diffvis.cli import main
sys.exit(main([]))
"""


@pytest.mark.process
def test_a_window_is_usable_without_what_others_need(tmp_path: Path) -> None:
    environment = os.environ | {"DIFFVIS_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    *there, inspected = done.stdout.splitlines()[-1].split()
    assert there == ["torch"]
    assert int(inspected) < 20, "of more than a thousand"


# The size of the window that these arguments open, when it is shown; then it is closed.
SIZE = """
import sys
from PySide6.QtWidgets import QApplication
def look(*_):
    window = next(w for w in QApplication.topLevelWidgets() if hasattr(w, "workspaces"))
    print(window.width(), window.height(), flush=True)
    window.close()
    return 0
QApplication.exec = look
from diffvis.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.process
def test_a_size_that_is_given_holds_whatever_was_last_time(tmp_path: Path) -> None:
    def start(*arguments: str) -> tuple[int, ...]:
        done = run(SIZE, *arguments, env=os.environ | {"DIFFVIS_HOME": str(tmp_path)})
        assert done.returncode == 0, done.stderr
        return tuple(map(int, done.stdout.split()))

    assert start() == (1280, 720)
    assert start("--size", "1500x790") == (1500, 790)
    assert start("--size", "1400x780") == (1400, 780)
