"""A whole window for a test, found by object names as a person scripting it would."""

from collections.abc import Callable, Iterator

import pytest
from driving import Find, finder
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice
from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
from diffvis.app.shell.titles import TITLES
from diffvis.app.shell.window import MainWindow
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.training.workspace import TrainingWorkspace
from diffvis.app.transport.player import Player
from diffvis.app.workers.jobs import Jobs
from diffvis.data.catalogue import open_dataset


@pytest.fixture(autouse=True, scope="session")
def clipboard_let_go() -> Iterator[None]:
    """The offscreen platform deletes what is on it when Python is gone, which ends in a signal."""
    yield
    if QApplication.instance() is not None:
        QApplication.clipboard().clear()


@pytest.fixture(autouse=True)
def coarse_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The floor of a loss is found from few samples; how it is found is tested elsewhere."""
    monkeypatch.setattr("diffvis.training.floor.SAMPLES_POINTS", 64)
    monkeypatch.setattr("diffvis.training.floor.KNOWN_NUMBERS", 4_000)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "dark")
    yield made
    made.deleteLater()


@pytest.fixture
def stand_on_stage(qtbot: QtBot, theme: Theme) -> Iterator[Callable[[QWidget], None]]:
    """Puts a widget on a stage as high as a small projector, and takes it down at the end."""
    stage = QWidget()
    theme.dress(stage)

    def stand(widget: QWidget) -> None:
        stage.resize(1280, 720)
        widget.setParent(stage)
        stage.show()
        widget.show()
        theme.set_stage(stage)

    yield stand
    theme.blockSignals(True)  # a plot that is closed cannot be drawn in another style
    theme.set_stage(None)
    stage.close()
    stage.deleteLater()


@pytest.fixture
def session(qapp: QApplication) -> Iterator[Session]:
    made = Session(open_dataset("swiss-roll"))
    yield made
    made.deleteLater()


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.ask_to_stop()
    assert made.wait()
    made.deleteLater()


@pytest.fixture
def needed() -> tuple[str, ...]:
    """The workspaces that windows have from the start. A module that needs few says which: the
    others are made, as in a window that has just been started, when they are asked for.
    """
    return tuple(TITLES)


@pytest.fixture
def new_window(
    qtbot: QtBot, theme: Theme, needed: tuple[str, ...]
) -> Iterator[Callable[[], MainWindow]]:
    """Makes main windows on the built-in default; each is closed at the end of the test."""
    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(open_dataset("swiss-roll"), theme, staged=needed != tuple(TITLES))
        for key in needed:
            window.workspaces[key]
        window.resize(1280, 720)
        made.append(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in made:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(new_window: Callable[[], MainWindow]) -> MainWindow:
    return new_window()


@pytest.fixture
def find(window: MainWindow) -> Find:
    """The widget of the window with this object name."""
    return finder(window)


@pytest.fixture
def notices(session: Session) -> list[Notice]:
    """All that the session has had to say."""
    seen: list[Notice] = []
    session.noticed.connect(seen.append)
    return seen


@pytest.fixture
def training(qtbot: QtBot, session: Session, theme: Theme) -> Iterator[TrainingWorkspace]:
    """The Training workspace by itself, as large as in the smallest window."""
    jobs = Jobs()
    made = TrainingWorkspace(session, theme, jobs, Sources(session, jobs, session))
    theme.dress(made)
    made.resize(1256, 590)
    made.show()
    yield made
    for worker in (made, jobs):
        worker.ask_to_stop()
    assert made.wait()
    assert jobs.wait()
    made.close()
    made.deleteLater()
    jobs.deleteLater()


@pytest.fixture
def player(session: Session) -> Player:
    return Player(session, session)


@pytest.fixture
def reverse(
    qtbot: QtBot, session: Session, theme: Theme, player: Player
) -> Iterator[ReverseWorkspace]:
    """Reverse of the Swiss roll by itself, in front, with a short chain of few points."""
    made = ReverseWorkspace(session, theme, player)
    theme.dress(made)
    made.resize(1240, 600)
    made.show()
    qtbot.waitExposed(made)
    made.set_in_front(True)
    find = finder(made)
    find("reverse.count").setValue(40)
    find("reverse.steps").setValue(8)
    yield made
    player.pause()
    made.ask_to_stop()
    assert made.wait()
    made.close()
    made.deleteLater()
