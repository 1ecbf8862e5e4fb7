"""No display, or not what Qt needs of the system: one line that names it, and how it comes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from diffvis.app.shell import display
from diffvis.app.shell.display import (
    INSTALL,
    PACKAGES,
    cannot_import,
    cannot_start,
    how_to_install,
)
from diffvis.errors import UserError

HIDDEN = "{name}: cannot open shared object file: No such file or directory"


def start(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, "-m", "diffvis", *words],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment | variables,
    )


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is one")
@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "there is no display"),
        ({"DISPLAY": ":987"}, "the display :987 does not answer"),
        # The library of Wayland itself writes a line where it is not said where its sockets are.
        (
            {"WAYLAND_DISPLAY": "nowhere", "XDG_RUNTIME_DIR": "/nowhere"},
            "the display nowhere does not answer",
        ),
        ({"QT_QPA_PLATFORM": "nonsense"}, "nonsense"),
    ],
)
def test_a_window_without_a_display_ends_with_one_line(
    variables: dict[str, str], named: str
) -> None:
    done = start(**variables)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("diffvis: ") and named in line


@pytest.mark.process
def test_a_library_that_qt_needs_is_named_with_its_package(tmp_path: Path) -> None:
    qt = tmp_path / "PySide6"
    qt.mkdir()
    words = HIDDEN.format(name="libEGL.so.1")
    (qt / "__init__.py").write_text("")
    (qt / "QtCore.py").write_text(f"raise ImportError({words!r}, name='QtCore')")
    path = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))
    done = start(PYTHONPATH=path, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "libEGL.so.1" in line and "apt install libegl1" in line and "dnf install" in line


@pytest.mark.process
def test_without_qt_the_other_commands_work(tmp_path: Path) -> None:
    (tmp_path / "PySide6.py").write_text("raise ImportError('not here', name='PySide6')")
    path = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))
    assert start("data", PYTHONPATH=path).returncode == 0
    done = start(PYTHONPATH=path, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 2
    assert done.stderr == "diffvis: the window needs PySide6: run pip install diffvis again\n"


def test_what_is_none_of_qts_troubles_is_raised_as_it_was() -> None:
    error = ImportError("cannot import name 'x' from 'diffvis.app'", name="diffvis.app")
    with pytest.raises(ImportError, match="cannot import name"):
        cannot_import(error)


FOUND = 'Could not load the Qt platform plugin "xcb" in "" even though it was found.'


@pytest.mark.parametrize("lacking", [["libxcb-cursor.so.0"], ["libxcb-icccm.so.4", "libX11.so.6"]])
def test_all_libraries_that_are_missing_are_named_at_once(
    monkeypatch: pytest.MonkeyPatch, lacking: list[str]
) -> None:
    monkeypatch.setattr(display, "missing", lambda names: [n for n in names if n in lacking])
    said = cannot_start(["From 6.5.0, xcb-cursor0 or libxcb-cursor0 is needed", FOUND])
    assert isinstance(said, UserError)
    assert all(name in said.problem for name in lacking)
    assert "apt install" in said.remedy


def test_a_package_is_named_once_for_each_system() -> None:
    says = how_to_install(["libxcb.so.1", "libxcb-shm.so.0", "libxcb-randr.so.0"])
    assert says.count("libxcb1") == 1 and "dnf install libxcb (Fedora)" in says
    assert "pacman -S libxcb (Arch)" in says
    assert "package" in how_to_install(["libnobody-knows.so.3"])


def test_the_packages_in_the_readme_are_known() -> None:
    text = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    for place, (command, systems) in enumerate(INSTALL):
        (row,) = (line for line in text.splitlines() if line.startswith(f"| {systems} |"))
        words = " ".join(re.findall(r"`([^`]+)`", row))
        assert words.startswith(command)
        named = set(words.removeprefix(command).split())
        assert len(named) > 6 and named <= {packages[place] for packages in PACKAGES.values()}


@pytest.mark.skipif(sys.platform != "linux", reason="looks for libraries of Linux")
def test_what_is_missing_is_found_by_loading_it() -> None:
    assert display.missing(["libc.so.6", "libnobody-knows.so.3"]) == ["libnobody-knows.so.3"]
