"""The transport bar: play, step, scrub, speed, loop, and one large t that the last row can read."""

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QSizePolicy, QSlider, QWidget

from diffvis.app.player import SPEEDS, Player
from diffvis.app.session import Session
from diffvis.app.timeline import Timeline
from diffvis.app.widgets.fields import button, combo, identify, label, panel, show_choice
from diffvis.diffusion import NoiseSchedule


def handle_transport_key(player: Player, event: QKeyEvent) -> bool:
    """The transport's keys. True when the key was one of them.

    They are taken where the focused widget left them over, so that a focused button keeps its
    Space and a field its arrows.
    """
    key, keys = event.key(), Qt.Key
    stride = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
    if key == keys.Key_Space:
        player.toggle()
    elif key == keys.Key_Right:
        player.step(stride)
    elif key == keys.Key_Left:
        player.step(-stride)
    elif key == keys.Key_Home:
        player.to_start()
    elif key == keys.Key_End:
        player.to_end()
    else:
        return False
    return True


class TimestepSlider(QSlider):
    """A click jumps there; keys are the transport's, so that Left and Right follow play."""

    def __init__(self, player: Player) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._player = player

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not handle_transport_key(self._player, event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            span = max(1, self.width() - 18)
            part = min(max((event.position().x() - 9) / span, 0.0), 1.0)
            if self.invertedAppearance():
                part = 1 - part
            self.setValue(round(self.minimum() + part * (self.maximum() - self.minimum())))
        super().mousePressEvent(event)


class TransportBar(QFrame):
    """One t for all workspaces. Its slider runs the way the workspace in front plays."""

    def __init__(self, session: Session, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._player = player
        start = button("|◀", "transport.start", "To the start", "To the start (Home)")
        back = button("◀", "transport.step_back", "One step back", "One step back (Left)")
        self._play = button("▶ Play", "transport.play", "Play", "Play or pause (Space)", "primary")
        forward = button("▶", "transport.step_forward", "One step on", "One step on (Right)")
        end = button("▶|", "transport.end", "To the end", "To the end (End)")
        self._slider = TimestepSlider(player)
        identify(
            self._slider,
            "transport.timestep",
            "Timestep t",
            "The timestep t: 0 is data, T is noise. Drag, use the wheel, or the arrow keys.",
        )
        self._slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._t = label("", "t")
        self._t.setObjectName("transport.t")
        self._of = label("", "muted")
        self._speed = combo(
            "transport.speed",
            "Steps per second",
            [(f"{speed} steps/s", speed) for speed in SPEEDS],
            "How fast Play goes",
        )
        self._loop = QCheckBox("loop")
        identify(self._loop, "transport.loop", "Loop", "Start again at the end")

        row = QHBoxLayout()
        row.setSpacing(6)
        for widget in (start, back, self._play, forward, end):
            row.addWidget(widget)
        row.addWidget(self._slider, 1)
        for widget in (self._t, self._of, self._speed, self._loop):
            row.addWidget(widget)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(panel(row, 8))

        start.clicked.connect(player.to_start)
        end.clicked.connect(player.to_end)
        back.clicked.connect(self._step_back)
        forward.clicked.connect(self._step_forward)
        self._play.clicked.connect(player.toggle)
        self._slider.valueChanged.connect(self._scrubbed)
        self._slider.sliderPressed.connect(player.pause)
        self._speed.activated.connect(self._speed_chosen)
        self._loop.toggled.connect(player.set_loop)
        player.playing_changed.connect(self._show_playing)
        player.speed_changed.connect(self._show_speed)
        session.t_changed.connect(self._show_t)
        session.schedule_changed.connect(self._show_schedule)
        session.timeline_changed.connect(self._show_timeline)
        self._show_playing(False)
        self._show_speed(player.speed)
        self._show_schedule(session.schedule)
        self._show_timeline(session.timeline)

    def take_focus(self) -> None:
        """The keys are the transport's until the person goes elsewhere."""
        self._slider.setFocus()

    @Slot(int)
    def _scrubbed(self, t: int) -> None:
        self._session.set_t(t)
        self._show_t(self._session.t)  # which the timeline may have limited

    @Slot()
    def _step_back(self) -> None:
        self._player.step(-1)

    @Slot()
    def _step_forward(self) -> None:
        self._player.step(1)

    @Slot(int)
    def _speed_chosen(self, _index: int) -> None:
        self._player.set_speed(self._speed.currentData())

    @Slot(bool)
    def _show_playing(self, playing: bool) -> None:
        self._play.setText("❚❚ Pause" if playing else "▶ Play")
        self._play.setAccessibleName("Pause" if playing else "Play")
        self._play.setMinimumWidth(self._play.fontMetrics().horizontalAdvance("❚❚ Pause ") + 24)

    @Slot(int)
    def _show_speed(self, speed: int) -> None:
        show_choice(self._speed, speed)

    @Slot(int)
    def _show_t(self, t: int) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(t)
        self._t.setText(f"t = {t}")

    @Slot(object)
    def _show_schedule(self, schedule: NoiseSchedule) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, schedule.T)
            self._slider.setPageStep(max(1, schedule.T // 10))
        self._of.setText(f"of {schedule.T}")
        self._show_t(self._session.t)
        self._t.setMinimumWidth(self._t.fontMetrics().horizontalAdvance(f"t = {schedule.T}") + 8)

    @Slot(object)
    def _show_timeline(self, timeline: Timeline) -> None:
        if self._slider.property("reversed") == timeline.descending:
            return
        self._slider.setInvertedAppearance(timeline.descending)
        self._slider.setInvertedControls(timeline.descending)
        self._slider.setProperty("reversed", timeline.descending)
        self._slider.style().unpolish(self._slider)
        self._slider.style().polish(self._slider)
