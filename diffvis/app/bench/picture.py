"""Which picture a tool works on: of the data, the model's own, a file, or one that is drawn."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from torch import Tensor

from diffvis.app.asking import ask_file
from diffvis.app.bench.canvas import CellCanvas
from diffvis.app.notices import About
from diffvis.app.picture_file import PICTURES, opened_picture
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import (
    MAX_INT,
    button,
    combo,
    label,
    show_choice,
    show_limit,
    show_value,
    spin,
)
from diffvis.bench.filters import gaussian_blur
from diffvis.data.dataset import Dataset
from diffvis.data.scaling import IMAGES, Scaling
from diffvis.models.model import Model

DATA, SAMPLE, OWN, DRAWN, FILE = "data", "sample", "own", "drawn", "file"
TIP = (
    "Of the data; a sample that the model makes; a picture file; or drawn here. The sample that is "
    "selected in Reverse comes from there"
)
SOFT = 0.45  # pixels: the edge of a stroke of the pad, as pens have it


@dataclass(frozen=True)
class Picked:
    """What is chosen. ``opened`` counts the pictures that came from elsewhere, of which ``own`` is
    the last one.
    """

    kind: str
    number: int
    seed: int
    opened: int
    drawing: bytes
    own: tuple[str, Tensor] | None = field(compare=False)


@dataclass(frozen=True, eq=False)
class Given:
    """A picture in the model's units, or the seed of the one that the model is to make."""

    x0: Tensor | None
    words: str
    seed: int | None = None


class PictureField(QWidget):
    """A sample of the data by its number, one of the model's, a picture from elsewhere, or the
    pad.
    """

    changed = Signal()

    def __init__(
        self, session: Session, theme: Theme, name: str, says: str, number: int = 0
    ) -> None:
        super().__init__()
        self._session, self._usual = session, number
        self._data, self._model = session.data, session.model
        self._own: tuple[str, Tensor] | None = None  # as data have it, not as the model does
        self._opened = 0
        self._seed_kept = self._number_kept = number
        self._in_use = self._wanted = DATA  # what is chosen here, and what was where it can be
        self._kind = combo(
            name,
            says,
            tip=TIP,
        )
        self._kind.setMinimumContentsLength(6)
        self._number = spin(f"{name}_number", f"{says}: its number", 0, MAX_INT, number)
        self._number.setToolTip("Which one: its place in the data, or the seed of the sample")
        self.pad = CellCanvas(theme, f"{name}_pad", f"{says}: pad to draw it on", ink=True)
        self._clear = button("Clear", f"{name}_clear", "Clear the pad", "Ctrl+Z brings it back")
        self._says = label("no.", "muted")
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._kind, 3)
        row.addWidget(self._says)
        row.addWidget(self._number, 2)
        row.addWidget(self._clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.pad)
        self._kind.activated.connect(self._chosen)
        self._number.valueChanged.connect(self._numbered)
        self.pad.edited.connect(self.changed)
        self._clear.clicked.connect(self._wipe)
        self.fit(session.model, session.data)

    @property
    def knows_data(self) -> bool:
        return self._in_use == DATA

    @property
    def says(self) -> str:
        number = f" {self._number.value():,}" if self._in_use in (DATA, SAMPLE) else ""
        return f"{self._kind.currentText()}{number}"

    def given(self) -> Given:
        """What a tool gets."""
        number = self._number.value()
        if self._in_use == DATA:
            x0 = self._model.seen(self._data.x0([number])[0], self._data.scaling)
            return Given(x0, f"no. {number:,}")
        if self._in_use == OWN and self._own is not None:
            return Given(self._model.seen(self._own[1], self._scaling), self._own[0])
        if self._in_use == DRAWN:
            return Given(self._drawing(), "a drawing")
        return Given(None, f"its own sample {number}", number)

    def fit(self, model: Model, data: Dataset) -> None:
        """Offer what the model can take; the person's choice stays where it can."""
        self._data, self._model = data, model
        shape = tuple(model.shape)
        self._kind.clear()
        if tuple(data.shape) == shape:
            self._kind.addItem("data", DATA)
        self._kind.addItem("sample", SAMPLE)
        if not model.is_points:
            self._kind.addItem("drawn", DRAWN)
            self._kind.addItem("file…", FILE)
            self.pad.fit(*shape[1:])
        if self._own is not None and tuple(self._own[1].shape) != shape:
            self._own = None
        self._offer_own()
        if not show_choice(self._kind, self._wanted):
            self._kind.setCurrentIndex(0)
        self._show()

    def reset(self) -> None:
        self._wanted = DATA
        self._kind.setCurrentIndex(0)
        self._seed_kept = self._number_kept = self._usual
        self.pad.show_marks(np.zeros_like(self.pad.brush.marks))
        self._show()

    def use_picture(self, path: Path) -> bool:
        """Take this file, or say why that cannot be. True where it is taken."""
        opened = opened_picture(path, self._session, About.BENCH)
        if opened is not None:
            self._take(*opened)
        return opened is not None

    def use_sample(self, x0: Tensor, words: str) -> None:
        """Take a sample (C, H, W) or (2,) that the model has made elsewhere, in its units."""
        self._session.settle(About.BENCH)
        self._take(words, self._model.stored(x0, self._scaling))

    def _take(self, words: str, x0: Tensor) -> None:
        self._own, self._wanted = (words, x0), OWN
        self._opened += 1
        self._offer_own()
        show_choice(self._kind, OWN)
        self._show()
        self.changed.emit()

    @property
    def _scaling(self) -> Scaling:
        """Of what came from elsewhere."""
        return self._model.scaling if self._model.is_points else IMAGES

    def _offer_own(self) -> None:
        """What came from elsewhere, by its name."""
        place = self._kind.findData(OWN)
        if place >= 0:
            self._kind.removeItem(place)
        if self._own is not None:
            self._kind.addItem(self._own[0], OWN)

    # --- what can be undone --------------------------------------------------------------

    def state(self) -> Picked:
        kind = self._in_use
        drawing = self.pad.brush.marks.tobytes() if kind == DRAWN else b""
        own = self._own if kind == OWN else None
        return Picked(kind, self._number_kept, self._seed_kept, self._opened, drawing, own)

    def restore(self, state: Picked) -> None:
        if state.own is not None:
            self._own, self._opened = state.own, state.opened
            self._offer_own()
        if state.drawing and len(state.drawing) == self.pad.brush.marks.size:
            marks = np.frombuffer(state.drawing, bool).reshape(self.pad.brush.marks.shape)
            self.pad.show_marks(marks)
        self._number_kept, self._seed_kept = state.number, state.seed
        self._wanted = state.kind
        show_choice(self._kind, state.kind)
        self._show()

    # --- what happens --------------------------------------------------------------------

    @Slot()
    def _chosen(self) -> None:
        if self._kind.currentData() == FILE:
            show_choice(self._kind, self._in_use)
            name = ask_file(self, "Open a picture", PICTURES, "pictures")
            if name:
                self.use_picture(Path(name))
            return
        self._wanted = self._kind.currentData()
        self._show()
        self.changed.emit()

    @Slot(int)
    def _numbered(self, number: int) -> None:
        if self._in_use == DATA:
            self._number_kept = number
        else:
            self._seed_kept = number
        self.changed.emit()

    @Slot()
    def _wipe(self) -> None:
        self.pad.show_marks(np.zeros_like(self.pad.brush.marks))
        self.changed.emit()

    def _show(self) -> None:
        self._in_use = kind = self._kind.currentData()
        self._says.setText("no." if kind == DATA else "seed")
        for widget in (self._says, self._number):
            widget.setVisible(kind in (DATA, SAMPLE))
        most = len(self._data) - 1 if kind == DATA else MAX_INT
        show_limit(self._number, most)
        show_value(self._number, self._number_kept if kind == DATA else self._seed_kept)
        for widget in (self.pad, self._clear):
            widget.setVisible(kind == DRAWN)

    def _drawing(self) -> Tensor:
        """White on black in the model's units, with a soft edge."""
        marks = torch.from_numpy(self.pad.brush.marks.copy()).float()[None, None]
        shade = gaussian_blur(marks, SOFT)[0]
        low, high = self._model.range
        return (low + (high - low) * shade).expand(tuple(self._model.shape)).contiguous()
