"""The shell: preferences, hints, recent things, presentation, what is dropped and pasted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driving import choose, click, rounds
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.asking import ask_file, ask_save
from diffvis.app.notices import Notice, NoticeBar
from diffvis.app.recent import Recent, forget_all, recent, remember
from diffvis.app.session import Session
from diffvis.app.shell.busy import BusyBar
from diffvis.app.shell.incoming import is_welcome, paths_of
from diffvis.app.shell.preferences_dialog import PreferencesDialog
from diffvis.app.shell.titles import TITLES
from diffvis.app.shell.window import MainWindow
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.widgets.first_hint import HINTS, FirstHint
from diffvis.app.widgets.icons import application_icon
from diffvis.app.workers.jobs import Jobs
from diffvis.data.catalogue import open_dataset
from diffvis.rendering.phrases import decimals

Find = Callable[[str], QWidget]


@pytest.fixture
def sources(session: Session, jobs: Jobs) -> Sources:
    return Sources(session, jobs, session)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "mine.png"
    Image.new("RGB", (60, 40), (250, 20, 10)).save(path)
    return path


# --- preferences ---------------------------------------------------------------------------


@pytest.fixture
def dialog(qtbot: QtBot, session: Session, theme: Theme) -> Iterator[PreferencesDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = PreferencesDialog(session, theme, parent)
    made.show()
    yield made
    theme.set_name("dark")


def field(dialog: QWidget, role: str) -> QWidget:
    return dialog.findChild(QWidget, f"preferences.{role}")


def retype(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    qtbot.keyClicks(line, text)


def test_ok_keeps_and_uses_what_was_changed(
    qtbot: QtBot, session: Session, theme: Theme, dialog: PreferencesDialog
) -> None:
    choose(field(dialog, "theme"), "Light")
    field(dialog, "marks").setText("5; 10 15")
    field(dialog, "memory").setValue(512)
    field(dialog, "snap").click()
    choose(field(dialog, "device"), "CPU")
    click(qtbot, field(dialog, "ok"))
    kept = session.preferences
    assert theme.name == "light"
    assert kept.marks == (5, 10, 15)
    assert kept.memory_limit == 512 * 2**20
    assert not kept.snap
    assert (kept.device, session.device) == ("cpu", "cpu")


def test_cancel_keeps_nothing(qtbot: QtBot, session: Session, dialog: PreferencesDialog) -> None:
    before = session.preferences.marks
    field(dialog, "marks").setText("1")
    click(qtbot, field(dialog, "cancel"))
    assert session.preferences.marks == before


@pytest.mark.parametrize("wrong", ["many", "0", "3, -4", "1.5"])
def test_marks_that_cannot_be_are_said_where_they_stand(
    qtbot: QtBot, dialog: PreferencesDialog, wrong: str
) -> None:
    retype(qtbot, field(dialog, "marks"), wrong)
    assert not field(dialog, "ok").isEnabled()
    assert field(dialog, "complaint").isVisible()
    retype(qtbot, field(dialog, "marks"), "")
    assert field(dialog, "ok").isEnabled(), "nothing means the usual ones"


# --- hints ---------------------------------------------------------------------------------


def test_a_hint_is_said_until_it_is_dismissed(qtbot: QtBot, session: Session) -> None:
    def hint() -> FirstHint:
        made = FirstHint("reverse", session.preferences)
        qtbot.addWidget(made)
        return made

    first = hint()
    assert not first.isHidden()
    click(qtbot, first.findChild(QWidget, "reverse.hint_dismiss"))
    assert first.isHidden() and hint().isHidden()
    session.preferences.show_hints_again()
    assert not first.isHidden()


def test_every_workspace_has_a_hint(window: MainWindow) -> None:
    window.offer_hints()
    assert set(HINTS) == set(window.workspaces)
    assert all(window.findChild(QWidget, f"{key}.hint") is not None for key in HINTS)


# --- recent --------------------------------------------------------------------------------


def test_what_was_opened_lately(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    remember("model", str(gone))
    remember("data", "digits?size=16")
    remember("model", "swiss-roll")
    remember("data", "digits?size=16")
    gone.rmdir()
    assert recent() == [Recent("data", "digits?size=16"), Recent("model", "swiss-roll")]
    for n in range(20):
        remember("data", f"moons?seed={n}")
    assert len(recent()) == 10
    forget_all()
    assert recent() == []


def test_the_menu_opens_what_was_opened_lately(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.sources.open_data("moons")
    qtbot.waitUntil(lambda: window.session.data.name == "moons", timeout=30_000)
    window.sources.open_data("swiss-roll")
    menu = find("header.menu").menu()
    menu.aboutToShow.emit()
    sub = next(m for m in menu.findChildren(QMenu) if m.title() == "Open recent")
    sub.aboutToShow.emit()
    next(action for action in sub.actions() if "moons" in action.text()).trigger()
    assert window.session.data.name == "moons"


def test_dialogs_begin_where_the_person_was(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    def answer(_parent: QWidget, _title: str, begin: str, _files: str) -> tuple[str, str]:
        begun.append(begin)
        return str(tmp_path / "sub" / "file.npy"), ""

    (tmp_path / "sub").mkdir()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    parent = QWidget()
    qtbot.addWidget(parent)
    ask_file(parent, "Open", "", "open")
    ask_file(parent, "Open", "", "open")
    ask_save(parent, "Save", "name.json", "", "save")
    assert begun[0] == str(Path.home())
    assert begun[1] == str(tmp_path / "sub")
    assert begun[2] == str(Path.home() / "name.json"), "each purpose has its own folder"


# --- pictures of one's own -----------------------------------------------------------------


def test_a_picture_is_shown_as_it_is(
    qtbot: QtBot, session: Session, sources: Sources, picture: Path
) -> None:
    notices: list[Notice] = []
    session.noticed.connect(notices.append)
    session.set_data(open_dataset("digits"))
    sources.open_path(picture)
    qtbot.waitUntil(lambda: session.data.name == "mine", timeout=30_000)
    assert session.data.shape == (3, 40, 40) and len(session.data) == 1, "not cut to what was there"
    assert open_dataset(session.data.source).fingerprint == session.data.fingerprint
    words, instead = notices[-1].action
    assert words == "Show it as points"
    instead()
    qtbot.waitUntil(lambda: session.data.is_points, timeout=30_000)
    notices[-1].action[1]()
    qtbot.waitUntil(lambda: session.data.shape == (3, 40, 40), timeout=30_000)


def test_a_pasted_picture_is_kept_as_a_file(private_home: Path) -> None:
    mime = QMimeData()
    assert not is_welcome(mime) and paths_of(mime) == []
    image = QImage(12, 10, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    mime.setImageData(image)
    assert is_welcome(mime)
    (path,) = paths_of(mime)
    assert path.parent == private_home / "pasted"
    assert QImage(str(path)).pixelColor(3, 3).name() == "#336699"
    assert paths_of(mime) == [path], "the same picture is the same file"


def test_a_file_is_taken_rather_than_its_picture(picture: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(picture)), QUrl("https://example.org/x.png")])
    mime.setImageData(QImage(str(picture)))
    assert paths_of(mime) == [picture]


def test_pasting_nothing_says_what_can_be_pasted(window: MainWindow) -> None:
    QGuiApplication.clipboard().clear()
    window.paste()
    assert "no picture" in window.notices.notice.title


# --- presentation --------------------------------------------------------------------------


def test_presentation_fills_a_screen_and_gives_the_window_back(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.resize(800, 600)
    before = window.size()
    window.stage.begin(window.screen())
    assert window.isFullScreen() and window.theme.presentation
    assert find("source.model").isHidden() or not find("source.model").isVisible()
    window.stage.toggle()
    qtbot.waitUntil(lambda: window.size() == before, timeout=2_000)
    assert not window.isFullScreen() and find("source.model").isVisible()


# --- small things --------------------------------------------------------------------------


def test_the_action_of_a_notice(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    done: list[str] = []
    bar.show_notice(Notice("so", action=("Otherwise", lambda: done.append("otherwise"))))
    click(qtbot, bar.findChild(QWidget, "notice.action"))
    assert done == ["otherwise"]
    assert bar.notice is None
    bar.show_notice(Notice("plain"))
    assert bar.findChild(QWidget, "notice.action").isHidden()


def test_opening_shows_how_far_it_is_and_can_be_stopped(
    qtbot: QtBot, session: Session, sources: Sources, jobs: Jobs, tmp_path: Path
) -> None:
    for n in range(40):
        Image.effect_noise((900, 900), 60).save(tmp_path / f"{n}.png")
    bar = BusyBar(jobs)
    qtbot.addWidget(bar)
    data = session.data
    sources.open_data(str(tmp_path))
    assert not bar.isHidden()
    click(qtbot, bar.findChild(QWidget, "window.stop"))
    qtbot.waitUntil(bar.isHidden, timeout=30_000)
    assert session.data is data


def test_there_is_an_application_icon(qtbot: QtBot) -> None:
    assert not application_icon().pixmap(64, 64).isNull()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("forward", "schedules"),
        ("forward", "reverse"),
        ("reverse", "training"),
        ("training", "reverse"),
    ],
)
def test_two_workspaces_side_by_side_are_as_wide(
    qtbot: QtBot, window: MainWindow, left: str, right: str
) -> None:
    window.show_workspace("training")
    rounds()  # it is as wide as the window, and takes its wide form
    window.docks.side_by_side(left, right)

    def widths() -> tuple[int, int]:
        return window.docks[left].width(), window.docks[right].width()

    qtbot.waitUntil(lambda: abs(widths()[0] - widths()[1]) <= 2)
    assert window.size().width() == 1280


def test_training_in_a_narrow_dock_puts_its_plots_over_each_other(
    qtbot: QtBot, window: MainWindow, find: Callable[[str], QWidget]
) -> None:
    window.show_workspace("training")
    curves, by_t = find("training.loss_plot"), find("training.loss_by_t")
    qtbot.waitUntil(lambda: by_t.mapTo(window, QPoint()).x() > curves.mapTo(window, QPoint()).x())
    window.docks.side_by_side("reverse", "training")
    qtbot.waitUntil(lambda: by_t.mapTo(window, QPoint()).y() > curves.mapTo(window, QPoint()).y())
    qtbot.waitUntil(lambda: min(curves.width(), by_t.width()) > 250)
    window.docks.reset()


def test_a_workspace_that_floats_leaves_the_transport_in_sight(
    qtbot: QtBot, window: MainWindow, find: Callable[[str], QWidget]
) -> None:
    window.docks.float("forward")
    dock, play = window.docks["forward"], find("transport.play")
    assert dock.isFloating()
    assert dock.frameGeometry().bottom() < play.mapToGlobal(play.rect().topLeft()).y()
    window.docks.reset()


def test_only_the_workspace_in_front_works(qtbot: QtBot, window: MainWindow) -> None:
    """Qt leaves docks behind others visible: what is in them would draw and compute for nobody."""

    def shown() -> set[str]:
        return {key for key in TITLES if window.workspaces[key].isVisible()}

    for key in ("training", "reverse", "forward"):
        window.show_workspace(key)
        qtbot.waitUntil(lambda key=key: shown() == {key})
    window.docks.side_by_side("forward", "training")
    qtbot.waitUntil(lambda: shown() == {"forward", "training"})
    window.docks.reset()
    qtbot.waitUntil(lambda: shown() == {"forward"})


def test_a_workspace_that_comes_to_the_front_shows_the_t_of_now(
    qtbot: QtBot, window: MainWindow, find: Callable[[str], QWidget]
) -> None:
    window.show_workspace("forward")
    window.session.set_t(30)
    window.show_workspace("schedules")
    qtbot.waitUntil(lambda: "t = 30 " in find("schedules.readout").text())
    window.session.set_t(7)
    assert "t = 7 " in find("schedules.readout").text()
    window.show_workspace("forward")
    label = window.workspaces["forward"].findChild(QWidget, "readout.alpha_bar")
    expected = decimals(float(window.session.schedule.alpha_bar[7]))
    qtbot.waitUntil(lambda: expected in label.text())
