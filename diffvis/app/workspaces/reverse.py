"""Reverse: from noise to data, one step at a time, recorded so that it can be scrubbed."""

import numpy as np
import torch
from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.player import Player
from diffvis.app.recording import Recording
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.timeline import Timeline, every_time
from diffvis.app.widgets.fields import (
    MAX_INT,
    Readouts,
    button,
    combo,
    decimal,
    label,
    labelled,
    panel,
    show_value,
    spin,
)
from diffvis.app.widgets.raster import RasterView
from diffvis.app.workers.reverse import ReverseWorker, Walk
from diffvis.app.workers.worker import Failure
from diffvis.errors import UserError
from diffvis.rendering.reverse import draw_reverse
from diffvis.rendering.samples import draw_samples, samples_layout
from diffvis.rendering.scatter import colour_of_noise, to_pixels
from diffvis.rendering.style import Style
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.training.model import initial_noise
from diffvis.training.sampling import ChainSettings

SAMPLER_TITLES = (("DDPM (ancestral)", "ddpm"), ("DDIM", "ddim"))
DEFAULT_COUNT = {True: 1_000, False: 16}  # of points, of images
LOOK_MS = 30  # how often the window looks how far the chain has got


class ReverseWorkspace(QWidget):
    """Runs the chain of the session's model and shows it at the shared t."""

    painted = Signal()

    def __init__(self, session: Session, theme: Theme, player: Player) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._player = player
        self._recording: Recording | None = None
        self._walked = False  # whether the first step of the recording has been shown
        self._selected = 0
        self._in_front = False
        self._wanted_t: int | None = None
        self._busy = False
        self._worker = ReverseWorker()
        self._worker.finished.connect(self._ended)
        self._worker.failed.connect(self._failed)
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._show_progress)
        self._make_widgets()
        self._arrange()
        session.model_changed.connect(self._model_changed)
        session.t_changed.connect(self._show_t)
        session.seed_changed.connect(self._seed_changed)
        self._model_changed(session.model)

    # --- for the main window -------------------------------------------------------------

    @property
    def idle(self) -> bool:
        return not self._busy

    @property
    def recording(self) -> Recording | None:
        """The chain on show, complete or on its way."""
        return self._recording

    def settings(self) -> ChainSettings:
        """The chain that Run would walk."""
        return ChainSettings(
            sampler=self._sampler.currentData(),
            steps=self._steps.value(),
            eta=self._eta.value() if self._sampler.currentData() == "ddim" else 0.0,
            seed=self._seed.value(),
            count=self._count.value(),
        )

    def set_in_front(self, in_front: bool) -> None:
        """In front, the transport walks along the chain: from T down, by the steps it takes."""
        self._in_front = in_front
        if in_front:
            self._session.set_timeline(self._timeline())
        elif self._session.timeline.descending:
            self._session.set_timeline(every_time(self._session.schedule.T))

    def export_options(self) -> dict[str, object]:
        """What the export dialog needs to make the same chain."""
        return {"settings": self.settings(), "selected": self._selected}

    def ask_to_stop(self) -> None:
        self._worker.ask_to_stop()

    def wait(self) -> bool:
        return self._worker.wait()

    # --- widgets -------------------------------------------------------------------------

    def _make_widgets(self) -> None:
        self._view = RasterView(self._theme, self._draw_samples, QSize(260, 220))
        self._view.setObjectName("reverse.view")
        self._view.setAccessibleName("The samples x_t of the reverse chain; click one to select it")
        self._view.clicked.connect(self._select)
        self._view.painted.connect(self.painted)
        self._step_view = RasterView(self._theme, self._draw_step, QSize(300, 220))
        self._step_view.setObjectName("reverse.step_view")
        self._step_view.setAccessibleName("One step of the chain as pictures with its numbers")
        self._step_title = label("", "title")
        self._sampler = combo(
            "reverse.sampler",
            "Sampler",
            SAMPLER_TITLES,
            "DDPM: Ho et al. 2020, algorithm 2\nDDIM: Song et al. 2021, eq. 12",
        )
        self._steps = spin(
            "reverse.steps", "Steps of the chain", 1, 1, 1, "1 to T; fewer steps stride over t"
        )
        self._eta = decimal(
            "reverse.eta", "Eta", 0, 1, 0, "η of DDIM: 0 adds no noise, 1 as much as DDPM"
        )
        self._count = spin("reverse.count", "Number of samples", 1, 10_000, 16)
        self._seed = spin(
            "reverse.seed",
            "Seed",
            0,
            MAX_INT,
            self._session.seed,
            "The same seed gives the same samples",
        )
        self._new_seed = button("New", "reverse.new_seed", "New seed", "Draw another seed and run")
        self._run = button(
            "Run", "reverse.run", "Run the chain", "Walk the chain from x_T to x_0", "primary"
        )
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._readouts = Readouts((("recorded", "steps"), ("memory", "memory")), columns=1)

        for control in (self._steps, self._count, self._eta):
            control.valueChanged.connect(self._setting_changed)
        self._sampler.activated.connect(self._setting_changed)
        self._seed.valueChanged.connect(self._session.set_seed)
        self._new_seed.clicked.connect(self._draw_seed)
        self._run.clicked.connect(self._run_clicked)
        self._player.playing_changed.connect(self._playing_changed)

    def _arrange(self) -> None:
        samples, step, form = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        samples.addWidget(self._view)
        step.addWidget(self._step_title)
        step.addWidget(self._step_view, 1)
        form.setSpacing(8)
        form.addWidget(label("Chain", "title"))
        form.addLayout(labelled("Sampler", self._sampler))
        form.addLayout(labelled("Steps", self._steps))
        form.addLayout(labelled("η (DDIM)", self._eta))
        form.addLayout(labelled("Samples", self._count))
        seed = QHBoxLayout()
        seed.addWidget(self._seed, 1)
        seed.addWidget(self._new_seed)
        seed_label = label("Seed", "muted")
        seed_label.setBuddy(self._seed)
        form.addWidget(seed_label)
        form.addLayout(seed)
        form.addStretch(1)
        form.addWidget(self._readouts)
        form.addWidget(self._progress)
        form.addWidget(self._run)
        form_panel = panel(form)
        scroll = QScrollArea()
        scroll.setWidget(form_panel)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setMinimumWidth(form_panel.minimumSizeHint().width() + 2)
        scroll.setMaximumWidth(330)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(panel(samples), 5)
        whole.addWidget(panel(step), 6)
        whole.addWidget(scroll, 2)

    # --- running -------------------------------------------------------------------------

    def run(self, play: bool = True) -> None:
        """Walk the chain from T with the settings on show; ``play`` lets the transport follow."""
        self._player.pause()
        try:
            self._recording = Recording(self._session.model, self.settings(), self._device())
        except UserError as error:
            self._session.notice(Notice(error.problem, error.remedy, NoticeKind.ERROR))
            return
        self._busy = True
        self._walked = False
        self._worker.start(Walk((self._recording,)))
        self._look.start()
        self._progress.setRange(0, len(self._recording.times) - 1)
        self._show_progress()
        if play and self._in_front:
            self._session.set_t(self._session.schedule.T)
            self._player.play()
        self._show_t()

    def go_to_when_there(self, t: int) -> None:
        """Move the shared t to ``t`` as soon as the chain has walked that far."""
        self._wanted_t = t

    def _device(self) -> str:
        """The exact denoiser's data stays on the CPU; a trained model was opened on the device."""
        return "cpu" if self._session.model_is_exact else self._session.device

    @Slot()
    def _run_clicked(self) -> None:
        self.run()

    @Slot(bool)
    def _playing_changed(self, playing: bool) -> None:
        """Play means Run where there is nothing to play yet."""
        if playing and self._in_front and self._recording is None:
            self.run()

    @Slot()
    def _setting_changed(self) -> None:
        """A change is obeyed at once: a chain that is on show is walked again."""
        self._eta.setEnabled(self._sampler.currentData() == "ddim")
        if self._recording is not None:
            self.run()
        else:
            self._show_t()

    @Slot()
    def _draw_seed(self) -> None:
        had_none = self._recording is None
        self._seed.setValue(int(torch.randint(0, MAX_INT, ())))
        if had_none:
            self.run()

    @Slot(object)
    def _seed_changed(self, seed: int) -> None:
        show_value(self._seed, seed)
        self._setting_changed()

    @Slot(object)
    def _model_changed(self, model: object) -> None:
        """Another model has another chain: the one under way is stopped and forgotten."""
        self._worker.cancel()
        self._player.pause()
        T, points = self._session.model.schedule.T, self._session.model.is_points
        self._recording = None
        self._walked = False
        self._selected = 0
        self._steps.setMaximum(T)
        show_value(self._steps, T)
        show_value(self._count, DEFAULT_COUNT[points])
        self._eta.setEnabled(self._sampler.currentData() == "ddim")
        self._progress.setValue(0)
        for key in ("recorded", "memory"):
            self._readouts.set(key, "–")
        self.set_in_front(self._in_front)
        self._show_t()

    @Slot(object)
    def _ended(self, walk: Walk) -> None:
        (recording,) = walk.recordings
        if recording is self._recording:
            self._busy = False
            self._look.stop()
            self._show_progress()
        elif self._recording is None:
            self._busy = False
            self._look.stop()

    @Slot(object)
    def _failed(self, failure: Failure) -> None:
        if self._recording in failure.request.recordings:
            self._busy = False
            self._look.stop()
            self._player.pause()
            self._session.notice(Notice.of(failure, "The reverse chain stopped"))

    # --- what is shown -------------------------------------------------------------------

    def _timeline(self) -> Timeline:
        if self._recording is not None:
            return self._recording.timeline
        return Timeline(tuple(range(self._session.schedule.T + 1)), descending=True)

    @Slot()
    def _show_progress(self) -> None:
        recording = self._recording
        if recording is None:
            return
        done, steps = len(recording.steps), len(recording.times) - 1
        self._progress.setValue(done)
        self._readouts.set("recorded", f"{done} / {steps}")
        self._readouts.set("memory", f"{recording.bytes_at_most * done / steps / 2**20:.1f} MB")
        if self._in_front:
            self._session.set_timeline(recording.timeline)
        if self._wanted_t is not None and recording.frontier <= self._wanted_t:
            self._session.set_t(self._wanted_t)
            self._wanted_t = None
        if done and not self._walked:
            self._walked = True
            self._show_t()

    @Slot()
    def _show_t(self) -> None:
        self._view.refresh()
        self._step_view.refresh()
        self._selected = min(self._selected, self._count.value() - 1)
        what = "point" if self._session.model.is_points else "sample"
        self._step_title.setText(f"One step, {what} {self._selected + 1}")

    def _samples(self) -> torch.Tensor:
        """x_t of the recording, or the noise that the chain would start from."""
        if self._recording is not None:
            x = self._recording.x_at(self._session.t)
            if x is not None:
                return x
        return initial_noise(self._session.model.shape, self._count.value(), self._seed.value())[0]

    def _draw_samples(self, size: tuple[int, int], style: Style) -> np.ndarray:
        x = self._samples()
        t = self._session.t if self._walked else self._session.schedule.T
        what = "points" if self._session.model.is_points else "samples"
        caption = f"x_{{{t}}} · {len(x):,} {what}, seed {self._seed.value()}"
        return draw_samples(
            x, size, style, caption=caption, selected=self._selected,
            colours=self._colours(), extent=self._extent(),
        )  # fmt: skip

    def _draw_step(self, size: tuple[int, int], style: Style) -> np.ndarray:
        step = None if self._recording is None else self._recording.step_from(self._session.t)
        return draw_reverse(
            step, size, style, self._selected, colours=self._colours(), extent=self._extent()
        )

    def _extent(self) -> float | None:
        """Points stand on the same axes from x_T to x_0."""
        return DEFAULT_EXTENT if self._session.model.is_points else None

    def _colours(self) -> np.ndarray | None:
        """Points keep the colour of the direction in which their noise x_T lay."""
        if not self._session.model.is_points:
            return None
        x_T = None if self._recording is None else self._recording.x_at(self._session.schedule.T)
        if x_T is None:
            x_T = self._samples()
        return colour_of_noise(x_T)

    @Slot(QPoint)
    def _select(self, at: QPoint) -> None:
        """Select the picture that was clicked, or the point nearest to the click."""
        x = self._samples()
        height, width = self._view.frame.shape[:2]
        layout = samples_layout(
            len(x), tuple(x.shape[1:]), (width, height), self._view.style_drawn, captioned=True
        )
        if self._session.model.is_points:
            box = layout["x"].rect
            places = to_pixels(x.numpy(), (box.width, box.height), DEFAULT_EXTENT)
            index = int(np.square(places - (at.x() - box.x, at.y() - box.y)).sum(1).argmin())
        else:
            index = layout.sample_at(at.x(), at.y())
        if index is not None and index != self._selected:
            self._selected = index
            self._show_t()
