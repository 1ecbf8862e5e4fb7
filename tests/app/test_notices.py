"""The bar that says what has happened."""

from dataclasses import replace
from pathlib import Path

import pytest
from driving import Find, click, rounds
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.notices import About, Notice
from diffvis.app.shell.window import MainWindow
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ()


def test_it_is_as_high_as_its_words(window: MainWindow) -> None:
    heights = []
    for title in ("short", " ".join(["a long story"] * 60), "short"):
        window.session.notice(Notice(title))
        QApplication.processEvents()
        heights.append(window.notices.findChild(QLabel, "notice.text").height())
    low, high, again = heights
    assert high > 2 * low
    assert again == low


@pytest.mark.parametrize("width", [1100, 1280, 1500])
def test_none_of_its_words_is_cut_off(qtbot: QtBot, window: MainWindow, width: int) -> None:
    """Whatever stood there before: the free part of the bar and the place above it differ in width,
    so that the same words wrap into two lines here and into three there.
    """
    window.resize(width, 720)
    text = window.notices.findChild(QLabel, "notice.text")
    for letters in (140, 60, 145, 354, 150, 90, 177, 145):
        window.session.notice(Notice(("nine words of which some wrap, some not; " * 9)[:letters]))
        rounds(6)
        assert text.height() >= text.heightForWidth(text.width()), letters
        assert window.notices.rect().contains(text.geometry())
        assert window.notices.parentWidget().rect().contains(window.notices.geometry())


def test_a_notice_goes_with_what_it_is_about(window: MainWindow) -> None:
    """And with nothing else: what is about nothing waits for the person."""
    session = window.session
    moons = open_dataset("moons?n=100")
    trained = replace(session.model, steps=10, path=Path("trained"))
    changes = {
        About.DATA: [lambda: session.set_data(moons), lambda: session.set_data(moons)],
        About.MODEL: [lambda: session.set_model(trained), session.use_exact_denoiser],
        About.SCHEDULE: [lambda: session.set_schedule(make_schedule("cosine", 33))] * 2,
    }
    for subject, steps in changes.items():
        for change in steps:  # also where it comes to what there was, as when it is chosen again
            session.notice(Notice("news", about=About.EXPORT | subject))
            change()
            assert window.notices.notice is None, subject
            for other in (About.NOTHING, About.EXPORT):
                session.notice(Notice("news", about=other))
                change()
                assert window.notices.notice is not None, other


def test_a_red_notice_does_not_stay_over_what_opened_well(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.npy"
    broken.write_bytes(b"no array")
    open_already = window.session.data.source
    for source in ("moons?n=100", open_already):
        window.sources.open_data(str(broken))
        qtbot.waitUntil(lambda: window.notices.notice is not None, timeout=10_000)
        assert "broken.npy cannot be read" in window.notices.notice.title
        window.sources.open_data(source)
        qtbot.waitUntil(lambda source=source: window.session.data.source == source, timeout=10_000)
        assert window.notices.notice is None


def test_an_old_notice_does_not_stay_over_another_model(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.sources.open_model(str(tmp_path / "gone"))
    qtbot.waitUntil(lambda: window.notices.notice is not None, timeout=10_000)
    assert "there is no model" in window.notices.notice.title
    window.session.set_model(replace(window.session.model, steps=10, path=Path("trained")))
    assert window.notices.notice is None
    window.session.set_schedule(make_schedule("cosine", 33))
    assert "was trained on another schedule" in window.notices.notice.title
    window.session.set_model(replace(window.session.model, steps=10, path=Path("trained")))
    assert window.notices.notice is None


def test_a_schedule_that_can_be_made_takes_the_refusal_of_another_away(
    window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "own.schedule.json").write_text("{}")
    window.sources.open_path(tmp_path / "own.schedule.json")
    assert window.notices.notice is not None
    window.session.set_schedule(window.session.schedule)
    assert window.notices.notice is None


def test_an_offer_is_taken_once(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    taken = []
    window.session.notice(Notice("news", action=("Do it", lambda: taken.append(True))))
    click(qtbot, find("notice.action"))
    assert taken == [True] and window.notices.notice is None


def test_nothing_moves_when_a_notice_comes_and_goes(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    def places() -> dict[str, QRect]:
        named = [
            each for each in window.findChildren(QWidget) if each.objectName() and each.isVisible()
        ]
        ours = [each for each in named if not each.objectName().startswith(("notice", "qt_"))]
        return {
            each.objectName(): QRect(each.mapTo(window, QPoint(0, 0)), each.size()) for each in ours
        }

    rounds()
    before = places()
    for title in ("short", " ".join(["a long story"] * 60)):
        window.session.notice(Notice(title, details="a traceback"))
        click(qtbot, find("notice.details"))
        rounds()
        assert places() == before
        bar = window.notices
        taken = QRect(bar.mapTo(window, QPoint(0, 0)), bar.size())
        assert bar.isVisible() and taken.height() >= find("notice.text").height()
        for name in ("transport.timestep", "transport.play", "forward.mode", "forward.resample"):
            assert not taken.intersects(before[name]), name
        click(qtbot, find("notice.dismiss"))
    rounds()
    assert places() == before


@pytest.mark.parametrize(
    ("hint", "reads"),
    [
        ("choose another", "news. Choose another."),
        ("diffvis.view(net, shape=(1, 28, 28))", "news. diffvis.view(net, shape=(1, 28, 28))."),
        ("train-images-idx3-ubyte.gz alone", "news. train-images-idx3-ubyte.gz alone."),
    ],
)
def test_a_name_or_code_in_a_notice_stays_as_it_is(
    window: MainWindow, find: Find, hint: str, reads: str
) -> None:
    window.session.notice(Notice("news", hint))
    assert find("notice.text").text() == reads


def test_copy_does_not_displace_what_was_just_copied(window: MainWindow, find: Find) -> None:
    window.session.notice(Notice("news"))
    assert find("notice.copy").isVisible()
    window.on_show.copy_picture()
    assert "copied" in window.notices.notice.title
    assert not find("notice.copy").isVisible()


def test_no_key_presses_what_nobody_chose(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    """What has the focus goes: Space still plays, and no tab is pressed in its place."""
    for take_away in (QWidget.hide, lambda widget: widget.setEnabled(False)):
        window.session.notice(Notice("news"))
        dismiss = find("notice.dismiss")
        dismiss.setEnabled(True)
        dismiss.setFocus()
        assert window.focusWidget() is dismiss
        take_away(window.notices if take_away is QWidget.hide else dismiss)
        assert window.focusWidget() in (window, None)


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (2560, 1440)])
def test_a_notice_hides_nothing_where_the_bar_has_room(
    window: MainWindow, find: Find, size: tuple[int, int]
) -> None:
    window.resize(*size)
    rounds()
    window.session.notice(Notice("forward-mnist-t-150-of-300.gif is saved", "it is in /home/me"))
    rounds()
    bar, transport = window.notices, window.transport
    here = QRect(bar.mapTo(window, QPoint()), bar.size())
    assert window.rect().contains(here)
    assert here.top() > transport.slider.mapTo(window, QPoint()).y()
    for name in ("play", "start", "end", "state", "speed", "loop", "ping_pong", "range"):
        control = find(f"transport.{name}")
        if control.isVisible():
            there = QRect(control.mapTo(window, QPoint()), control.size())
            assert not there.intersects(here), name
    window.session.notice(Notice(" ".join(["a long story"] * 60)))
    rounds()
    assert bar.mapTo(window, bar.rect().bottomLeft()).y() < transport.mapTo(window, QPoint()).y()


def test_a_saved_file_can_be_shown_in_its_folder(
    qtbot: QtBot, window: MainWindow, find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: asked.append(url.toLocalFile()) or len(asked) < 2
    )
    for times in (1, 2):
        window.on_show.save_whole_to(tmp_path / "here.png")
        assert find("notice.action").text() == "Open folder"
        click(qtbot, find("notice.action"))
        assert asked == [str(tmp_path)] * times
        assert str(tmp_path) in window.notices.notice.hint, "also where nothing opens it"
    assert "no program that opens folders" in window.notices.notice.title
