"""What of the picture is hidden: a part by its name, or what a brush is drawn over."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from torch import Tensor

from diffvis.app.asking import ask_file
from diffvis.app.bench.canvas import CellCanvas
from diffvis.app.notices import About, Notice
from diffvis.app.picture_file import PICTURES
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import (
    button,
    combo,
    show_choice,
    show_value,
    spin,
)
from diffvis.bench.pictures import HALVES, mask_of
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.pixels import to_uint8
from diffvis.viewing.cell_brush import MOST

HAND, FILE = "by hand", "file…"
USUAL = "bottom"


@dataclass(frozen=True)
class Hidden:
    """A part by its name, or ``HAND`` with the marks."""

    part: str
    shape: tuple[int, ...]
    marks: bytes


class MaskField(QWidget):
    """The part, and of pictures the canvas with its brush."""

    changed = Signal()

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._shape: tuple[int, ...] = ()
        self._in_use = ""
        self._part = combo(
            "bench.mask_part",
            "What is hidden",
            tip="A part of the picture, drawn by hand, or a file: black is hidden",
        )
        self.canvas = CellCanvas(
            theme, "bench.mask", "The mask: what is hidden of the picture and made anew"
        )
        self._size = spin(
            "bench.mask_brush", "Width of the brush in squares", 1, MOST, 2, "Keys: + and −"
        )
        self._size.setSuffix(" wide")
        self._clears = button(
            "Show", "bench.mask_show", "The brush shows again",
            "Let the left button show again what was hidden, as the right one does", "toggle",
        )  # fmt: skip
        self._clears.setCheckable(True)
        self._none = button("Clear", "bench.mask_clear", "Hide nothing", "Ctrl+Z brings it back")
        self._part.setMinimumContentsLength(6)
        self._tools = QWidget()
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(4)
        tools.addWidget(self._size, 1)
        tools.addWidget(self._clears)
        tools.addWidget(self._none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self._part, self.canvas, self._tools):
            column.addWidget(widget)
        self._part.activated.connect(self._chosen)
        self.canvas.edited.connect(self._drawn)
        self.canvas.moved.connect(self._moved)
        self._size.valueChanged.connect(self._sized)
        self._clears.toggled.connect(self._toggled)
        self._none.clicked.connect(self._clear)

    @property
    def says(self) -> str:
        return self._part.currentText()

    def known(self) -> Tensor:
        """Which values are given, bool (H, W), or (2,) of points."""
        if len(self._shape) == 1:
            return mask_of(self._part.currentData(), self._shape)
        return torch.from_numpy(~self.canvas.brush.marks)

    def fit(self, model: Model) -> None:
        """Offer the parts of what it makes."""
        shape = tuple(model.shape)
        if shape == self._shape:
            return
        self._shape = shape
        points = len(shape) == 1
        self._part.clear()
        for part in ("x", "y") if points else (*HALVES, HAND, FILE):
            self._part.addItem(part, part)
        for widget in (self.canvas, self._tools):
            widget.setVisible(not points)
        if not points:
            self.canvas.fit(*shape[1:])
            show_value(self._size, self.canvas.brush.size)
        self.reset()

    def reset(self) -> None:
        self._use_part("y" if len(self._shape) == 1 else USUAL)
        self._take_part()

    def show_picture(self, x0: Tensor | None, span: tuple[float, float]) -> None:
        """What is below the mask, (C, H, W), where it is there already."""
        if x0 is None or x0.ndim != 3:
            self.canvas.show_picture(None)
            return
        pixels = to_uint8(x0[None], span)[0]
        self.canvas.show_picture(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))

    # --- what can be undone --------------------------------------------------------------

    def state(self) -> Hidden:
        marks = self.canvas.brush.marks.tobytes() if len(self._shape) == 3 else b""
        return Hidden(self._in_use, self._shape, marks)

    def restore(self, state: Hidden) -> None:
        if state.shape != self._shape:
            return
        self._use_part(state.part)
        if state.marks:
            shape = self.canvas.brush.marks.shape
            self.canvas.show_marks(np.frombuffer(state.marks, bool).reshape(shape))

    # --- what happens --------------------------------------------------------------------

    def _use_part(self, part: str) -> None:
        show_choice(self._part, part)
        self._in_use = part

    def _take_part(self) -> None:
        """The canvas shows the part that is in use."""
        if len(self._shape) == 3 and self._in_use != HAND:
            self.canvas.show_marks(~mask_of(self._in_use, self._shape).numpy())

    def use_file(self, path: Path) -> bool:
        """Hide what is black in a picture file, or say why that cannot be. True where it can."""
        try:
            known = mask_of(str(path), self._shape)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.BENCH))
            return False
        self._session.settle(About.BENCH)
        self.canvas.show_marks(~known.numpy())
        self._drawn()
        return True

    @Slot()
    def _chosen(self) -> None:
        if self._part.currentData() == FILE:
            show_choice(self._part, self._in_use)
            name = ask_file(self, "Open a mask: black is hidden", PICTURES, "pictures")
            if name:
                self.use_file(Path(name))
            return
        self._in_use = self._part.currentData()
        self._take_part()
        self.changed.emit()

    @Slot()
    def _drawn(self) -> None:
        self._use_part(HAND)
        self.changed.emit()

    @Slot()
    def _moved(self) -> None:
        show_value(self._size, self.canvas.brush.size)

    @Slot(int)
    def _sized(self, size: int) -> None:
        self.canvas.brush.size = size
        self.canvas.update()

    @Slot(bool)
    def _toggled(self, clears: bool) -> None:
        self.canvas.clears = clears

    @Slot()
    def _clear(self) -> None:
        self.canvas.show_marks(np.zeros_like(self.canvas.brush.marks))
        self._drawn()
