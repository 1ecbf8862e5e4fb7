"""Figures are chosen by what they look like."""

import json
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from diffvis.app.export.choices import choices_for
from diffvis.app.export.opening import dialog_for
from diffvis.app.session import Session
from diffvis.app.shown import FiguresShown
from diffvis.app.theme import Theme
from diffvis.app.widgets.entry_delegate import ENTRY
from diffvis.cli import main
from diffvis.data.catalogue import open_dataset
from diffvis.files import resource
from diffvis.models.model import open_model
from diffvis.rendering.course.registry import FIGURES

LARGEST = 10_000  # bytes of a thumbnail


@pytest.fixture
def digits(session: Session) -> Session:
    session.set_data(open_dataset("digits"))
    session.set_model(open_model("digits"))
    return session


def test_each_figure_has_a_thumbnail_and_none_is_left_over() -> None:
    pictures = {path.stem: path for path in resource("figures").glob("*.png")}
    assert pictures.keys() == FIGURES.keys()
    seconds = json.loads(resource("figures/seconds.json").read_text(encoding="utf-8"))
    assert seconds.keys() == FIGURES.keys()
    for path in pictures.values():
        with Image.open(path) as picture:
            assert picture.width * 9 == picture.height * 16
            assert len(picture.getcolors(256)) > 2, "something is on it"
        assert path.stat().st_size < LARGEST


def test_the_list_shows_and_says_them(digits: Session, theme: Theme) -> None:
    dialog = dialog_for(digits, theme, FiguresShown())
    dialog.open()
    box = dialog.findChild(QComboBox, "export.view")
    assert box.count() > 10
    for row in range(box.count()):
        entry = box.itemData(row, ENTRY)
        said = box.itemData(row, Qt.ItemDataRole.AccessibleTextRole)
        assert entry.picture.is_file() and all(line in said for line in entry.lines)
        figure = FIGURES[entry.picture.stem]
        assert entry.lines[0] == figure.about and figure.source in entry.lines[1]
    box.showPopup()
    assert box.view().width() >= box.view().sizeHintForColumn(0), "nothing is cut off"
    box.hidePopup()
    dialog.close()
    assert dialog.wait()
    dialog.deleteLater()


def test_figures_of_runs_are_offered_where_there_is_one(digits: Session) -> None:
    names = {choice.subject.figure.name for choice in choices_for(FiguresShown(), digits)}
    assert "alpha-bar" in names and not {"epochs", "early-stopping"} & names


def test_figures_of_a_run_are_made_of_it(session: Session, tmp_path: Path) -> None:
    asked = ["--steps", "2", "--timesteps", "12", "--batch-size", "32", "--device", "cpu"]
    assert main(["train", "swiss-roll?n=400", "--out", str(tmp_path / "run"), *asked]) == 0
    session.set_data(open_dataset("swiss-roll?n=400"))
    session.set_model(open_model(tmp_path / "run"))
    found = {choice.subject.figure.name: choice for choice in choices_for(FiguresShown(), session)}
    assert {"epochs", "early-stopping"} <= found.keys()
    for name, choice in found.items():
        given = choice.subject.of.given
        assert given is (None if name in ("alpha-bar", "beta-tilde") else session.model), name
