"""The transport bar: typing, wheel, marks, ranges, play in both directions, steady speed."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from driving import choose, click
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.session import Session
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.app.transport import player as player_module
from diffvis.app.transport.player import DURATIONS, SPEEDS, USUAL, Player
from diffvis.app.transport.transport import TransportBar
from diffvis.app.widgets.raster import RasterView
from diffvis.diffusion import make_schedule
from diffvis.sampling.timeline import Repeat, Timeline

Find = Callable[[str], QWidget]
SHIFT = Qt.KeyboardModifier.ShiftModifier
NO = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ()


class Clock:
    """Time that passes only when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(player_module, "time", made)
    return made


@pytest.fixture
def player(session: Session, clock: Clock) -> Iterator[Player]:
    session.set_schedule(make_schedule("cosine", 100))
    made = Player(session)
    made.set_speed(10)
    yield made
    made.pause()
    made.deleteLater()


@pytest.fixture
def bar(qtbot: QtBot, session: Session, player: Player, theme: Theme) -> TransportBar:
    """The transport alone: as wide as in a small window."""
    made = TransportBar(session, player, theme)
    theme.dress(made)
    qtbot.addWidget(made)
    made.resize(1264, 66)
    made.show()
    return made


@pytest.fixture
def find(bar: TransportBar) -> Find:
    return lambda name: bar.findChild(QWidget, name)


def pass_time(player: Player, clock: Clock, *frames: float) -> None:
    """Let so many seconds pass from frame to frame."""
    for seconds in frames:
        clock.now += seconds
        player._tick()


def scrub(find: Find, qtbot: QtBot, t: float, modifier: Qt.KeyboardModifier = NO) -> None:
    """Press and release the slider where ``t`` stands."""
    slider = find("transport.timestep")
    at = QPoint(round(slider.x_of(t)), slider.height() // 3)
    qtbot.mouseClick(slider, LEFT, modifier, at)


def turn_wheel(over: QWidget, notches: int, modifier: Qt.KeyboardModifier = NO) -> None:
    window = over.window()
    centre = over.mapTo(window, over.rect().center())
    QTest.wheelEvent(
        window.windowHandle(), QPointF(centre), QPoint(0, 120 * notches), stateKey=modifier
    )
    QApplication.processEvents()


def form_of(window: MainWindow, key: str) -> QScrollArea:
    """What scrolls beside the pictures of a workspace in front."""
    QApplication.processEvents()
    areas = window.workspaces[key].findChildren(QScrollArea)
    return [area for area in areas if not area.visibleRegion().isEmpty()][-1]  # the innermost


# --- playing -------------------------------------------------------------------------------


@pytest.mark.parametrize("frames", [(1.0,), (0.25,) * 4, (0.9, 0.01, 0.09)])
def test_late_frames_are_dropped_and_time_is_not(
    session: Session, player: Player, clock: Clock, frames: tuple[float, ...]
) -> None:
    player.play()
    pass_time(player, clock, *frames, 0.001)
    assert session.t == 10


def test_backward(session: Session, player: Player, clock: Clock) -> None:
    session.set_t(50)
    player.play(-1)
    pass_time(player, clock, 2.05)
    assert session.t == 30 and player.playing
    pass_time(player, clock, 10)
    assert session.t == 0 and not player.playing
    player.play(-1)
    assert session.t == 100, "from the end again"


def test_ping_pong_turns_round_without_a_pause(
    session: Session, player: Player, clock: Clock
) -> None:
    player.set_repeat(Repeat.PING_PONG)
    session.set_t(95)
    player.play()
    pass_time(player, clock, 1.05)
    assert (session.t, player.direction) == (95, -1), "5 up and 5 down"
    pass_time(player, clock, 10)
    assert (session.t, player.direction) == (5, 1)
    assert player.playing


@pytest.mark.parametrize("repeat", list(Repeat))
def test_a_range_is_never_left(
    session: Session, player: Player, clock: Clock, repeat: Repeat
) -> None:
    player.set_span((60, 20))
    assert player.span == (20, 60)
    player.set_repeat(repeat)
    player.play()
    assert session.t == 20, "t was outside"
    seen = set()
    for _ in range(200):
        pass_time(player, clock, 0.37)
        seen.add(session.t)
    assert min(seen) >= 20 and max(seen) <= 60
    assert player.playing == (repeat is not Repeat.ONCE)


def test_the_reverse_chain_plays_down_and_waits_for_its_frontier(
    session: Session, player: Player, clock: Clock
) -> None:
    times = tuple(range(0, 101, 10))
    session.set_timeline(Timeline(times, descending=True, frontier=70))
    session.set_t(100)
    player.set_repeat(Repeat.LOOP)
    player.play()
    pass_time(player, clock, 5)
    assert session.t == 70 and player.playing
    session.set_timeline(Timeline(times, descending=True))
    pass_time(player, clock, 0.25)
    assert session.t == 50


def test_another_schedule_forgets_the_range(session: Session, player: Player) -> None:
    player.set_span((10, 20))
    session.set_schedule(make_schedule("cosine", 40))
    assert player.span is None


def test_all_speeds_from_1_to_240(find: Find, player: Player) -> None:
    for speed in (1, 2, 5, 10, 20, 30, 60, 120, 240):
        choose(find("transport.speed"), f"{speed} steps/s")
        assert player.speed == speed
    player.change_speed(-1)
    assert find("transport.speed").currentText() == "120 steps/s"


@pytest.mark.parametrize("T", [10, 100, 1000])
@pytest.mark.parametrize("descending", [False, True])
def test_a_pass_takes_five_seconds_whatever_T_is(
    session: Session, player: Player, clock: Clock, T: int, descending: bool
) -> None:
    session.set_schedule(make_schedule("cosine", T))
    session.set_timeline(Timeline(tuple(range(0, T + 1, T // 10)), descending=descending))
    player.set_pace(USUAL)
    session.set_t(session.timeline.start)
    player.play()
    pass_time(player, clock, *[0.1] * 40)
    assert player.playing and session.t not in (0, T), "after 4 seconds"
    pass_time(player, clock, *[0.1] * 20)
    assert session.t == session.timeline.end and not player.playing, "after 6 seconds"


def test_faster_and_slower_stay_of_their_kind(player: Player) -> None:
    player.set_pace(USUAL)
    player.change_speed(1)
    assert player.pace.words == "3 s a pass" and player.speed == pytest.approx(100 / 3)
    for _ in range(20):
        player.change_speed(-1)
    assert player.pace is DURATIONS[0]
    player.set_pace(SPEEDS[0])
    player.change_speed(1)
    assert player.speed == 2


def test_play_begins_at_the_start_until_somebody_has_chosen_t(
    session: Session, player: Player
) -> None:
    player.open_at(33)
    session.set_schedule(make_schedule("cosine", 1000))
    assert session.t == 330
    player.play()
    assert session.t == 0
    for choose_t in (lambda: player.step(1), lambda: player.step(-1), session.dragged.emit):
        player.pause()
        player.open_at(330)
        choose_t()
        chosen = session.t
        player.play()
        assert session.t == chosen != 0


def test_the_slider_has_most_of_a_line_of_its_own(
    bar: TransportBar, theme: Theme, session: Session, find: Find
) -> None:
    session.set_schedule(make_schedule("linear", 1000))
    for width in (944, 1264, 1904):
        bar.resize(width, bar.height())
        QApplication.processEvents()
        slider, play = find("transport.timestep"), find("transport.play")
        assert slider.width() >= 0.6 * (width + 16), width
        assert slider.geometry().bottom() < play.geometry().top()


def test_a_slider_that_runs_from_T_down_says_why(session: Session, find: Find) -> None:
    QApplication.processEvents()
    assert find("transport.way").text() == ""
    session.set_timeline(Timeline(tuple(range(101)), descending=True))
    assert "from noise to data" in find("transport.way").text()
    session.set_timeline(Timeline(tuple(range(101))))
    assert find("transport.way").text() == ""


# --- controls ------------------------------------------------------------------------------


def test_buttons_say_what_is_being_done(qtbot: QtBot, player: Player, find: Find) -> None:
    player.set_speed(1)
    state, play = find("transport.state"), find("transport.play")
    assert (state.text(), play.text()) == ("paused", "Play")
    click(qtbot, play)
    assert (state.text(), play.text(), play.accessibleName()) == ("playing", "Pause", "Pause")
    click(qtbot, find("transport.play_back"))
    assert (state.text(), player.direction) == ("playing back", -1)
    click(qtbot, find("transport.play_back"))
    assert state.text() == "paused"


def test_loop_and_ping_pong_exclude_each_other(qtbot: QtBot, player: Player, find: Find) -> None:
    loop, ping_pong = find("transport.loop"), find("transport.ping_pong")
    click(qtbot, loop)
    assert player.repeat is Repeat.LOOP
    click(qtbot, ping_pong)
    assert player.repeat is Repeat.PING_PONG
    assert (loop.isChecked(), ping_pong.isChecked()) == (False, True)
    click(qtbot, ping_pong)
    assert player.repeat is Repeat.ONCE


def test_typing_a_number_goes_there(
    qtbot: QtBot, bar: TransportBar, session: Session, find: Find
) -> None:
    field = find("transport.t")
    bar.take_focus()
    qtbot.keyClick(find("transport.timestep"), "2")
    qtbot.keyClick(field, "7")
    assert session.t == 0, "not before it has been typed whole"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.t == 27
    assert find("transport.timestep").hasFocus()
    qtbot.keyClick(find("transport.timestep"), "3")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (session.t, field.text()) == (27, "t = 27")


def test_the_wheel_moves_t_over_the_slider_alone(window: MainWindow) -> None:
    view = window.findChild(RasterView, "forward.view")
    slider = window.findChild(QWidget, "transport.timestep")
    turn_wheel(slider, 3)
    assert window.session.t == 3
    turn_wheel(slider, 1, SHIFT)
    assert window.session.t == 13
    turn_wheel(view, 2)
    assert window.session.t == 13
    assert view.zoom.scale > 1, "a picture is enlarged"
    window.docks.float("forward")
    turn_wheel(view, -9)
    assert view.zoom.whole
    assert window.session.t == 13
    turn_wheel(window.findChild(QWidget, "forward.mode").parentWidget().findChild(QLabel), 1)
    assert window.session.t == 13, "no picture"


@pytest.mark.parametrize("key", ["reverse", "training"])
def test_the_wheel_over_a_form_never_moves_t(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    moved: list[int] = []
    monkeypatch.setattr(window.player, "step", moved.append)
    window.show_workspace(key)
    form = form_of(window, key)
    for notches in (-30, -1, -1, 30, 1, 1):  # beyond the lower end and the upper one
        turn_wheel(form.widget().findChild(QLabel), notches)
    turn_wheel(window.findChild(QWidget, f"workspace.{key}"), 3)
    assert moved == []


def test_the_wheel_over_a_picture_in_a_panel_that_scrolls_is_the_panels(
    qtbot: QtBot, theme: Theme
) -> None:
    view = RasterView(theme, lambda size, style: np.zeros((size[1], size[0], 3), np.uint8), str)
    holder = QWidget()
    qtbot.addWidget(holder)
    area = QScrollArea(holder)
    area.setWidget(view)
    area.resize(200, 200)
    holder.show()
    for height, zooms in ((100, True), (4_000, False)):
        view.resize(200, height)
        QApplication.processEvents()
        turn_wheel(area.viewport(), 1)
        assert view.zoom.whole is not zooms
        view.show_whole()


def test_a_click_on_a_form_leaves_the_arrows_to_the_transport(
    qtbot: QtBot, window: MainWindow
) -> None:
    for key in ("reverse", "training"):
        window.show_workspace(key)
        QTest.mouseClick(form_of(window, key).widget(), LEFT)
        assert window.findChild(QWidget, "transport.timestep").hasFocus()


def test_dragging_catches_at_marks(qtbot: QtBot, session: Session, find: Find) -> None:
    session.set_schedule(make_schedule("cosine", 1000))
    slider = find("transport.timestep")
    close = 300 + 5 * 1000 / slider.width()  # five pixels further on
    scrub(find, qtbot, close)
    assert session.t == 300
    scrub(find, qtbot, close, Qt.KeyboardModifier.AltModifier)
    assert session.t > 303, "Alt lets go"
    session.preferences.change(snap=False)
    scrub(find, qtbot, close)
    assert session.t > 303
    session.preferences.change(snap=True)
    session.preferences.change(marks=[500])
    scrub(find, qtbot, 500 + 5 * 1000 / slider.width())
    assert session.t == 500


def test_page_keys_go_from_mark_to_mark(qtbot: QtBot, session: Session, find: Find) -> None:
    seen = []
    for _ in range(5):
        qtbot.keyClick(find("transport.timestep"), Qt.Key.Key_PageDown)
        seen.append(session.t)
    assert seen == [7, 17, 33, 100, 100]
    qtbot.keyClick(find("transport.timestep"), Qt.Key.Key_PageUp)
    assert session.t == 33


def test_keys_set_and_clear_the_range(
    qtbot: QtBot, player: Player, session: Session, find: Find
) -> None:
    slider, player = find("transport.timestep"), player
    session.set_t(10)
    qtbot.keyClick(slider, Qt.Key.Key_I)
    session.set_t(30)
    qtbot.keyClick(slider, Qt.Key.Key_O)
    assert player.span == (10, 30)
    assert find("transport.range").isChecked()
    assert "10 to 30" in find("transport.range").accessibleDescription()
    qtbot.keyClick(slider, Qt.Key.Key_X)
    assert player.span is None
    assert not find("transport.range").isChecked()


def test_shift_and_drag_marks_a_range(
    qtbot: QtBot, player: Player, session: Session, find: Find
) -> None:
    slider = find("transport.timestep")
    at = [QPoint(round(slider.x_of(t)), slider.height() // 3) for t in (8, 20)]
    qtbot.mousePress(slider, LEFT, SHIFT, at[0])
    qtbot.mouseMove(slider, at[1])
    qtbot.mouseRelease(slider, LEFT, SHIFT, at[1])
    assert player.span == (8, 20)
    assert session.t == 0


def drag(qtbot: QtBot, slider: QWidget, start: float, end: float, y: int) -> None:
    """Press where t is ``start``, move to where it is ``end``, let go."""
    points = [QPoint(round(slider.x_of(t)), y) for t in (start, (start + end) / 2, end)]
    qtbot.mousePress(slider, LEFT, NO, points[0])
    for at in points[1:]:
        qtbot.mouseMove(slider, at)
    qtbot.mouseRelease(slider, LEFT, NO, points[-1])


@pytest.mark.parametrize("descending", [False, True])
def test_the_ends_of_the_range_can_be_dragged(
    qtbot: QtBot, player: Player, session: Session, find: Find, descending: bool
) -> None:
    slider = find("transport.timestep")
    session.set_timeline(Timeline(tuple(range(101)), descending=descending))
    y = slider.height() // 3
    player.set_span((30, 60))
    drag(qtbot, slider, 60, 80, y)
    assert player.span == (30, 80)
    drag(qtbot, slider, 30, 10, y)
    assert player.span == (10, 80)
    drag(qtbot, slider, 10, 90, y)
    assert player.span == (80, 90), "past the other end"
    assert session.t == 0, "the handle has stayed"
    drag(qtbot, slider, 90, 7, y)
    assert player.span == (7, 80), "catches at the mark as t does"


def test_a_bracket_is_in_nobodys_way(
    qtbot: QtBot, player: Player, session: Session, find: Find
) -> None:
    slider = find("transport.timestep")
    player.set_span((30, 60))
    scrub(find, qtbot, 60)
    assert session.t == 60 and player.span == (30, 60), "a click goes there"
    drag(qtbot, slider, 60, 45, slider.height() // 3)
    assert session.t == 45 and player.span == (30, 60), "the handle comes first"
    session.set_t(60)
    drag(qtbot, slider, 60, 45, 2)
    assert session.t == 60 and player.span == (30, 45), "but for the part above it"


def test_the_mouse_shows_what_can_be_dragged(qtbot: QtBot, player: Player, find: Find) -> None:
    slider = find("transport.timestep")
    player.set_span((30, 60))
    for t, shape in (
        (60, Qt.CursorShape.SizeHorCursor),
        (45, Qt.CursorShape.ArrowCursor),
        (30, Qt.CursorShape.SizeHorCursor),
    ):
        qtbot.mouseMove(slider, QPoint(round(slider.x_of(t)), slider.height() // 3))
        assert slider.cursor().shape() is shape, t


def test_a_long_schedule_leaves_the_loop_buttons(
    bar: TransportBar, session: Session, find: Find
) -> None:
    session.set_schedule(make_schedule("linear", 1000))
    QApplication.processEvents()
    for name in ("loop", "ping_pong", "start", "end", "speed"):
        assert not find(f"transport.{name}").isHidden(), name
    session.set_schedule(make_schedule("linear", 10_000))
    QApplication.processEvents()
    assert not find("transport.loop").isHidden()


def test_letters_of_the_transport(qtbot: QtBot, player: Player, find: Find) -> None:
    slider, player = find("transport.timestep"), player
    player.set_speed(30)
    qtbot.keyClick(slider, Qt.Key.Key_Plus)
    assert player.speed == 60
    qtbot.keyClick(slider, Qt.Key.Key_Minus)
    assert player.speed == 30
    qtbot.keyClick(slider, Qt.Key.Key_L)
    assert player.repeat is Repeat.LOOP
    qtbot.keyClick(slider, Qt.Key.Key_P)
    assert player.repeat is Repeat.PING_PONG
    qtbot.keyClick(slider, Qt.Key.Key_Space, SHIFT)
    assert player.playing and player.direction == -1
    qtbot.keyClick(slider, Qt.Key.Key_Space)
    assert not player.playing


def test_controls_give_way_where_the_bar_is_narrow(
    qtbot: QtBot, bar: TransportBar, find: Find
) -> None:
    em = bar.fontMetrics().ascent()
    window = QWidget()  # a bar that is one itself would stay as wide as all its controls
    qtbot.addWidget(window)
    bar.setParent(window)
    bar.setMinimumWidth(0)
    window.show()
    bar.show()
    for width in (500, 700, 1000, 1264, 1600, 1904):
        bar.resize(max(width, bar.minimumSizeHint().width()), bar.height())
        QApplication.processEvents()
        assert not find("transport.play").isHidden() and not find("transport.t").isHidden()
        assert find("transport.range").isHidden() == (width < 600), width
        assert find("transport.timestep").width() >= 10 * em, width
    bar.setParent(None)
