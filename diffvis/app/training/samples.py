"""The samples of a run: as a film, at one moment, from two sets of weights, over t, and beside
those of others."""

from enum import Enum

import numpy as np
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget
from torch import Tensor

from diffvis.app.theme import Theme
from diffvis.app.training.others import Others
from diffvis.app.widgets.fields import button, combo, identify, label, show_choice
from diffvis.app.widgets.hint import Hint
from diffvis.app.widgets.raster import RasterView
from diffvis.rendering.style import Style
from diffvis.viewing.film import TrainingFrame, draw_film, film_shape
from diffvis.viewing.film_pictures import draw_beside, draw_table, rows_for
from diffvis.viewing.training_record import TrainingRecord

MOMENTS = 6  # of the film, where they fit beside or over each other
LEAST_WIDTH = 86  # of a moment, so that the words below do not touch
HINT = "Samples from one fixed noise appear here: watch it turn into data as the run goes on"


class Look(Enum):
    """How the samples are shown; the words are what the person reads."""

    FILM = "Film"
    MOMENT = "One step"
    BESIDE = "Beside"
    WEIGHTS = "EMA | raw"
    TABLE = "Step × t"


HANDLE = 24  # high; by itself a slider is no higher than its groove asks, and cuts its handle off


class SamplesView(QWidget):
    """A time machine: dragging its slider goes back to what the network made at that step."""

    moment_changed = Signal(object)  # the step gone back to, or None for the newest
    weights_wanted = Signal()  # samples of both sets of weights, for ``show_weights``

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._record: TrainingRecord | None = None
        self._others = Others()
        self._shown: tuple[TrainingFrame, ...] = ()
        self._extent = 3.0
        self._back: int | None = None  # which moment, while it is not the newest
        self.weights: tuple[int, Tensor, Tensor] | None = None
        self._look = combo(
            "training.samples_mode",
            "How the samples are shown",
            [(look.value, look) for look in Look],
            "The film, one moment large, beside those of the runs that are ticked, the averaged "
            "(EMA) against the raw weights on the same noise, or how the chain over t changed with "
            "training",
        )
        self._look.activated.connect(self._look_chosen)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        tip = "Go back to the samples of an earlier training step"
        identify(self._slider, "training.machine", "Training step of the samples", tip)
        self._slider.setRange(0, 0)
        self._slider.setMinimumSize(60, HANDLE)
        self._slider.valueChanged.connect(self._dragged)
        self._look.setMinimumContentsLength(6)
        self._title: QLabel = label("Samples of one noise", "title")
        self._title.hide()  # until there is room
        self._step: QLabel = label("", "value")
        self._step.setObjectName("training.machine_step")
        self.larger = button(
            "Large", "training.larger", "Large samples", "Give the samples the room of the curves"
        )
        self.larger.setCheckable(True)
        self.larger.setProperty("role", "toggle")
        self.view = RasterView(theme, self._draw, self._words, QSize(220, 84))
        identify(self.view, "training.samples", "Samples from the same noise as the run goes on")
        self._hint = Hint(HINT, self.view)
        self._hint.setWordWrap(True)
        self._hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.controls = QWidget()
        row = self._row = QHBoxLayout(self.controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._title)
        for widget, stretch in (
            (self._look, 0), (self._slider, 1), (self._step, 0), (self.larger, 0),
        ):  # fmt: skip
            row.addWidget(widget, stretch)
        row.insertStretch(row.indexOf(self._step))  # where the slider is away, nothing grows wide
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.controls)
        column.addWidget(self.view, 1)

    def reset(self) -> None:
        """The film, as far as it goes, beside the curves."""
        self.larger.setChecked(False)
        self._slider.setValue(self._slider.maximum())
        self.show_look(Look.FILM)

    @property
    def look(self) -> Look:
        return self._look.currentData()

    def show_look(self, look: Look) -> None:
        show_choice(self._look, look)
        self._look_chosen()

    def set_others(self, records: list[TrainingRecord]) -> None:
        """The runs whose samples stand beside these."""
        self._others.records = tuple(records)
        self.view.refresh()

    @property
    def step(self) -> int | None:
        """The training step gone back to; None shows the newest."""
        return None if self._back is None else self._shown[self._back].step

    def go_to(self, step: int) -> None:
        """Go back to the samples nearest to a training step; the last ones are the newest."""
        if self._shown:
            places = range(len(self._shown))
            self._slider.setValue(min(places, key=lambda n: abs(self._shown[n].step - step)))

    @Slot(bool)
    def leave_slider(self, away: bool) -> None:
        """The transport's slider goes back in the run now, in the place of the one here."""
        self._slider.setVisible(not away)

    def begin(self, record: TrainingRecord | None) -> None:
        self._record, self._shown, self._back, self.weights = record, (), None, None
        self._hint.setVisible(record is None)
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, 0)
        self.moment_changed.emit(None)
        self.draw()
        self._say()
        self.view.refresh()

    def draw(self) -> None:
        """Paint again only if there are new samples."""
        moments = () if self._record is None else self._record.film.moments
        more_beside = self._others.have_more()
        if moments is self._shown:
            if more_beside:
                self._say()
                self.view.refresh()
            return
        if self._back is not None:  # the same step may have another number now
            wanted = self._shown[self._back].step
            later = [n for n, moment in enumerate(moments) if moment.step >= wanted]
            self._back = later[0] if later else None
        self._shown = moments
        if moments and moments[0].x0.ndim == 2:
            self._extent = self._reach()
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, max(0, len(moments) - 1))
            self._slider.setValue(len(moments) - 1 if self._back is None else self._back)
        if self.look is Look.WEIGHTS:
            self.weights_wanted.emit()
        self._say()
        self.view.refresh()

    def show_weights(self, step: int, ema: Tensor, raw: Tensor) -> None:
        """Samples x0 of the EMA and of the raw weights after ``step`` steps, on the same noise."""
        self.weights = (step, ema, raw)
        self.view.refresh()

    def _reach(self) -> float:
        dataset = self._record.dataset
        if dataset is not None:
            return 1.25 * float(dataset.values.abs().max())
        return 2.6  # points are standardised

    def minimumSizeHint(self) -> QSize:
        """What it needs without its title, which hides where there is no room."""
        least = super().minimumSizeHint()
        if not self._title.isHidden():
            least -= QSize(self._title.sizeHint().width() + self._row.spacing(), 0)
        return least

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - self._title.sizeHint().width()
        self._title.setVisible(room > 1.2 * self._title.sizeHint().width() + 200)

    @Slot()
    def _look_chosen(self) -> None:
        self._slider.setEnabled(self.look is not Look.WEIGHTS)
        if self.look is Look.WEIGHTS and self._record is not None:
            self.weights_wanted.emit()
        self._say()
        self.view.refresh()

    @Slot(int)
    def _dragged(self, place: int) -> None:
        self._back = place if place < len(self._shown) - 1 else None
        self._say()
        self.moment_changed.emit(self.step)
        self.view.refresh()

    def _say(self) -> None:
        moment = self._moment()
        self._step.setText("" if moment is None else f"step {moment.step:,}")

    def _moment(self) -> TrainingFrame | None:
        if not self._shown:
            return None
        if self._back is not None:
            return self._shown[self._back]
        if self.look is not Look.BESIDE:
            return self._shown[-1]
        until = self._others.until(self._record)
        return next((m for m in reversed(self._shown) if m.step <= until), self._shown[0])

    def _words(self) -> str:
        moment = self._moment()
        if moment is None:
            return "no samples yet"
        x0 = moment.x0
        if self.look is Look.BESIDE:
            return "; ".join(words for words, _ in self._others.beside(self._record, moment))
        return (
            f"{len(x0):,} samples after {moment.step:,} training steps, mean "
            f"{float(x0.mean()):z.2f}, standard deviation {float(x0.std(correction=0)):.2f}"
        )

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        moment = self._moment()
        if self.look is Look.WEIGHTS and moment is not None:
            step, ema, raw = self.weights or (0, None, None)
            at = f" at step {step:,}" if self.weights else " (sampling…)"
            parts = ((f"EMA weights{at}", ema), (f"raw weights{at}", raw))
            return draw_beside(parts, self._extent, size, style)
        if self.look is Look.BESIDE and moment is not None:
            parts = self._others.beside(self._record, moment)
            return draw_beside(parts, self._extent, size, style)
        if self.look is Look.MOMENT and moment is not None:
            return draw_beside(
                [(f"after {moment.step:,} training steps", moment.x0)], self._extent, size, style
            )
        until = None if moment is None else moment.step
        shape = film_shape(MOMENTS, LEAST_WIDTH * style.text_scale, size, style)
        places = shape[0] * shape[1]
        count = rows_for(size[1], style) if self.look is Look.TABLE else places
        moments = () if self._record is None else self._record.film.chosen(count, until)
        if self.look is Look.TABLE and moments:
            return draw_table(moments, self._extent, size, style)
        return draw_film(moments, shape, self._extent, size, style)
