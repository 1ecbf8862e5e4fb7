"""Names of exported files."""

from pathlib import Path

import pytest

from diffvis.app.export.path import as_path, last_folder, suggest
from diffvis.errors import UserError

FORMATS = (".gif", ".png")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("film", "film.gif"),
        ("film.gif", "film.gif"),
        ("film.GIF", "film.GIF"),
        ("film.png", "film.gif"),
        ("film.v2", "film.v2.gif"),
    ],
)
def test_the_ending_is_that_of_the_format(tmp_path: Path, typed: str, name: str) -> None:
    assert as_path(f" {tmp_path}/{typed} ", ".gif", FORMATS) == tmp_path / name


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert as_path("~/film", ".gif", FORMATS) == tmp_path / "film.gif"


@pytest.mark.parametrize("typed", ["", "   ", "{folder}", "{folder}/new/"])
def test_no_name_is_refused(tmp_path: Path, typed: str) -> None:
    with pytest.raises(UserError):
        as_path(typed.format(folder=tmp_path), ".gif", FORMATS)


def test_suggested_names_are_free(tmp_path: Path) -> None:
    for name in ("film.gif", "film-2.gif", "film-3.gif"):
        path = suggest("film", ".gif", tmp_path)
        assert path.name == name
        path.touch()


def test_the_first_folder_is_there() -> None:
    assert last_folder().is_dir()
