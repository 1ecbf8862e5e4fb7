"""The export dialog, driven as a person does: by its widgets' names."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from driving import as_format
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.export.dialog import ExportDialog
from diffvis.app.export.opening import dialog_for
from diffvis.app.session import Session
from diffvis.app.shown import ForwardShown, ReverseShown
from diffvis.app.theme import Theme
from diffvis.rendering.export import export as write
from diffvis.rendering.formats.gif import GifWriter
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from diffvis.sampling.settings import ChainSettings

FORWARD = {"count": 200, "first": 0, "seed": 3, "chain": False}
REVERSE = ReverseShown(
    ChainSettings(sampler="ddim", steps=10, eta=0.5, seed=4, count=100), selected=1
)


def shown_in(workspace: str) -> ForwardShown | ReverseShown:
    if workspace == "reverse":
        return REVERSE
    return ForwardShown(view=None, of_class=None, spread=True, **FORWARD)


@pytest.fixture
def new_dialog(
    qtbot: QtBot, session: Session, theme: Theme, tmp_path: Path
) -> Iterator[Callable[[str], ExportDialog]]:
    """Opens dialogs that suggest ``tmp_path``/film; each is closed at the end of the test."""
    made: list[ExportDialog] = []

    def make(what: str) -> ExportDialog:
        dialog = dialog_for(session, theme, shown_in(what))
        qtbot.addWidget(dialog)
        made.append(dialog)
        dialog.open()
        field(dialog, "path").setText(str(tmp_path / "film.gif"))
        return dialog

    yield make
    for dialog in made:
        dialog.close()
        assert dialog.wait()


def field(dialog: ExportDialog, name: str) -> QWidget:
    found = dialog.findChild(QWidget, f"export.{name}")
    assert found is not None, f"there is no export.{name}"
    return found


def click(qtbot: QtBot, dialog: ExportDialog, name: str) -> None:
    qtbot.mouseClick(field(dialog, name), Qt.MouseButton.LeftButton)


def export(qtbot: QtBot, dialog: ExportDialog) -> None:
    """Press Export and wait for its end."""
    click(qtbot, dialog, "run")
    assert dialog.running, said(dialog)
    qtbot.waitUntil(lambda: not dialog.running, timeout=60_000)


def said(dialog: ExportDialog) -> str:
    """What stands in the dialog's notice."""
    bar = field(dialog, "notice")
    return f"{bar.notice.title}: {bar.notice.hint}" if bar.isVisible() else ""


def durations(path: Path) -> list[int]:
    with Image.open(path) as picture:
        found = []
        for frame in range(picture.n_frames):
            picture.seek(frame)
            found.append(picture.info["duration"])
        return found


def test_forward_becomes_a_gif_that_loops_and_holds_its_last_frame(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    dialog = new_dialog("forward")
    field(dialog, "frames").setValue(5)
    field(dialog, "frame_ms").setValue(100)
    field(dialog, "hold_ms").setValue(1500)
    field(dialog, "size").setCurrentIndex(field(dialog, "size").findText("720 × 720 (square)"))
    export(qtbot, dialog)
    film = tmp_path / "film.gif"
    assert durations(film) == [500] + [100] * 3 + [1500]
    with Image.open(film) as picture:
        assert picture.size == (720, 720)
        assert picture.info["loop"] == 0
    assert [path.name for path in tmp_path.glob("*.*")] == ["film.gif"]
    assert "film.gif is saved" in said(dialog)
    assert "kB" in said(dialog) and str(tmp_path) in said(dialog)


def test_reverse_walks_the_chain_of_its_workspace(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    dialog = new_dialog("reverse")
    assert field(dialog, "length").text().startswith("11 frames (one for each step)")
    export(qtbot, dialog)
    assert len(durations(tmp_path / "film.gif")) == 11
    with Image.open(tmp_path / "film.gif") as picture:
        recipe = picture.info["comment"].decode()
    for part in ('"sampler": "ddim"', '"steps": 10', '"eta": 0.5', '"seed": 4', '"count": 100'):
        assert part in recipe


def test_a_chain_can_be_shown_beside_others(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    dialog = new_dialog("reverse")
    offered = field(dialog, "view")
    words = [offered.itemText(i) for i in range(offered.count())]
    beside = [text for text in words if "Beside" in text]
    assert beside == [f"Beside {x}" for x in ("DDPM", "40 steps", "the linear schedule")]
    as_format(dialog, "PNG")
    for text in beside[1:]:
        offered.setCurrentIndex(offered.findText(text))
        path = tmp_path / f"{text.split()[-2]}.png"
        field(dialog, "path").setText(str(path))
        export(qtbot, dialog)
        sides = read_recipe(path)["sides"]
        differs = {key for key in ("settings", "schedule") if sides[0][key] != sides[1][key]}
        assert differs == {"settings" if "steps" in text else "schedule"}


def test_png_is_the_picture_on_screen(
    qtbot: QtBot,
    session: Session,
    new_dialog: Callable[[str], ExportDialog],
    tmp_path: Path,
) -> None:
    session.set_t(12)
    dialog = new_dialog("forward")
    as_format(dialog, "PNG")
    assert field(dialog, "path").text() == str(tmp_path / "film.png"), "the name follows the format"
    assert not field(dialog, "frames").isEnabled()
    assert field(dialog, "length").text() == "One picture, at t = 12"
    export(qtbot, dialog)
    spec = ExportSpec(t=12, roomy=True, **FORWARD)
    for _ in write(tmp_path / "core.png", Forward(session.data, session.schedule), spec):
        pass
    with Image.open(tmp_path / "film.png") as ours, Image.open(tmp_path / "core.png") as core:
        assert np.array_equal(np.asarray(ours), np.asarray(core))


def test_folder_and_format_are_remembered(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], session: Session, theme: Theme,
    tmp_path: Path,
) -> None:  # fmt: skip
    dialog = new_dialog("forward")
    as_format(dialog, "PNG")
    export(qtbot, dialog)
    (tmp_path / "swiss-roll-forward-cosine-t-0.png").touch()
    again = dialog_for(session, theme, shown_in("forward"))
    qtbot.addWidget(again)
    assert field(again, "format").currentText() == "PNG"
    assert field(again, "path").text() == str(tmp_path / "swiss-roll-forward-cosine-t-0-2.png"), (
        "a free name"
    )


def test_film_and_picture_each_remember_their_format(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], session: Session, theme: Theme,
    tmp_path: Path,
) -> None:  # fmt: skip
    dialog = new_dialog("reverse")
    assert field(dialog, "film").isChecked(), "a film at first"
    as_format(dialog, "WebP")
    field(dialog, "frames").setValue(2)
    export(qtbot, dialog)
    field(dialog, "picture").click()
    assert field(dialog, "format").currentText() == "PNG"
    as_format(dialog, "SVG")
    export(qtbot, dialog)
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["film.svg", "film.webp"]
    again = dialog_for(session, theme, shown_in("reverse"))
    qtbot.addWidget(again)
    assert field(again, "picture").isChecked(), "as the last time"
    assert field(again, "format").currentText() == "SVG"
    field(again, "film").click()
    assert field(again, "format").currentText() == "WebP"


def test_only_what_moves_is_offered_as_a_film(new_dialog: Callable[[str], ExportDialog]) -> None:
    dialog = new_dialog("forward")
    views = field(dialog, "view")
    assert views.findText("Strip of moments") < 0
    field(dialog, "picture").click()
    assert field(dialog, "frames").isHidden() or not field(dialog, "frames").isVisible()
    views.setCurrentIndex(views.findText("Strip of moments"))
    field(dialog, "film").click()
    assert views.currentText() == "The equation"
    assert field(dialog, "frames").isVisible()


def test_names_say_what_is_inside_until_another_is_typed(
    qtbot: QtBot, session: Session, theme: Theme, tmp_path: Path
) -> None:
    dialog = dialog_for(session, theme, REVERSE)
    qtbot.addWidget(dialog)
    dialog.suggest(tmp_path)

    def name() -> str:
        return Path(field(dialog, "path").text()).name

    model = "swiss-roll-exact-denoiser"
    assert name() == f"{model}-reverse-ddim-10-seed-4.gif"
    field(dialog, "picture").click()
    assert name() == f"{model}-reverse-ddim-10-seed-4-t-{session.t}.png"
    views = field(dialog, "view")
    views.setCurrentIndex(views.findText("Strip of moments"))
    assert name() == f"{model}-reverse-ddim-10-seed-4-strip.png"
    field(dialog, "path").setText(str(tmp_path / "mine.png"))
    field(dialog, "film").click()
    assert name() == "mine.gif"


def test_moments_of_a_strip_are_typed_and_checked(
    qtbot: QtBot, session: Session, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    dialog = new_dialog("forward")
    times = field(dialog, "times")
    assert not times.isVisible(), "a film has frames"
    as_format(dialog, "NPZ")
    field(dialog, "picture").click()
    views = field(dialog, "view")
    views.setCurrentIndex(views.findText("Strip of moments"))
    assert times.isVisible() and times.placeholderText() == "0, 3, 7, 13, 40"
    for typed, problem in (("0, ten", "write them as 0,20,50"), ("0, 41", "choose 0 to 40")):
        times.setText(typed)
        assert problem in field(dialog, "length").text()
        assert times.property("state") == "error"
    times.setText("40, 0, 20")
    assert times.property("state") == ""
    as_format(dialog, "NPZ")
    export(qtbot, dialog)
    with np.load(tmp_path / "film.npz") as saved:
        assert saved["t"].tolist() == [0, 20, 40]


def test_a_preview_that_gave_way_to_a_quick_export_is_made_after_it(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    dialog = new_dialog("forward")
    estimate = field(dialog, "estimate")
    qtbot.waitUntil(lambda: estimate.text() not in ("", "…"), timeout=60_000)
    of_the_film = estimate.text()
    as_format(dialog, "PNG")
    export(qtbot, dialog)
    qtbot.waitUntil(lambda: estimate.text() not in ("", "…", of_the_film), timeout=60_000)
    assert len(field(dialog, "preview").findChildren(QTimer)) == 1
    assert not field(dialog, "preview").findChild(QTimer).isActive(), "one picture, no film"


def test_a_dialog_that_is_opened_again_has_its_preview_again(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog]
) -> None:
    dialog = new_dialog("forward")
    film = field(dialog, "preview").findChild(QTimer)
    qtbot.waitUntil(film.isActive, timeout=60_000)
    dialog.close()
    assert dialog.wait() and not film.isActive()
    dialog.open()
    qtbot.waitUntil(film.isActive, timeout=60_000)


@pytest.mark.parametrize("how", ["button", "escape"])
def test_cancel_leaves_nothing(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path, how: str
) -> None:
    dialog = new_dialog("forward")
    click(qtbot, dialog, "run")
    qtbot.waitUntil(lambda: field(dialog, "progress").value() > 0, timeout=30_000)
    if how == "button":
        click(qtbot, dialog, "cancel")
    else:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.running, timeout=30_000)
    assert dialog.isVisible()
    assert "cancelled" in said(dialog)
    assert list(tmp_path.glob("*.*")) == [], "no film, no part of one"
    assert field(dialog, "run").isEnabled() and not field(dialog, "progress").isVisible()


def test_closing_ends_the_work_and_the_thread(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    dialog = new_dialog("forward")
    click(qtbot, dialog, "run")
    qtbot.waitUntil(lambda: field(dialog, "progress").value() > 0, timeout=30_000)
    dialog.close()
    assert dialog.wait()
    assert not dialog.isVisible()
    assert list(tmp_path.glob("*.*")) == []


def test_a_dialog_that_was_closed_at_work_works_when_it_is_opened_again(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    dialog = new_dialog("forward")
    click(qtbot, dialog, "run")
    dialog.close()
    qtbot.waitUntil(lambda: not dialog.running, timeout=30_000)
    dialog.open()
    field(dialog, "frames").setValue(2)
    export(qtbot, dialog)
    assert len(durations(tmp_path / "film.gif")) == 2


def test_an_existing_file_is_replaced_only_when_asked_twice(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    film = tmp_path / "film.gif"
    film.write_text("precious")
    dialog = new_dialog("forward")
    field(dialog, "frames").setValue(2)
    click(qtbot, dialog, "run")
    assert not dialog.running
    assert "film.gif exists already" in said(dialog)
    field(dialog, "frames").setValue(3)  # a change of mind is not a yes
    click(qtbot, dialog, "run")
    assert not dialog.running
    assert film.read_text() == "precious"
    assert field(dialog, "run").text() == "Replace"
    export(qtbot, dialog)
    assert len(durations(film)) == 3


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "no file is named"),
        ("{folder}", "is a folder"),
        ("{folder}/no/such/film.gif", "there is no folder"),
    ],
)
def test_an_impossible_path_is_said_in_the_dialog(
    qtbot: QtBot,
    new_dialog: Callable[[str], ExportDialog],
    tmp_path: Path,
    name: str,
    problem: str,
) -> None:
    dialog = new_dialog("forward")
    field(dialog, "path").setText(name.format(folder=tmp_path))
    click(qtbot, dialog, "run")
    assert not dialog.running
    assert problem in said(dialog)
    field(dialog, "path").setText(str(tmp_path / "film.gif"))
    assert said(dialog) == "", "what was wrong is put right"


def test_a_time_that_gif_does_not_have_is_said_in_the_dialog(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog]
) -> None:
    dialog = new_dialog("forward")
    field(dialog, "frame_ms").setValue(65)
    click(qtbot, dialog, "run")
    assert not dialog.running
    assert "give a multiple of 10" in said(dialog)


def test_what_a_rate_becomes_is_said_in_the_dialog(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog]
) -> None:
    dialog = new_dialog("forward")
    rate, formats, length = (field(dialog, name) for name in ("fps", "format", "length"))
    field(dialog, "frames").setValue(5)
    qtbot.keyClicks(rate.lineEdit(), "30")
    assert length.text().startswith("5 frames, 30 fps on average, by frames of 30 and 40 ms, 2.6 s")
    assert not field(dialog, "frame_ms").isEnabled(), "the rate says it"
    formats.setCurrentIndex(formats.findText("MP4"))
    assert length.text() == "5 frames, 2.6 s, as often as its player says"
    rate.lineEdit().selectAll()
    qtbot.keyClicks(rate.lineEdit(), "60")
    assert length.text().startswith("5 frames, 2.5 s")
    formats.setCurrentIndex(formats.findText("GIF"))
    assert "give at most 50" in length.text()
    rate.lineEdit().selectAll()
    qtbot.keyClick(rate.lineEdit(), Qt.Key.Key_Backspace)
    assert field(dialog, "frame_ms").isEnabled()
    assert length.text() == "5 frames, 2.7 s, in a loop"


def test_a_full_disk_is_said_and_leaves_nothing(
    qtbot: QtBot,
    new_dialog: Callable[[str], ExportDialog],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(writer: GifWriter, frame: np.ndarray, held: bool = False) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    dialog = new_dialog("forward")
    with monkeypatch.context() as patched:
        patched.setattr(GifWriter, "add", fail)
        export(qtbot, dialog)
    assert "No space left on device" in said(dialog)
    assert list(tmp_path.glob("*.*")) == []
    field(dialog, "frames").setValue(2)
    export(qtbot, dialog)
    assert len(durations(tmp_path / "film.gif")) == 2, "and the next one works"


def test_return_in_a_number_does_not_export(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    dialog = new_dialog("forward")
    qtbot.keyClick(field(dialog, "frames"), Qt.Key.Key_Return)
    assert not dialog.running
    assert dialog.isVisible()
    field(dialog, "frames").setValue(2)
    qtbot.keyClick(field(dialog, "path"), Qt.Key.Key_Return)
    assert dialog.running, "in the name of the file it does"
    qtbot.waitUntil(lambda: not dialog.running, timeout=30_000)
    assert (tmp_path / "film.gif").exists()


@pytest.mark.parametrize("what", ["forward", "reverse"])
def test_every_control_has_a_name_for_scripts_and_for_screen_readers(
    new_dialog: Callable[[str], ExportDialog], what: str
) -> None:
    dialog = new_dialog(what)
    controls = [
        control
        for kind in (QAbstractButton, QComboBox, QSpinBox, QLineEdit)
        for control in dialog.findChildren(kind)
        if not isinstance(control.parent(), QSpinBox)
    ]
    assert len(controls) >= 12
    for control in controls:
        assert "." in control.objectName() and control.accessibleName(), control


def test_the_last_frame_of_a_film_as_a_picture_beside_it(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    dialog = new_dialog("forward")
    field(dialog, "frames").setValue(2)
    field(dialog, "poster").setChecked(True)
    (tmp_path / "film-poster.png").touch()
    click(qtbot, dialog, "run")
    assert "film-poster.png exists already" in said(dialog) and not dialog.running
    export(qtbot, dialog)
    assert "film-poster.png" in said(dialog)
    with (
        Image.open(tmp_path / "film.gif") as film,
        Image.open(tmp_path / "film-poster.png") as last,
    ):
        film.seek(film.n_frames - 1)
        apart = np.abs(np.asarray(film.convert("RGB"), int) - np.asarray(last.convert("RGB"), int))
    assert apart.mean() < 2, "the same picture, in all of its colours"
    click(qtbot, dialog, "picture")
    assert not field(dialog, "poster").isVisible()


def test_arrays_of_a_film_have_no_last_frame_beside_them(
    qtbot: QtBot, new_dialog: Callable[[str], ExportDialog], tmp_path: Path
) -> None:
    dialog = new_dialog("forward")
    field(dialog, "frames").setValue(2)
    field(dialog, "poster").setChecked(True)
    as_format(dialog, "NPZ")
    (tmp_path / "film-poster.png").touch()
    export(qtbot, dialog)
    assert "poster" not in said(dialog) and (tmp_path / "film-poster.png").stat().st_size == 0
