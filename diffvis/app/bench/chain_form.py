"""The settings of the chains that a tool walks."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from diffvis.app.bench.own_form import even_captions
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
from diffvis.app.reverse.form import put, random_seed
from diffvis.app.session import Session
from diffvis.app.widgets.controls import Choices
from diffvis.app.widgets.fields import button
from diffvis.app.widgets.more import More
from diffvis.models.model import Model
from diffvis.rendering.subjects.bench import POINTS
from diffvis.sampling.settings import ChainSettings
from diffvis.settings import Value

USUAL_SAMPLER, USUAL_STEPS = "ddim", 50


class ChainForm(QWidget):
    """It fits itself to each model; the seed is the session's."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._model = session, session.model
        self._own_classes = False
        self._fields = chain_form(chain_fields().values(), "bench.")
        self._fields["sampler"].show(USUAL_SAMPLER)
        self._fields["steps"].show(min(USUAL_STEPS, session.model.schedule.T))
        self._fields["seed"].show(session.seed)
        self._new_seed = button(
            "New", "bench.new_seed", "New seed", "Draw another seed: other noise"
        )
        self._captions: dict[str, QLabel] = {}
        self._extra = QWidget()
        self._more = More(
            self._extra, "bench.more", "More settings of the chain",
            "Where the steps lie, variance, clipping",
        )  # fmt: skip
        self._arrange()
        self._fields.changed.connect(self._changed)
        self._new_seed.clicked.connect(self._draw_seed)
        session.seed_changed.connect(self._seed_changed)

    def settings(self) -> ChainSettings:
        """The chain as it is chosen.

        Raises:
            UserError: a setting is not possible.
        """
        return ChainSettings(**self._fields.values())

    def fit(self, model: Model, usual_count: int) -> None:
        """Offer what ``model`` can do; choices stay where they can."""
        other_kind = model.is_points != self._model.is_points
        steps = self._fields["steps"]
        usual = steps.value() == min(USUAL_STEPS, self._model.schedule.T)
        self._model = model
        steps.limit(model.schedule.T)
        if usual:
            steps.show(min(USUAL_STEPS, model.schedule.T))
        self._fields["count"].limit(MOST_POINTS if model.is_points else MOST_IMAGES)
        if other_kind:
            self.show_count(usual_count)
        allow_possible(self._fields, model)
        offer_guides(self._fields, self._captions, model)
        offered = classes_of(model)
        if model.num_classes:  # a picture has a class already: none is what is usual here
            every, none, *named = offered
            offered = (none, every, *named)
        self._fields["label"].offer(offered)
        self._enable()

    def leave_classes(self, own: bool) -> None:
        """Whether the tool chooses the classes by settings of its ``own``."""
        self._own_classes = own
        self._enable()

    def show_count(self, usual: int) -> None:
        """As many samples as a tool usually has."""
        self._fields["count"].show(POINTS if self._model.is_points else usual)

    def mark_wrong(self, field: str | None) -> None:
        self._fields.mark_wrong(field)

    def reset(self, usual_count: int) -> None:
        self._fields.show({each.setting.name: each.setting.default for each in self._fields
                           if each.setting.name != "seed"})  # fmt: skip
        self._fields["sampler"].show(USUAL_SAMPLER)
        self._fields["steps"].show(min(USUAL_STEPS, self._model.schedule.T))
        self.show_count(usual_count)
        self._enable()

    def state(self) -> Mapping[str, Value]:
        return self._fields.state()

    def restore(self, state: Mapping[str, Value]) -> None:
        self._fields.show(state)
        self._enable()
        if state["seed"] != self._session.seed:
            self._session.set_seed(state["seed"])

    def told(self, before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[str, str]:
        words, name = self._fields.told(before, after)
        return words, f"bench.{name}" if name else ""

    def _arrange(self) -> None:
        rows, more = QGridLayout(), QGridLayout()
        seed = QHBoxLayout()
        seed.setSpacing(4)
        seed.addWidget(self._fields["seed"].widget, 1)
        seed.addWidget(self._new_seed)
        for each in self._fields:
            if isinstance(each, Choices):
                each.widget.setMinimumContentsLength(6)
            beside = seed if each.setting.name == "seed" else each.widget
            grid = more if each.setting.rare else rows
            self._captions[each.setting.name] = put(grid, each.setting.title, beside)
        more.setContentsMargins(0, 0, 0, 0)
        for grid in (rows, more):
            even_captions(grid)
        self._extra.setLayout(more)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(rows)
        whole.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addWidget(self._extra)

    def _enable(self) -> None:
        classes = self._model.num_classes
        self._fields.never("label", not classes or self._own_classes)
        told = {"label": 0} if classes and self._own_classes else {}
        self._fields.enable(T=self._model.schedule.T, **told)
        show_own_of_sampler(self._fields, self._captions)

    @Slot(str)
    def _changed(self, name: str) -> None:
        if name == "seed":
            self._session.set_seed(self._fields["seed"].value())
            return
        self._enable()
        self.changed.emit()

    @Slot(object)
    def _seed_changed(self, seed: int) -> None:
        self._fields["seed"].show(seed)
        self.changed.emit()

    @Slot()
    def _draw_seed(self) -> None:
        self._session.set_seed(random_seed())
