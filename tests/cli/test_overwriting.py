"""Nothing that is there is replaced unasked: one rule for every command that writes a file."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffvis.cli.commands import COMMANDS
from diffvis.cli.export import EXPORTS

from .conftest import Call

MINE = b"the only copy of something"
EXPORT = ["--frames", "3", "--size", "320x180"]
WRITERS = {
    "sample": ["sample", "{run}", "--out", "{file}.png", "--count", "2"],
    "sample of numbers": ["sample", "{run}", "--out", "{file}.npz", "--count", "2"],
    "data": ["data", "digits", "--sheet", "{file}.png"],
    "screenshot": ["--screenshot", "{file}.png"],
    "forward": ["export", "forward", "--out", "{file}.gif", *EXPORT],
    "walks": ["export", "walks", "--out", "{file}.gif", *EXPORT],
    "reverse": ["export", "reverse", "{run}", "--out", "{file}.zip", *EXPORT],
    "nearest": ["export", "nearest", "{run}", "--out", "{file}.png"],
    "compare": ["export", "compare", "{run}", "--out", "{file}.webp", *EXPORT],
    "training": ["export", "training", "{run}", "--out", "{file}.csv", "--view", "loss"],
    "schedule": ["export", "schedule", "--out", "{file}.svg"],
}  # fmt: skip


@pytest.mark.parametrize("command", WRITERS.values(), ids=WRITERS.keys())
def test_a_file_that_is_there_stays_as_it_is(
    diffvis: Call, tmp_path: Path, command: list[str]
) -> None:
    """Also the model is not looked for: the mistake is found before any work."""
    words = [word.format(run="no-such-model", file=tmp_path / "mine") for word in command]
    (path,) = (Path(word) for word in words if str(tmp_path) in word)
    path.write_bytes(MINE)
    said = diffvis(*words).problem()
    assert f"{path} exists already" in said and "--force" in said
    assert path.read_bytes() == MINE
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["sample", "data", "schedule"])
def test_force_replaces_it(diffvis: Call, run_folder: Path, tmp_path: Path, name: str) -> None:
    words = [word.format(run=run_folder, file=tmp_path / "mine") for word in WRITERS[name]]
    (path,) = (Path(word) for word in words if str(tmp_path) in word)
    path.write_bytes(MINE)
    assert diffvis(*words, "--force").status == 0
    assert path.read_bytes() != MINE


def _commands() -> Iterator[tuple[str, list[str]]]:
    """Every command with the names of what it can be told."""
    for command in (*COMMANDS, *EXPORTS):
        yield command.__name__, list(command.__annotations__)


def test_every_command_that_writes_a_file_can_be_told_to_replace_it() -> None:
    """``train`` writes a folder, which it never replaces."""
    writing = {name: told for name, told in _commands() if {"out", "sheet"} & set(told)}
    assert writing.keys() >= {"sample", "data", "forward", "schedule", "train"}
    for name, told in writing.items():
        assert name == "train" or "force" in told, name


def test_a_link_that_leads_nowhere_is_a_file_too(diffvis: Call, tmp_path: Path) -> None:
    link = tmp_path / "mine.svg"
    link.symlink_to(tmp_path / "on-a-disk-that-is-not-here.svg")
    assert "exists already" in diffvis("export", "schedule", "--out", link).problem()
    assert link.is_symlink()


def test_a_set_of_figures_replaces_none_of_them(
    diffvis: Call, run_folder: Path, tmp_path: Path
) -> None:
    """Not only its page counts: a film of the same name may be somebody's own."""
    mine = tmp_path / "schedule.svg"
    mine.write_bytes(MINE)
    said = diffvis("export", "--figures", tmp_path, "--model", run_folder).problem()
    assert f"{mine} exists already" in said
    assert (list(tmp_path.iterdir()), mine.read_bytes()) == ([mine], MINE)


# --- a folder of frames ----------------------------------------------------------------------


def frames(diffvis: Call, folder: Path, count: int, *more: str) -> int:
    words = ["--frames", count, "--size", "320x180", *more]
    return diffvis("export", "forward", "--out", folder, *words).status


@pytest.mark.parametrize("links", [True, False])
def test_new_frames_leave_what_a_person_has_put_beside_them(
    diffvis: Call, tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    folder = tmp_path / "film.frames"
    assert frames(diffvis, folder, 4) == 0
    (folder / "notes.txt").write_text("mine")
    (folder / "frame-0001.png.bak").write_text("mine too")
    (folder / "figures").mkdir()
    (folder / "figures" / "frame-0000.png").write_text("in a folder of mine")
    (folder / "latest").symlink_to("frame-0000.png")
    first = (folder / "frame-0000.png").read_bytes()
    assert frames(diffvis, folder, 2) == 2, "not unasked"
    assert frames(diffvis, folder, 2, "--force", "--style", "light") == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted([
        "animate-timeline.txt", "animate.tex", "figures", "frame-0000.png", "frame-0001.png",
        "frame-0001.png.bak", "latest", "notes.txt", "recipe.json",
    ])  # fmt: skip
    assert (folder / "frame-0000.png").read_bytes() != first
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "figures" / "frame-0000.png").read_text() == "in a folder of mine"
    assert (folder / "latest").readlink() == Path("frame-0000.png")
    assert [path.name for path in tmp_path.iterdir()] == ["film.frames"]


def _no_links(*_: object, **__: object) -> None:
    raise OSError(1, "Operation not permitted")


@pytest.mark.parametrize("at", range(1, 4))
def test_notes_beside_frames_survive_whatever_fails(
    diffvis: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Every step of putting the new folder in the place of the old one fails once."""
    folder = tmp_path / "film.frames"
    assert frames(diffvis, folder, 2) == 0
    (folder / "notes.txt").write_text("mine")
    calls = 0

    def failing(path: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    rename = Path.rename
    monkeypatch.setattr(Path, "rename", failing)
    status = frames(diffvis, folder, 2, "--force")
    assert status == (2 if at <= 2 else 0)
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "animate.tex").is_file()
