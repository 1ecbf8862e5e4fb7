"""``diffvis lecture FILE --export DIR``: files of every scene, and what is said of the others."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from diffvis.cli import main

LINEAR = {"kind": "linear", "T": 40}
FORWARD: dict[str, Any] = {
    "title": "Roll", "workspace": "forward", "data": "swiss-roll", "schedule": LINEAR, "t": 20,
    "states": {"forward": {"view": "cloud", "samples": 500}}, "strip": [0, 10, 40],
}  # fmt: skip
REVERSE: dict[str, Any] = {
    "title": "../Back", "workspace": "reverse", "data": "swiss-roll", "schedule": LINEAR, "t": 0,
    "states": {"reverse": {"fields": {"count": 30, "sampler": "ddim", "steps": 3}}},
}  # fmt: skip
TRAINING = {**FORWARD, "title": "Learn", "workspace": "training", "t": 0, "states": {}, "strip": []}
GONE = {**FORWARD, "title": "Gone", "data": "./gone.csv"}

Export = Callable[..., int]


@pytest.fixture
def export(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Writes a lecture of these scenes and exports it; returns the exit status."""
    monkeypatch.chdir(tmp_path)

    def run(*scenes: dict[str, Any], more: tuple[str, ...] = ()) -> int:
        text = json.dumps({"diffvis": "lecture", "version": 1, "scenes": list(scenes)})
        Path("mine.diffvis").write_text(text)
        asked = ["lecture", "mine.diffvis", "--export", "out/files", "--size", "240x160"]
        return main([*asked, *more])

    return run


def test_every_scene_becomes_files_and_nothing_else_is_written(
    export: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(FORWARD, REVERSE, TRAINING) == 0
    said = capsys.readouterr()
    made = sorted(path.name for path in (tmp_path / "out" / "files").iterdir())
    assert made == ["01-roll.gif", "01-roll.png", "02-back.gif", "02-back.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.diffvis", "out"]
    assert [Path(line).name for line in said.out.split()] == [
        "01-roll.png", "01-roll.gif", "02-back.png", "02-back.gif",
    ]  # fmt: skip
    (line,) = said.err.splitlines()
    assert "Learn" in line
    assert "nothing to write" in line
    with Image.open(tmp_path / "out" / "files" / "02-back.gif") as film:
        first = np.asarray(film.convert("RGB"))
        film.seek(film.n_frames - 1)
        last = np.asarray(film.convert("RGB"))
    with Image.open(tmp_path / "out" / "files" / "02-back.png") as still:
        assert film.size == still.size == (240, 160)
    assert (first != last).any()


def test_a_scene_that_cannot_be_written_is_one_line_and_the_others_are(
    export: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(GONE, {"title": "Odd"}, {**FORWARD, "strip": []}) == 1
    said = capsys.readouterr()
    assert [Path(line).name for line in said.out.split()] == ["03-roll.png", "03-roll.gif"]
    gone, odd = said.err.splitlines()
    assert "Gone cannot be shown" in gone
    assert "Odd" in odd


def test_files_that_are_there_are_not_replaced(
    export: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "out" / "files" / "01-roll.png"
    there.parent.mkdir(parents=True)
    there.write_bytes(b"mine")
    assert export(FORWARD) == 2
    assert "--force" in capsys.readouterr().err
    assert there.read_bytes() == b"mine"


def test_a_deck_has_a_slide_for_each_scene(export: Export, tmp_path: Path) -> None:
    pptx = pytest.importorskip("pptx")
    scenes = {**FORWARD, "notes": "Say it."}, REVERSE, TRAINING
    assert export(*scenes, more=("--pptx",)) == 0
    first, second = pptx.Presentation(tmp_path / "out" / "files" / "mine.pptx").slides
    assert first.shapes.title.text == "Roll"
    assert first.notes_slide.notes_text_frame.text == "Say it."
    assert first.shapes[1].image.content_type == "image/png", "moments side by side stand"
    assert second.shapes[1].poster_frame.blob == (
        (tmp_path / "out" / "files" / "02-back-poster.png").read_bytes()
    )
    assert export(*scenes, more=("--pptx",)) == 2, "it is there"


def test_a_deck_for_latex(export: Export, tmp_path: Path) -> None:
    assert export(FORWARD, REVERSE, more=("--latex",)) == 0
    words = (tmp_path / "out" / "files" / "mine.tex").read_text(encoding="utf-8")
    assert words.count(r"\begin{frame}") == 2 and "{01-roll.pdf}" in words
    assert "{02-back.frames/frame-}" in words


@pytest.mark.parametrize(
    ("more", "problem"),
    [(("--pptx", "--latex"), "do not go together"), (("--pptx",), "add --export")],
)
def test_decks_that_cannot_be(
    more: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--export", "x") if len(more) == 2 else ()
    assert main(["lecture", "course-figures", *where, *more]) == 2
    assert problem in capsys.readouterr().err
