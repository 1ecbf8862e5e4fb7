"""What fails while the window is being made ends with one line and exit 1, wherever it fails."""

import subprocess
from pathlib import Path

import pytest
from programs import run

pytestmark = pytest.mark.process

# Raises where FAIL says, then starts the program as its command does.
PROGRAM = """
import importlib, sys
place, _, name = {place!r}.rpartition(":")
module = importlib.import_module(place)
holder, _, method = name.rpartition(".")
holder = getattr(module, holder) if holder else module
def fail(*_, **__):
    raise ZeroDivisionError("injected")
setattr(holder, method, fail)
from diffvis.cli import program
sys.argv[1:] = {words!r}
program()
"""
PLACES = [
    "diffvis.app.settings:Settings.tidied",
    "diffvis.app.session:preset_schedule",
    "diffvis.app.shell.window:BusyBar",  # after the first worker has been started
    "diffvis.app.forward.workspace:ForwardWorkspace.__init__",
    "diffvis.app.shell.window:MainWindow.restore_layout",
    "diffvis.app.session:Session.set_model",
    "diffvis.app.shell.docks:WorkspaceDock.event",  # called by Qt, which goes on
]


def start(place: str, *words: str) -> subprocess.CompletedProcess[str]:
    return run(PROGRAM.format(place=place, words=list(words)))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.rpartition(":")[2])
def test_what_fails_while_the_window_is_made_ends_with_one_line(place: str) -> None:
    done = start(place)
    assert done.returncode == 1, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("diffvis: unexpected") and "injected" in line


@pytest.mark.parametrize("workspace", ["schedules", "training"])
def test_a_picture_of_a_window_that_cannot_be_made_is_not_waited_for(
    tmp_path: Path, workspace: str
) -> None:
    """These workspaces are made while the window stands already."""
    picture = tmp_path / "window.png"
    place = f"diffvis.app.{workspace}.workspace:{workspace.title()}Workspace.__init__"
    done = start(place, "--screenshot", str(picture))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("diffvis: unexpected ZeroDivisionError: injected; details in")
    assert not picture.exists()


@pytest.mark.parametrize(
    "content", ["geometry=hello", "layout=hello", "geometry=@ByteArray(\\0)", "theme=@Variant(x)"]
)
def test_a_settings_file_never_keeps_the_window_shut(private_home: Path, content: str) -> None:
    private_home.mkdir()
    (private_home / "window.ini").write_text(f"[General]\n{content}\n")
    picture = private_home / "window.png"
    done = start("diffvis.app.asking:ask_file", "--screenshot", str(picture))
    assert (done.returncode, picture.exists()) == (0, True), done.stderr
    (line,) = done.stderr.splitlines()
    assert content.partition("=")[0] in line and "window.ini" in line
