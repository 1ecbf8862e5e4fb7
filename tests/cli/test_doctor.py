"""``diffvis doctor`` says how things are, also where Qt or PyTorch cannot be used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


def doctor(*paths: Path, **variables: str) -> tuple[int, dict[str, str]]:
    """The exit status, and the lines by what they are about; ``paths`` hide what is installed."""
    path = os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "diffvis", "doctor"],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path} | variables,
    )
    assert done.stderr == ""
    lines: dict[str, str] = {}
    what = ""
    for line in done.stdout.splitlines():
        if line[:1].isspace():
            lines[what] += f"\n{line.strip()}"
        else:
            what = line.split()[1]
            lines[what] = line
    return done.returncode, lines


def test_what_is_here(private_home: Path) -> None:
    import torch

    status, lines = doctor()
    assert status == 0, lines
    assert torch.__version__ in lines["PyTorch"] and "numpy 2" in lines["libraries"]
    assert "offscreen, 8" in lines["display"]
    assert str(private_home) in lines["home"]
    assert "swiss-roll" in lines["models"]
    assert lines.keys() >= {"diffvis", "system", "GPU", "Qt", "fonts", "[video]", "[fid]"}
    assert all(line.startswith(("ok  ", "--  ")) for line in lines.values())


def test_qt_and_pytorch_that_cannot_be_used(tmp_path: Path) -> None:
    qt = tmp_path / "PySide6"
    qt.mkdir()
    (qt / "__init__.py").write_text("__version__ = '6'")
    words = "libEGL.so.1: cannot open shared object file: No such file or directory"
    (qt / "QtCore.py").write_text(f"raise ImportError({words!r})")
    (tmp_path / "torch.py").write_text("import os; os.abort()")
    status, lines = doctor(tmp_path)
    assert status == 1
    assert lines["Qt"].startswith("!!") and "apt install libegl1" in lines["Qt"]
    assert lines["PyTorch"].startswith("!!") and "SIGABRT" in lines["PyTorch"]
    assert "display" not in lines and "GPU" not in lines, "which would be asked of them"
    assert lines["fonts"].startswith("ok") and lines["models"].startswith("ok")


def test_no_pytorch_no_display_no_home(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\")")
    (tmp_path / "home").write_text("a file")
    status, lines = doctor(
        tmp_path, DIFFVIS_HOME=str(tmp_path / "home"), QT_QPA_PLATFORM="nonsense"
    )
    assert status == 1
    assert "No module named 'torch'" in lines["PyTorch"] and "pytorch.org" in lines["PyTorch"]
    assert "nonsense" in lines["display"] and "unset QT_QPA_PLATFORM" in lines["display"]
    assert "cannot be written" in lines["home"] and "DIFFVIS_HOME" in lines["home"]


def test_the_doctor_itself_needs_neither() -> None:
    code = (
        "import sys; import diffvis.cli.doctor; "
        "print([name for name in ('torch', 'PySide6', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr
