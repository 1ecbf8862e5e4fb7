"""What a person can choose about a reverse chain."""

from collections.abc import Mapping
from functools import partial

import torch
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from diffvis.app.reverse.fields import (
    MOST_IMAGES,
    MOST_POINTS,
    allow_possible,
    chain_fields,
    chain_form,
    classes_of,
    offer_guides,
    show_own_of_sampler,
)
from diffvis.app.reverse.start import StartField
from diffvis.app.session import Session
from diffvis.app.undo.reading import plain, table_of
from diffvis.app.widgets.controls import Choices
from diffvis.app.widgets.fields import MAX_INT, button, identify, label
from diffvis.app.widgets.form import without_effect
from diffvis.app.widgets.more import More
from diffvis.app.widgets.symbols import in_plain, with_subscripts
from diffvis.models.model import Model
from diffvis.sampling.settings import BEGINNING, EVERY_CLASS, ChainSettings, chain_settings
from diffvis.settings import Choice, Value

DEFAULT_COUNT = {True: 1_000, False: 16}  # of points, of images


class ReverseForm(QWidget):
    """The settings of the chain for the session's model; it fits itself to each model."""

    changed = Signal()  # the person has changed a setting

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = session.model
        self._classes: tuple[Choice, ...] = ()
        self._fields = chain_form(chain_fields().values(), "reverse.")
        self._fields["seed"].show(session.seed)
        self._captions: dict[str, QLabel] = {}
        self._make_widgets()
        self._arrange()
        session.seed_changed.connect(self._seed_changed)
        session.data_changed.connect(self._data_changed)

    @property
    def model(self) -> Model:
        """The one whose settings are offered."""
        return self._model

    def settings(self) -> ChainSettings:
        """The chain that Run would walk."""
        return ChainSettings(**self._fields.values())

    def fit(self, model: Model, *, keep: bool = False) -> None:
        """Offer what ``model`` can do. ``keep``: the person's choices stay where they can."""
        steps, count = self._fields["steps"], self._fields["count"]
        whole = not keep or steps.value() == self._model.schedule.T
        self._model = model
        most = MOST_POINTS if model.is_points else MOST_IMAGES
        chosen = count.value()
        steps.limit(model.schedule.T)
        count.limit(most)
        if whole:
            steps.show(model.schedule.T)
        count.show(min(chosen, most) if keep else DEFAULT_COUNT[model.is_points])
        allow_possible(self._fields, model)
        offer_guides(self._fields, self._captions, model)
        self._offer_classes(model)
        self.start.fit(model, self._session.data)
        self._enable()

    def take(self, values: Mapping[str, Value]) -> None:
        """Show these settings, as if the person had chosen them; the steps are at most T."""
        for name, value in values.items():
            most = self._model.schedule.T
            self._fields[name].show(min(value, most) if name == "steps" else value)
        self._enable()
        self.changed.emit()

    def reset(self) -> None:
        """Every setting as it was when the model was opened."""
        for each in self._fields:
            if each.setting.group != BEGINNING:
                each.show(each.setting.default)
        self._classes = ()
        self._fresh.setChecked(False)
        self.start.reset()
        self.fit(self._session.model)

    def draw_seed_if_wanted(self) -> None:
        """A new seed for the run that follows, where the person wants one each time."""
        if self._fresh.isChecked():
            with self._session.history.silent():
                self._session.set_seed(random_seed())

    # --- what can be undone --------------------------------------------------------------

    def state(self) -> dict[str, object]:
        fresh = self._fresh.isChecked()
        return {"fields": self._fields.state(), "start": self.start.state(), "fresh": fresh}

    def restore(self, state: dict[str, object]) -> None:
        self._fresh.setChecked(state["fresh"])
        if self.start.state() != state["start"]:
            self.start.restore(state["start"])
        self._fields.restore(state["fields"])

    def written(self, state: dict[str, object]) -> dict[str, object]:
        """Without the wish for other seeds: what was kept is to be the same each time."""
        return {"fields": plain(state["fields"]), "start": self.start.written(state["start"])}

    def read(self, written: object) -> dict[str, object]:
        found, declared = table_of(written), chain_settings()
        fields = self._fields.state()
        for name, value in table_of(found.get("fields", {})).items():
            if name in fields and name in declared:
                fields[name] = declared[name].check(value)
        start = self.start.read(found.get("start", {}))
        return {"fields": fields, "start": start, "fresh": False}

    def told(self, before: dict[str, object], after: dict[str, object]) -> tuple[str, str]:
        if before["fields"] != after["fields"]:
            words, name = self._fields.told(before["fields"], after["fields"])
            return words, f"reverse.{name}"
        if before["start"] != after["start"]:
            a_number = before["start"].picture == after["start"].picture
            return f"begin: {self.start.says()}", "reverse.start" if a_number else ""
        return "new seed each run", ""

    # --- widgets -------------------------------------------------------------------------

    def _make_widgets(self) -> None:
        self.new_seed = button("New", "reverse.new_seed", "New seed", "Draw another seed and run")
        self._fresh = QCheckBox("new each run")
        identify(
            self._fresh, "reverse.fresh_seed", "New seed at every run", "Other samples at every Run"
        )
        self.start = StartField(self._session)
        self._extra = QWidget()
        self._more = More(
            self._extra, "reverse.more", "More settings",
            "Where the steps lie, variance, clipping, where to begin",
        )  # fmt: skip
        for each in self._fields:
            if isinstance(each, Choices):
                each.widget.setMinimumContentsLength(6)
        self._fields.changed.connect(self._changed)
        self._fresh.clicked.connect(partial(self._session.history.edited, "reverse"))
        self.start.picture_chosen.connect(self._fit_class)
        self.start.changed.connect(self.changed)

    def _arrange(self) -> None:
        rows, more = QGridLayout(), QGridLayout()
        seed = QHBoxLayout()
        seed.setSpacing(4)
        seed.addWidget(self._fields["seed"].widget, 1)
        seed.addWidget(self.new_seed)
        for each in self._fields:
            beside = seed if each.setting.name == "seed" else each.widget
            grid = more if each.setting.rare else rows
            self._captions[each.setting.name] = put(grid, each.setting.title, beside)
        rows.addWidget(self._fresh, rows.rowCount(), 0, 1, 2, Qt.AlignmentFlag.AlignRight)
        put(more, "Begin", self.start)
        more.setContentsMargins(0, 0, 0, 0)
        self._extra.setLayout(more)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(rows)
        whole.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addWidget(self._extra)
        whole.addStretch(1)

    def _offer_classes(self, model: Model) -> None:
        """All in turn, unless the person has chosen: a class is what such a model is best at.

        A choice among other classes is none of these, and no reason to guide to these.
        """
        box, offered = self._fields["label"], classes_of(model)
        box.offer(offered)
        if offered != self._classes:
            box.show(offered[0].value)
            guidance = self._fields["guidance"]
            guidance.show(guidance.setting.default)
        self._classes = offered
        tip = box.setting.tip if model.num_classes else "This model was trained without classes"
        box.widget.setToolTip(in_plain(tip))

    def _enable(self) -> None:
        """Only what has an effect can be changed."""
        self._fields.never("label", not self._model.num_classes)
        self._fields.enable(T=self._model.schedule.T)
        show_own_of_sampler(self._fields, self._captions)

    # --- what happens --------------------------------------------------------------------

    @Slot(str)
    def _changed(self, name: str) -> None:
        if name == "seed":
            self._session.set_seed(self._fields["seed"].value())
            return
        self._enable()
        self.changed.emit()

    @Slot()
    def _fit_class(self) -> None:
        """With all classes in turn one picture would become each of them."""
        box = self._fields["label"]
        if box.value() == EVERY_CLASS and not self._model.needs_class:
            box.show(None)
            self._enable()

    @Slot(object)
    def _seed_changed(self, seed: int) -> None:
        self._fields["seed"].show(seed)
        self.changed.emit()

    @Slot()
    def _data_changed(self) -> None:
        self.start.fit(self._model, self._session.data)


def chain_that_says(fields: Mapping[str, Value], model: Model) -> ChainSettings:
    """The chain of a model whose form would say this, and of the rest what it says at first:
    without what has no effect then.
    """
    usual = {
        "steps": model.schedule.T,
        "count": DEFAULT_COUNT[model.is_points],
        "label": EVERY_CLASS if model.num_classes else None,
    }
    values = ChainSettings().model_dump() | usual | dict(fields)
    never = () if model.num_classes else ("label",)
    declared = {name: each for name, each in chain_fields().items() if name in values}
    idle = without_effect(declared, values, set(never), T=model.schedule.T)
    return ChainSettings(**{name: value for name, value in values.items() if name not in idle})


def put(grid: QGridLayout, text: str, control: QWidget | QHBoxLayout) -> QLabel:
    """One row more of a form: what it is on the left, which is returned, the control beside it."""
    row = grid.rowCount()
    caption = label(with_subscripts(text), "muted")
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(1, 1)
    grid.addWidget(caption, row, 0)
    if isinstance(control, QWidget):
        caption.setBuddy(control)
        grid.addWidget(control, row, 1)
    else:
        caption.setBuddy(control.itemAt(0).widget())
        grid.addLayout(control, row, 1)
    return caption


def random_seed() -> int:
    """From torch's own generator, which nothing else in the window draws from."""
    return int(torch.randint(0, MAX_INT, ()))
