"""Which samples Forward shows, and how: the row of controls over its picture."""

import torch
from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLabel

from diffvis.app.widgets.fields import (
    button,
    choose,
    combo,
    identify,
    label,
    offer,
    show_choice,
    show_value,
    spin,
)
from diffvis.app.widgets.flow import FlowRow
from diffvis.data.browse import leaf, members
from diffvis.data.dataset import Dataset

IMAGE_COUNTS = (1, 4, 9, 16, 25, 36, 49, 64)
POINT_COUNTS = (500, 2_000, 10_000, 100_000)
IMAGE_VIEWS = (
    ("Equation", "equation"),
    ("x_t alone", "large"),
    ("Jump and walk", "compare"),
)
POINT_VIEWS = (
    ("Equation", "equation"),
    ("Points x_t", "cloud"),
    ("Density of x_t", "density"),
    ("Jump and walk", "compare"),
    ("The step back", "step"),
)
LINE_VIEWS = (
    ("Equation", "equation"),
    ("Map over (t, x)", "heatmap"),
    ("Jump and walk", "compare"),
    ("The step back", "step"),
)
SPACE_VIEWS = (*POINT_VIEWS, ("In space", "space"))
ALL = -1  # in the list of classes


class ForwardBrowser(FlowRow):
    """Leafs through a data set: ``changed`` is other samples, ``view_changed`` another look."""

    changed = Signal()
    view_changed = Signal()

    def __init__(self) -> None:
        self._data: Dataset | None = None
        self._view = combo(
            "forward.show",
            "What is shown",
            tip="Equation: x_t as a sum of x_0 and ε, each symbol a picture\n"
            "x_t alone: as large as there is room for\n"
            "Map over (t, x): the density of points on a line, with ways from x_0 to x_T\n"
            "Jump and walk: the closed form q(x_t | x_0) against the true chain q(x_t | x_{t−1})\n"
            "In space: points of three dimensions, which the mouse turns, or after Tab arrow keys\n"
            "The step back: the true q(x_s | x_t) of points against the Gaussian of DDPM",
        )
        self._view.setMinimumContentsLength(11)
        self._counts = combo("forward.count", "How many samples", tip="How many samples are shown")
        self._counts.setMinimumContentsLength(3)
        self._previous = button("‹", "forward.previous", "Previous samples", "The samples before")
        self._number = spin(
            "forward.first", "Number of the sample", 0, 0, 0, "Its place in the data, from 0"
        )
        self._others = button("›", "forward.others", "Next samples", "The samples that follow")
        self._random = button("Random", "forward.random", "Random samples", "Samples from anywhere")
        self._spread = QCheckBox("spread")
        tip = "Samples from all over the data; else those that follow the first in the file"
        identify(self._spread, "forward.spread", "Spread the samples over the data", tip)
        self._spread.setChecked(True)
        self._classes = combo("forward.class", "Class of the samples", tip="Show only one class")
        self._classes.setMinimumContentsLength(6)
        self._paths = QCheckBox("paths")
        tip = "The way of some points from x_0 to x_T; a clicked point is one of them"
        identify(self._paths, "forward.paths", "Show paths of points", tip)
        self._velocity = QCheckBox("velocity")
        tip = "Of a clicked point its velocity dx_t/du, u = t/T, between x_0 and ε; else its kernel"
        identify(self._velocity, "forward.velocity", "Show the velocity of a clicked point", tip)
        self.draw = button("✎", "forward.draw", "Draw data", "Draw your own points to noise")
        self._samples: QLabel = label("samples", "muted")
        self._samples.setBuddy(self._counts)
        self._of: QLabel = label("", "muted")
        self._of.setObjectName("forward.of")
        super().__init__(
            self._view, self._paths, self._velocity, self._samples, self._counts, self._of,
            self._spread, self._previous, self._number, self._others, self._random, self._classes,
            self.draw,
        )  # fmt: skip
        self._view.activated.connect(self._view_chosen)
        self._paths.toggled.connect(self._view_chosen)
        self._velocity.toggled.connect(self._view_chosen)
        self._counts.activated.connect(self._count_chosen)
        self._spread.toggled.connect(self.changed)
        self._previous.clicked.connect(self._leaf_back)
        self._others.clicked.connect(self._leaf_on)
        self._random.clicked.connect(self._leaf_anywhere)
        self._number.valueChanged.connect(self._number_typed)
        self._classes.activated.connect(self._class_chosen)
        self.first = 0

    @property
    def view(self) -> str:
        """``equation``, ``large``, ``cloud``, ``density``, ``heatmap``, ``space``, ``step`` or
        ``compare``.
        """
        return self._view.currentData()

    @property
    def views(self) -> dict[str, str]:
        """All that are offered for these data, and what people call them."""
        box = self._view
        return {box.itemData(place): box.itemText(place) for place in range(box.count())}

    def choose_view(self, view: str) -> None:
        """Choose one as a person does."""
        choose(self._view, self._view.findData(view))

    @property
    def count(self) -> int:
        return self._counts.currentData()

    @property
    def spread(self) -> bool:
        """Whether the samples come from all over the data, rather than follow the first."""
        return self._spread.isChecked()

    @property
    def of_class(self) -> int | None:
        chosen = self._classes.currentData()
        return None if chosen in (None, ALL) else chosen

    @property
    def paths(self) -> bool:
        return self._paths.isChecked() and self.view in ("cloud", "density")

    @property
    def velocity(self) -> bool:
        """Whether the velocity of a clicked point is drawn rather than its kernel."""
        return self._velocity.isChecked() and self.view in ("cloud", "density")

    def use(self, data: Dataset) -> None:
        """Offer what there is in ``data``, from its first sample on; ``changed`` is not emitted."""
        view = self._view.currentData()
        self._data = data
        self._view.clear()
        on_points = {(1,): LINE_VIEWS, (3,): SPACE_VIEWS}.get(data.shape, POINT_VIEWS)
        for text, name in on_points if data.is_points else IMAGE_VIEWS:
            offer(self._view, text, name)
        show_choice(self._view, {"large": "cloud", "cloud": "large"}.get(view, view))
        show_choice(self._view, view)
        self._view.setCurrentIndex(max(0, self._view.currentIndex()))
        self._classes.clear()
        self._classes.addItem("all classes", ALL)
        for number in data.labels.unique().tolist() if data.labels is not None else ():
            self._classes.addItem(data.classes[number], number)  # one without samples shows none
        self._number.setMaximum(len(data) - 1)
        self._offer_counts()
        self.first = 0
        self._show_what_fits()

    def restore(self) -> None:
        """The defaults; ``changed`` is not emitted."""
        assert self._data is not None
        self._view.setCurrentIndex(0)
        usuals = ((self._paths, False), (self._velocity, False), (self._spread, True))
        for box, usual in usuals:
            with QSignalBlocker(box):
                box.setChecked(usual)
        self._counts.clear()
        self.use(self._data)

    def state(self) -> dict[str, object]:
        """What is chosen, by the words that name it."""
        return {
            "view": self.view,
            "paths": self._paths.isChecked(),
            "velocity": self._velocity.isChecked(),
            "class": self.of_class,
            "samples": self.count,
            "spread": self.spread,
            "first sample": self.first,
        }

    def says(self, name: str) -> str:
        """What is chosen, as it is read on screen."""
        boxes = {"view": self._view, "class": self._classes, "samples": self._counts}
        ticks = {"paths": self._paths, "velocity": self._velocity, "spread": self._spread}
        if name in ticks:
            return "on" if ticks[name].isChecked() else "off"
        return boxes[name].currentText() if name in boxes else self._number.text()

    def show(self, state: dict[str, object]) -> None:
        """Show what was chosen; nothing is emitted."""
        show_choice(self._view, state["view"])
        show_choice(self._classes, ALL if state["class"] is None else state["class"])
        self._offer_counts()
        show_choice(self._counts, state["samples"])
        self.first = state["first sample"]
        boxes = {"paths": self._paths, "velocity": self._velocity, "spread": self._spread}
        for name, box in boxes.items():
            ticked = state[name]
            with QSignalBlocker(box):
                box.setChecked(ticked)
        self._say_how_many(len(members(self._data, self.of_class)))

    @property
    def first(self) -> int:
        """The number of the first sample on show."""
        return self._first

    @first.setter
    def first(self, number: int) -> None:
        self._first = number
        show_value(self._number, number)

    def _offer_counts(self) -> None:
        """As many as there are; the same as before where that is possible."""
        assert self._data is not None
        there = len(members(self._data, self.of_class))
        before, is_points = self._counts.currentData(), self._data.is_points
        usual_counts = POINT_COUNTS if is_points else IMAGE_COUNTS
        offered = [n for n in usual_counts if n < there]
        if there <= usual_counts[-1]:
            offered.append(there)  # all of them
        self._counts.clear()
        for n in offered:
            self._counts.addItem(f"{n:,}", n)
        longest = max(len(self._counts.itemText(i)) for i in range(self._counts.count()))
        self._counts.setMinimumContentsLength(max(3, longest - 3))  # letters are wider than digits
        usual = offered[min(1, len(offered) - 1)] if is_points else offered[0]
        show_choice(self._counts, before if before in offered else usual)
        self._say_how_many(there)

    def _say_how_many(self, there: int) -> None:
        """How many there are to choose from, and whether there are others to go to."""
        self._of.setText(f"of {there:,}")
        for control in (self._others, self._previous, self._random):
            control.setEnabled(there > self.count)
        self._show_what_fits()

    @Slot()
    def _show_what_fits(self) -> None:
        """Only what means something for these data."""
        if self._data is None:
            return
        images = not self._data.is_points
        self._number.setVisible(images)
        self._random.setVisible(images)
        subset = len(members(self._data, self.of_class)) > self.count
        self._of.setVisible(subset)
        self._spread.setVisible(subset and self.count > 1)
        self._classes.setVisible(images and self._classes.count() > 1)
        for box in (self._paths, self._velocity):
            box.setVisible(self.view in ("cloud", "density"))

    @Slot()
    def _view_chosen(self) -> None:
        self._show_what_fits()
        self.view_changed.emit()

    @Slot()
    def _count_chosen(self) -> None:
        assert self._data is not None
        self._say_how_many(len(members(self._data, self.of_class)))
        self.changed.emit()

    @Slot()
    def _class_chosen(self) -> None:
        self._offer_counts()
        self._leaf(0)

    @Slot()
    def _leaf_on(self) -> None:
        self._leaf(1 if self.spread else self.count)

    @Slot()
    def _leaf_back(self) -> None:
        self._leaf(-1 if self.spread else -self.count)

    @Slot()
    def _leaf_anywhere(self) -> None:
        assert self._data is not None
        self._leaf(int(torch.randint(0, len(self._data), ())))

    @Slot(int)
    def _number_typed(self, number: int) -> None:
        self._first = number
        self._leaf(0)

    def _leaf(self, by: int) -> None:
        assert self._data is not None
        self.first = leaf(self._data, self._first, by, self.of_class)
        self.changed.emit()
