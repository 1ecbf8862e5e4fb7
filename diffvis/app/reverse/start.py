"""Where the chain begins: noise at T, or a picture noised to some t."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from torch import Tensor

from diffvis.app.asking import ask_file
from diffvis.app.notices import About
from diffvis.app.picture_file import PICTURES, opened_picture
from diffvis.app.session import Session
from diffvis.app.undo.reading import REMEDY, filled, table_of
from diffvis.app.widgets.fields import (
    combo,
    label,
    show_choice,
    show_limit,
    show_value,
    spin,
)
from diffvis.data.dataset import Dataset
from diffvis.data.own_picture import read_x0
from diffvis.data.scaling import IMAGES
from diffvis.errors import UserError
from diffvis.lectures.places import PATH
from diffvis.models.model import Model
from diffvis.sampling.beginning import Beginning

NOISE, DATA, OWN = "noise", "data", "own"
FROM_NOISE = "noise at t = T"  # a drop-down has no lower T for x_T
PART = 0.5  # of the way to noise, at first


@dataclass(frozen=True)
class Start:
    """What is chosen. ``opened`` counts the pictures, of which ``own`` is the last one."""

    kind: str
    sample: int
    t: int
    own: tuple[str, Tensor] | None = field(compare=False)
    opened: int
    path: str = field(default="", compare=False)
    """Of the file that ``own`` was read from."""

    @property
    def picture(self) -> tuple[str, int]:
        """The same as long as nothing but a number is."""
        return self.kind, self.opened


class StartField(QWidget):
    """Noise x_T; or number k of the data, or a picture file, noised to a chosen t."""

    changed = Signal()
    picture_chosen = Signal()  # before it is changed: the chain no longer begins with noise

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._data = session.data  # that which is fitted: what is drawn meanwhile fits together
        self._model = session.model
        self._own: tuple[str, Tensor] | None = None
        self._opened = 0  # pictures so far
        self._path = ""  # of the last one
        self._in_use = NOISE  # what there is to go back to where no picture is opened
        self._kind = combo(
            "reverse.begin", "Where the chain begins", [(FROM_NOISE, NOISE)],
            "Begin with noise, or with a picture noised to t, as Forward shows it",
        )  # fmt: skip
        self._sample = spin("reverse.begin_sample", "Number of the sample", 0, 0, 0)
        self._sample.setToolTip("Which sample of the data: its place, from 0")
        self._t = spin(
            "reverse.begin_t", "The t to which it is noised", 1, 1, 1,
            "Less noise keeps more of the picture",
        )  # fmt: skip
        self._kind.setMinimumContentsLength(6)
        row = QHBoxLayout()
        row.setSpacing(4)
        self._number_says, self._t_says = label("no.", "muted"), label("t", "muted")
        row.addWidget(self._number_says)
        row.addWidget(self._sample, 1)
        row.addWidget(self._t_says)
        row.addWidget(self._t, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._kind)
        column.addLayout(row)
        self._kind.activated.connect(self._chosen)
        self._sample.valueChanged.connect(self.changed)
        self._t.valueChanged.connect(self.changed)
        self._show()

    @property
    def knows_data(self) -> bool:
        """Whether the chain begins with a sample of the data on show."""
        return self._in_use == DATA

    @property
    def begin(self) -> int:
        """The t at which the chain begins."""
        noise = self._kind.currentData() == NOISE
        return self._t.maximum() if noise else self._t.value()

    @property
    def key(self) -> tuple[object, ...]:
        """The same as long as ``beginning`` is."""
        kind = self._kind.currentData()
        if kind == DATA:
            return (kind, self._t.value(), self._data, self._sample.value())
        return (kind, self._t.value(), self._opened)

    def beginning(self) -> Beginning | None:
        """None: the chain begins with noise."""
        return beginning_of(self.state(), self._model, self._data)

    def fit(self, model: Model, data: Dataset) -> None:
        """Offer what has the shape of the model's samples."""
        self._data, self._model = data, model
        chosen = self._kind.currentData()
        self._kind.clear()
        self._kind.addItem(FROM_NOISE, NOISE)
        if tuple(data.shape) == tuple(model.shape):
            self._kind.addItem("data sample", DATA)
            show_limit(self._sample, len(data) - 1)
        if not model.is_points:
            self._kind.addItem("own picture…", OWN)
        if self._own is not None and tuple(self._own[1].shape) != tuple(model.shape):
            self._own = None
        if not show_choice(self._kind, chosen) or (chosen == OWN and self._own is None):
            show_choice(self._kind, NOISE)
        T = model.schedule.T
        if self._t.maximum() != T:
            show_limit(self._t, T)
            show_value(self._t, max(1, round(PART * T)))
        self._show()

    def reset(self) -> None:
        show_choice(self._kind, NOISE)
        show_value(self._sample, 0)
        show_value(self._t, max(1, round(PART * self._t.maximum())))
        self._show()

    def use_picture(self, path: Path) -> None:
        """Begin with this picture, or say why that cannot be."""
        opened = opened_picture(path, self._session, About.REVERSE)
        if opened is None:
            return
        self._own = opened
        self._opened += 1
        self._path = str(path.absolute())
        show_choice(self._kind, OWN)
        self._show()
        self.picture_chosen.emit()
        self.changed.emit()

    # --- what can be undone --------------------------------------------------------------

    def state(self) -> Start:
        kind = self._kind.currentData()
        own = self._own if kind == OWN else None
        return Start(kind, self._sample.value(), self._t.value(), own, self._opened, self._path)

    def restore(self, state: Start) -> None:
        if state.own is not None:
            self._own, self._opened, self._path = state.own, state.opened, state.path
        show_choice(self._kind, state.kind)
        show_value(self._sample, state.sample)
        show_value(self._t, state.t)
        self._show()
        self.changed.emit()

    def written(self, state: Start) -> dict[str, object]:
        """A picture by its file."""
        found: dict[str, object] = {"kind": state.kind, "sample": state.sample, "t": state.t}
        return found | ({"picture": {PATH: state.path}} if state.own is not None else {})

    def read(self, written: object) -> Start:
        """The opposite of ``written``, for the model on show.

        Raises:
            UserError: it cannot begin so, or the picture cannot be read.
        """
        table = table_of(written)
        found = filled({"kind": NOISE, "sample": 0, "t": self._t.value()}, table)
        if self._kind.findData(found["kind"]) < 0:
            raise UserError(f"no chain of this model begins with {found['kind']}", REMEDY)
        start = Start(found["kind"], found["sample"], found["t"], None, self._opened)
        if start.kind != OWN:
            return start
        path = Path(str(table_of(table.get("picture", {})).get(PATH, "")))
        own = path.name, read_x0(path, tuple(self._model.shape))
        return replace(start, own=own, opened=self._opened + 1, path=str(path))

    def says(self) -> str:
        """Where it begins, in words."""
        beginning = self.beginning()
        return "noise" if beginning is None else f"{beginning.title}, t = {beginning.t}"

    @Slot()
    def _chosen(self) -> None:
        if self._kind.currentData() == OWN:
            show_choice(self._kind, self._in_use)
            name = ask_file(self, "Begin with a picture", PICTURES, "pictures")
            if name:
                self.use_picture(Path(name))
            return
        self._show()
        if self._in_use == DATA:
            self.picture_chosen.emit()
        self.changed.emit()

    def _show(self) -> None:
        self._in_use = kind = self._kind.currentData()
        for widget in (self._number_says, self._sample):
            widget.setVisible(kind == DATA)
        for widget in (self._t_says, self._t):
            widget.setVisible(kind != NOISE)


def beginning_of(start: Start, model: Model, data: Dataset) -> Beginning | None:
    """Where a chain of the model begins that is begun so; None: with noise."""
    if start.kind == DATA:
        x0 = model.seen(data.x0([start.sample])[0], data.scaling)
        return Beginning(x0, start.t, f"no. {start.sample:,}")
    if start.kind == OWN and start.own is not None:
        return Beginning(model.seen(start.own[1], IMAGES), start.t, start.own[0])
    return None
