"""What is drawn with the points of a chain: their ways, the data's density, a field."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget
from torch import Tensor

from diffvis.app.session import Session
from diffvis.app.widgets.fields import combo, identify, show_choice
from diffvis.data.dataset import Dataset
from diffvis.models.model import Model
from diffvis.rendering.chain_cloud import MOST_PATHS, Layers, path_of, tails_of
from diffvis.rendering.chain_layers import (
    behind,
    class_of_field,
    class_of_guidance,
    field_of,
    sharpened_at,
    some_data,
)
from diffvis.rendering.field import Field
from diffvis.rendering.guidance import Guidance
from diffvis.sampling.extent import extent_of
from diffvis.sampling.guides import earlier_steps
from diffvis.sampling.recording import Recording
from diffvis.sampling.settings import ChainSettings

FIELDS = (
    ("field", None), ("ε̂(x, t)", "eps"), ("score", "streamlines"), ("score →", "score"),
)  # fmt: skip
GUIDANCE = ("guidance", "guidance")  # of models that know classes, or have earlier checkpoints
FIELD_TIP = (
    "Where the model pushes at every place, not only where points are, or nothing:\n"
    "ε̂(x, t), the noise that it sees there; lines along the score ∇ log q(x_t) = −ε̂ / σ_t, where\n"
    "σ_t is the factor of ε in x_t,\n"
    "with the data's contours and the points' tails; the score as arrows; or, where there are\n"
    "classes, the scores without and with one, and what guidance makes of them, over the contours\n"
    "of the law that guidance is often said to sample"
)
KEPT_FIELDS = 64  # of moments that may be looked at again


BARE: Mapping[str, object] = {"paths": False, "density": False, "field": ""}
"""The look of points that nothing surrounds."""


class Around(QObject):
    """The controls that say what surrounds points, and the layers that they ask for."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._fields: OrderedDict[tuple[object, ...], Field] = OrderedDict()  # the newest last
        self._some: tuple[Dataset, Model, dict[int | None, Tensor]] | None = None
        """Points of the data on show, by class."""
        self._paths = _box("paths", "paths", "Paths", "Where some points have been since x_T")
        self._density = _box(
            "data", "density", "Density of the data",
            "The density of the data noised to the same t, q(x_t), as a shade;\n"
            "with lines along the score also its contours, each half the one within",
        )  # fmt: skip
        self._kind: QComboBox = combo("reverse.field", "Vector field", FIELDS, FIELD_TIP)
        self._kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._kind.setMinimumContentsLength(0)
        self._boxes = self._paths, self._density
        self._kind.activated.connect(self._field_chosen)
        for box in self._boxes:
            box.clicked.connect(self.changed)

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """For the panel to place."""
        return self._kind, *self._boxes

    def fit(self) -> None:
        """Offer what the session's model and data have to show."""
        model, data = self._session.model, self._session.data
        for control in self.controls:
            control.setVisible(self._surrounds)
        self._density.setEnabled(tuple(data.shape) == tuple(model.shape))
        there = self._kind.findData(GUIDANCE[1])
        if self._guides and there < 0:
            self._kind.addItem(*GUIDANCE)
        elif not self._guides and there >= 0:
            self._kind.removeItem(there)

    def reset(self) -> None:
        for box in self._boxes:
            box.setChecked(False)
        self._kind.setCurrentIndex(0)

    def look(self) -> dict[str, object]:
        """What is asked for, also where it cannot be drawn now."""
        ticked = {"paths": self._paths.isChecked(), "density": self._density.isChecked()}
        return ticked | {"field": self._kind.currentData() or ""}

    def show_look(self, look: Mapping[str, Any]) -> None:
        """Ask for the same again."""
        for name, box in (("paths", self._paths), ("density", self._density)):
            box.setChecked(look[name])
        show_choice(self._kind, look["field"] or None)
        self.changed.emit()

    def hide(self) -> None:
        """Nothing surrounds points in space."""
        for control in self.controls:
            control.setVisible(False)

    def offer_shade(self, possible: bool, wanted: bool) -> None:
        """Whether the data's density can be drawn with points on a line, and is from the start."""
        if self._surrounds:
            return
        self._density.setVisible(possible)
        if possible and wanted:
            self._density.setChecked(True)

    # --- what is wanted ------------------------------------------------------------------

    @property
    def paths(self) -> bool:
        """Whether the paths of points are drawn."""
        return self._surrounds and self._wants(self._paths)

    @property
    def tails(self) -> bool:
        """Whether points have tails."""
        return self.field == "streamlines"

    @property
    def contours(self) -> bool:
        """Whether the data behind points has contours."""
        return self.field in ("streamlines", "guidance") and self.shade is not None

    @property
    def field(self) -> str:
        """Which field is drawn behind points; "" for none."""
        return (self._kind.currentData() or "") if self._surrounds else ""

    @property
    def shade(self) -> Dataset | None:
        """The data whose density is drawn behind points."""
        return self._session.data if self._wants(self._density) else None

    @property
    def _guides(self) -> bool:
        """Whether there is guidance to draw."""
        model = self._session.model
        return tuple(model.shape) == (2,) and bool(model.num_classes or earlier_steps(model))

    @property
    def _surrounds(self) -> bool:
        """Whether there is room around the points: they lie on no line."""
        return self._session.model.is_points and tuple(self._session.model.shape) != (1,)

    def _wants(self, box: QCheckBox) -> bool:
        return self._session.model.is_points and box.isChecked() and box.isEnabled()

    # --- what is drawn -------------------------------------------------------------------

    def layers(
        self, model: Model, settings: ChainSettings, main: Recording | None, t: int, shown: int
    ) -> Layers:
        """At the shared t, when the samples are those of the time ``shown``.

        ``main`` is the chain as far as it has been walked; None before its first step.
        """
        if not self._surrounds or tuple(model.shape) == (1,):
            return Layers()
        paths = tails = None
        if main is not None and (self.paths or self.tails):
            moments = [(step.t, step.x_t) for step in list(main.steps) if step.t > shown]
            moments.append((shown, main.x_at(t)))
            if self.paths:
                paths = path_of([x for _, x in moments], MOST_PATHS)
            if self.tails:
                tails = tails_of(moments, model.schedule.T)
        field = None
        if self.field and (self.field != "guidance" or model.num_classes or settings.guide_by):
            field = self.field_at(model, settings, shown, self.field)
        guides = self.field == "guidance" and field is not None and not settings.guide_by
        label = class_of_guidance(model, settings) if guides else class_of_field(settings)
        shade = self._some_data(model, label)
        if guides and label is not None and shade is not None:
            every = self._some_data(model, None)
            assert every is not None
            density = sharpened_at(
                every, shade, model.schedule, shown, settings.guidance, extent_of(model)
            )
            return Layers(None, field, paths, density, tails, sharpened=True)
        data, density = behind(shade, model.schedule, shown, self.contours, extent_of(model))
        return Layers(data, field, paths, density, tails)

    def field_at(
        self, model: Model, settings: ChainSettings, t: int, kind: str
    ) -> Field | Guidance:
        key = (model, t, kind, class_of_field(settings), settings.guidance, settings.guide_by)
        if key not in self._fields:
            self._fields[key] = field_of(model, settings, t, kind, model.device or "cpu")
            while len(self._fields) > KEPT_FIELDS:
                self._fields.popitem(last=False)
        return self._fields[key]

    def _some_data(self, model: Model, label: int | None) -> Tensor | None:
        """The points (of a class) whose density is drawn, if it is, as the model sees them."""
        data = self.shade
        if data is None or not data.is_points:  # the latter between two signals of one change
            return None
        if self._some is None or self._some[:2] != (data, model):  # once, not at every t
            self._some = data, model, {}
        known = self._some[2]
        if label not in known:
            known[label] = model.seen(some_data(data, label), data.scaling)
        return known[label]

    # --- what the person does ------------------------------------------------------------

    @Slot()
    def _field_chosen(self) -> None:
        """The score comes as the figure that it is in papers; what of that is too much can go."""
        if self.field in ("streamlines", "guidance"):
            self._density.setChecked(True)
        self.changed.emit()


def _box(words: str, role: str, name: str, tip: str) -> QCheckBox:
    box = QCheckBox(words)
    identify(box, f"reverse.{role}", name, tip)
    return box
