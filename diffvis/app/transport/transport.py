"""The transport bar: play, step, scrub, speed, repeat, and one large t."""

from PySide6.QtCore import QRect, QSignalBlocker, QSize, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from diffvis.app.keys import spelled
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.transport.actions import BY_ID, toggle_repeat
from diffvis.app.transport.clock import Clock
from diffvis.app.transport.player import DURATIONS, SPEEDS, Pace, Player
from diffvis.app.transport.time_field import TimeField
from diffvis.app.transport.time_slider import TimeSlider
from diffvis.app.transport.transport_keys import handle_transport_key
from diffvis.app.transport.transport_range import RangeButton
from diffvis.app.widgets.fields import button, combo, identify, label, panel
from diffvis.app.widgets.icons import icon
from diffvis.rendering.style import Style
from diffvis.sampling.timeline import Repeat, Timeline

SLIDER_EMS = 13  # the least width of the slider
SLIDER_PART = 0.6  # of its line that the slider has at least, where there is anything to give way
MARGIN = 5  # around both lines
DESCENDS = "t falls to the right: Reverse plays from noise to data"


class TransportBar(QFrame):
    """One t for all workspaces. Its slider has a line of its own, which ends in t as a number, and
    runs the way the workspace in front plays; where that is from T down, the bar says why. A
    workspace that has brought a clock of its own has the bar for that.

    Where the bar is too narrow for everything, the controls that are needed least give way; their
    keys still work.
    """

    marks_wanted = Signal()  # the person wants to change the marked t
    arranged = Signal()  # ``free`` may be another once this is laid out

    def __init__(
        self, session: Session, player: Player, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)  # which has the style in which words are measured
        self._session = session
        self._player = player
        self._theme = theme
        self._clock: Clock = player
        self._make_widgets()
        self._arrange()
        self._connect()
        self._restyle(theme.style)
        self._show_pace(player.pace)
        self._follow_clock()

    @property
    def slider(self) -> QWidget:
        """That of t, for a stage."""
        return self._slider

    @property
    def t(self) -> QWidget:
        """The number."""
        return self._t

    @property
    def free(self) -> QRect:
        """The part of its lower line where nothing stands that anybody needs: what it says of the
        way of the slider can be hidden for a while.
        """
        left = self._play if self._state.isHidden() else self._state
        right = (self._speed, self._loop, self._ping_pong, self._range)
        ends = [widget.x() for widget in right if not widget.isHidden()]
        start = max(left.geometry().right(), self._end.geometry().right())
        end = min(ends, default=self._panel.width() - MARGIN)
        free = QRect(start, self._play.y(), max(0, end - start), self._play.height())
        return free.translated(self._panel.pos())

    def take_focus(self) -> None:
        """The keys are the transport's until the person goes elsewhere."""
        self._slider.setFocus()

    def handle_key(self, event: QKeyEvent) -> bool:
        """A key that no widget wanted. True when it was one of the transport's."""
        if event.text().isdecimal() and event.text().isascii():
            self._player.pause()
            self._t.type(event)
            return True
        return handle_transport_key(self._player, event)

    def minimumSizeHint(self) -> QSize:
        """What is left when everything that may give way has done so."""
        line = self._t.width() + SLIDER_EMS * self.fontMetrics().ascent() + self._around
        least = max(line, self._needed(len(self._yielding)))
        return QSize(least, super().minimumSizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.handle_key(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    # --- widgets -------------------------------------------------------------------------

    def _make_widgets(self) -> None:
        self._start = self._button("transport.start")
        self._back = self._button("transport.step_back")
        self._play_back = self._button("transport.play_back")
        self._play = button("", "transport.play", "Play", BY_ID["transport.play"].hint, "primary")
        self._forward = self._button("transport.step_forward")
        self._end = self._button("transport.end")
        self._slider = TimeSlider(self._session, self._player, self._theme)
        identify(self._slider, "transport.timestep", "Timestep t")
        self._t = TimeField()
        says = "The timestep t as a number; type one and press Return to go there"
        identify(self._t, "transport.t", "Timestep t as a number", says)
        self._of = label("", "muted")
        self._of.setObjectName("transport.of")
        self._state = label("", "hint")
        self._state.setObjectName("transport.state")
        self._state.setAccessibleName("What the transport does")
        self._way = label("", "hint")
        self._way.setObjectName("transport.way")
        self._way.setAccessibleName("Which way the slider runs")
        keys = " and ".join(
            spelled(BY_ID[f"transport.{way}"].keys[0]) for way in ("faster", "slower")
        )
        self._speed = combo(
            "transport.speed",
            "How fast Play goes",
            [(pace.words, pace) for pace in (*DURATIONS, *SPEEDS)],
            "How fast Play goes: a pass from end to end in so many seconds, or so many steps of t"
            f" a second ({keys})",
        )
        self._speed.insertSeparator(len(DURATIONS))
        self._loop = self._button("transport.loop")
        self._ping_pong = self._button("transport.ping_pong")
        for toggle in (self._loop, self._ping_pong):
            toggle.setCheckable(True)
        self._range = RangeButton(self._session, self._player)
        self._icons = {
            self._start: "start",
            self._back: "step-back",
            self._play_back: "play-back",
            self._forward: "step-forward",
            self._end: "end",
            self._loop: "loop",
            self._ping_pong: "ping-pong",
            self._range: "range",
        }
        for widget in self._icons:
            widget.setProperty("role", "icon")

    @staticmethod
    def _button(name: str) -> QPushButton:
        """That of the action of the same name, with an icon."""
        return button("", name, BY_ID[name].title, BY_ID[name].hint)

    def _arrange(self) -> None:
        line, self._row = QHBoxLayout(), QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._slider, 1)
        line.addWidget(self._t)
        line.addWidget(self._of)
        self._row.setSpacing(4)
        for widget in (
            self._start, self._back, self._play_back, self._play, self._forward, self._end,
        ):  # fmt: skip
            self._row.addWidget(widget)
        self._row.addSpacing(6)
        self._row.addWidget(self._state)
        self._row.addStretch(1)
        self._row.addWidget(self._way)
        self._row.addStretch(1)
        for widget in (self._speed, self._loop, self._ping_pong, self._range):
            self._row.addWidget(widget)
        self._yielding: tuple[tuple[QWidget, ...], ...] = (  # the first gives way first
            (self._state,),
            (self._range,),
            (self._start, self._end),
            (self._way,),
            (self._loop, self._ping_pong),
            (self._speed,),
            (self._play_back,),
            (self._back, self._forward),
        )
        self._of_t = (self._play_back, self._speed, self._loop, self._ping_pong, self._range)
        """What means nothing where the bar is not that of t."""
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addLayout(line)
        lines.addLayout(self._row)
        self._panel = panel(lines, MARGIN)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._panel)

    def _connect(self) -> None:
        player = self._player
        self._start.clicked.connect(lambda: player.clock.to_start())
        self._end.clicked.connect(lambda: player.clock.to_end())
        self._back.clicked.connect(lambda: player.clock.step(-1))
        self._forward.clicked.connect(lambda: player.clock.step(1))
        self._play.clicked.connect(lambda: player.clock.toggle())
        self._play_back.clicked.connect(lambda: player.toggle_direction(-1))
        self._slider.valueChanged.connect(self._scrubbed)
        self._slider.sliderPressed.connect(player.pause)
        self._t.valueChanged.connect(self._scrubbed)
        self._t.left.connect(self.take_focus)
        self._speed.activated.connect(self._speed_chosen)
        self._loop.clicked.connect(lambda: toggle_repeat(player, Repeat.LOOP))
        self._ping_pong.clicked.connect(lambda: toggle_repeat(player, Repeat.PING_PONG))
        self._range.marks_wanted.connect(self.marks_wanted)
        player.clock_changed.connect(self._take_clock)
        player.pace_changed.connect(self._show_pace)
        self._theme.changed.connect(self._restyle)

    # --- what the person does ------------------------------------------------------------

    @Slot(int)
    def _scrubbed(self, t: int) -> None:
        self._clock.go_to(t)
        self._show_t(self._clock.value)  # which the timeline may have limited

    @Slot(int)
    def _speed_chosen(self, _index: int) -> None:
        self._player.set_pace(self._speed.currentData())

    # --- what is shown -------------------------------------------------------------------

    @Slot()
    def _take_clock(self) -> None:
        """The bar is that of t, or of the clock that the workspace in front has brought."""
        before, self._clock = self._clock, self._player.clock
        before.changed.disconnect(self._show_mode)
        before.spanned.disconnect(self._show_last)
        before.timed.disconnect(self._show_timeline)
        before.moved.disconnect(self._show_t)
        self._follow_clock()

    def _follow_clock(self) -> None:
        clock = self._clock
        clock.changed.connect(self._show_mode)
        clock.spanned.connect(self._show_last)
        clock.timed.connect(self._show_timeline)
        clock.moved.connect(self._show_t)
        self._slider.setAccessibleName(clock.name)
        self._t.setAccessibleName(f"{clock.name} as a number")
        self._t.setPrefix(clock.symbol)
        self._fit_play()
        self._show_mode()
        self._show_last(clock.last)
        self._show_timeline(clock.timeline)

    @Slot()
    def _show_mode(self) -> None:
        """What is being done, in words and in icons."""
        player, does = self._player, self._clock.does
        behind = player.playing and player.direction < 0
        self._play.setText(does.word)
        self._play.setAccessibleName(does.word)
        self._play.setToolTip(does.says or BY_ID["transport.play"].hint)
        self._play.setEnabled(does.possible)
        self._play_back.setAccessibleName("Pause" if behind else "Play backward")
        self._loop.setChecked(player.repeat is Repeat.LOOP)
        self._ping_pong.setChecked(player.repeat is Repeat.PING_PONG)
        self._state.setText(does.state)
        self._show_icons(self._theme.style)

    @Slot(object)
    def _show_pace(self, pace: Pace) -> None:
        place = self._speed.findText(pace.words)
        if place >= 0:
            self._speed.setCurrentIndex(place)  # which is nobody's choice: ``activated`` says that

    @Slot(int)
    def _show_t(self, t: int) -> None:
        with QSignalBlocker(self._slider), QSignalBlocker(self._t):
            self._slider.setValue(t)
            self._t.setValue(t)

    @Slot(int)
    def _show_last(self, last: int) -> None:
        with QSignalBlocker(self._slider), QSignalBlocker(self._t):
            self._slider.setRange(0, last)
            self._slider.setPageStep(max(1, last // 10))
            self._t.set_range(last)
        self._of.setText(f"of {last}")
        self._show_t(self._clock.value)
        self._make_room()

    @Slot(object)
    def _show_timeline(self, timeline: Timeline) -> None:
        self._slider.setInvertedAppearance(timeline.descending)
        self._slider.setInvertedControls(timeline.descending)
        self._slider.update()  # the frontier may have moved
        way = DESCENDS if timeline.descending else ""
        if self._way.text() != way:
            self._way.setText(way)
            self._make_room()

    @Slot(object)
    def _restyle(self, style: Style) -> None:
        """Sizes that follow the text."""
        self._side = round(1.25 * self.fontMetrics().ascent())
        for widget in (*self._icons, self._play):
            widget.setIconSize(QSize(self._side, self._side))
        self._fit_play()
        self._state.ensurePolished()
        self._state.setMinimumWidth(self._state.fontMetrics().horizontalAdvance("playing back "))
        self._show_icons(style)
        self._make_room()

    def _fit_play(self) -> None:
        """As wide as the longest of its words, so that nothing moves when it says another."""
        self._play.ensurePolished()
        metrics = self._play.fontMetrics()
        text = max(metrics.horizontalAdvance(word) for word in self._clock.words)
        self._play.setMinimumWidth(text + 3 * self._side)

    def _show_icons(self, style: Style) -> None:
        for widget, name in self._icons.items():
            widget.setIcon(icon(name, style.text, self._side))
        if self._player.playing and self._player.direction < 0:
            self._play_back.setIcon(icon("pause", style.text, self._side))
        playing = "pause" if self._clock.does.going else "play"
        self._play.setIcon(icon(playing, style.on_signal, self._side))

    # --- room ----------------------------------------------------------------------------

    @property
    def _around(self) -> int:
        """What the bar and its panel take of the width, at both sides together."""
        return 2 * (MARGIN + 2)

    def _needed(self, yielded: int) -> int:
        """The width of the controls with so many groups of them gone."""
        gone = {widget for group in self._yielding[:yielded] for widget in group}
        all_of_them = (*self._icons, self._play, self._state, self._way, self._speed)
        widths = [max(w.sizeHint().width(), w.minimumWidth()) for w in all_of_them if w not in gone]
        return sum(widths) + (len(widths) + 3) * self._row.spacing() + 6 + self._around

    def _make_room(self) -> None:
        room = self.width()
        beside = self._t.width() + self._of.sizeHint().width() + 12
        self._of.setVisible(room - self._around - beside >= SLIDER_PART * room)
        count = next((n for n in range(len(self._yielding)) if self._needed(n) <= room), None)
        count = len(self._yielding) if count is None else count
        for place, group in enumerate(self._yielding):
            for widget in group:
                mine = self._clock is self._player or widget not in self._of_t
                widget.setVisible(mine and place >= count)
        self.arranged.emit()
