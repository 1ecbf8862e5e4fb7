"""The controls of a reading: what is predicted, the time, the range, the schedule, the classes."""

from collections.abc import Iterator
from typing import ClassVar

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QLabel, QSpinBox, QWidget

from diffvis.app.widgets.fields import combo, decimal, label, spin
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.evaluation.readings import RANGES, other_schedules
from diffvis.models.model import Model
from diffvis.models.reading import TIMES, Reading, predictions_on

PREDICTS = {"eps": "ε", "x0": "x₀", "v": "v", "velocity": "velocity", "score": "score"}
TIME_WORDS = {
    "index": "0…T−1", "count": "1…T", "unit": "t / T", "sigma": "σ, and x / √ᾱ",
    "log_snr": "log SNR",
}  # fmt: skip
SAYS = {
    "predicts": (
        "Predicts", "What the network predicts",
        "Noise ε, data x₀, v = √ᾱ ε − √(1−ᾱ) x₀, or on other paths their velocity",
    ),
    "time": ("Time", "What the network is told of t", "What it is told of t = 1 … T"),
    "range": ("Range", "Range of the images", "The range of images as the network sees them"),
    "schedule": (
        "Schedule", "Noise schedule of the network", "Which ᾱ_t belongs to each t; T stays",
    ),
    "classes": (
        "Classes", "Number of classes of the network",
        "How many labels the network knows, but for that which means no class; with 0 it is never "
        "given one",
    ),
    "null": (
        "No class", "The label that means no class",
        "What the network is given where it is told no class, as guidance needs",
    ),
    "clip_range": (
        "Clip at", "Where x̂₀ is clipped, in halves of the range",
        "Static clipping keeps x̂₀ within the range; at 2, within one twice as wide",
    ),
}  # fmt: skip
MOST_CLASSES, MOST_CLIP = 10_000, 100.0


class ReadingFields(QWidget):
    """A control for each; their values are those of a ``Reading``. What means nothing for a network
    is not there: classes where it takes none, a range of points.
    """

    changed = Signal(str)  # the name of the field that the person has changed

    SEARCHED: ClassVar[tuple[str, ...]] = ("predicts", "time", "range", "schedule")
    """Those whose best value the check finds."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, list[object]] = {}
        self._first: tuple[str, Reading] | None = None  # how the model was read when it was opened
        self._now: Reading | None = None
        self._boxes: dict[str, QComboBox] = {}
        for name in (*self.SEARCHED, "null"):
            _, says, tip = SAYS[name]
            box = combo(f"reverse.reading.{name}", says, tip=tip)
            box.activated.connect(lambda _index, name=name: self.changed.emit(name))
            self._boxes[name] = box
        self._classes = _spin("classes")
        self._clip_range = _decimal("clip_range")
        for name, number in (("classes", self._classes), ("clip_range", self._clip_range)):
            number.valueChanged.connect(lambda _value, name=name: self.changed.emit(name))
        self._controls: dict[str, tuple[QLabel, QWidget]] = {}
        controls = {**self._boxes, "classes": self._classes, "clip_range": self._clip_range}
        for name, (words, _, _) in SAYS.items():
            caption = label(words, "muted")
            caption.setBuddy(controls[name])
            self._controls[name] = caption, controls[name]
            for widget in self._controls[name]:
                widget.setParent(self)  # also while it is not laid out
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(8)
        self._rows.setVerticalSpacing(5)
        for column in (1, 3):
            self._rows.setColumnStretch(column, 1)

    def changes(self, name: str) -> dict[str, object]:
        """What a control says now, as changes of the reading."""
        if name == "clip_range":
            return {name: self._clip_range.value()}
        if name == "classes":
            return self._of_classes(self._classes.value())
        return {name: self._values[name][self._boxes[name].currentIndex()]}

    def fit(self, model: Model) -> None:
        """Offer what can be chosen for this model, and show how it is read."""
        reading = model.reading
        assert reading is not None, "only a model with a reading has a form"
        if self._first is None or self._first[0] != model.key:
            self._first = model.key, reading
        first, self._now = self._first[1], reading
        usual = *predictions_on(reading.schedule), reading.predicts
        self._offer("predicts", {each: PREDICTS[each] for each in usual}, reading.predicts)
        own = [] if first.time in TIMES else [(first.time, "a function of its own")]
        times = dict([*((word, TIME_WORDS[word]) for word in TIMES), *own])
        self._offer("time", times, reading.time)
        ranges = dict.fromkeys((first.range, reading.range, *RANGES))
        self._offer("range", {each: _range_in_words(each) for each in ranges}, reading.range)
        self._offer("schedule", _schedules(first, reading), reading.schedule)
        self._offer("null", _nulls(reading), reading.null)
        with QSignalBlocker(self._classes), QSignalBlocker(self._clip_range):
            self._classes.setValue(len(reading.classes))
            self._clip_range.setValue(reading.clip_range)
        self._boxes["null"].setEnabled(bool(reading.classes))
        takes = model.takes_classes or bool(first.classes)
        classes = {"classes", "null"} if takes else set()
        of_images = set() if model.is_points else {"range", "clip_range"}
        self._arrange({"predicts", "time", "schedule"} | classes | of_images)

    def _of_classes(self, count: int) -> dict[str, object]:
        """Their names stay as far as there are any; a label after the last of them goes with it."""
        assert self._now is not None, "something is shown"
        names, null = self._now.classes, self._now.null
        more = tuple(map(str, range(len(names), count)))
        follows = null == len(names) or (null is not None and null > count)
        return {"classes": names[:count] + more, "null": count if follows else null}

    def _offer(self, name: str, choices: dict[object, str], chosen: object) -> None:
        box = self._boxes[name]
        self._values[name] = list(choices)
        with QSignalBlocker(box):
            box.clear()
            box.addItems(list(choices.values()))
            box.setCurrentIndex(self._values[name].index(chosen))

    def _arrange(self, offered: set[str]) -> None:
        """Two beside each other, without holes for those that mean nothing here."""
        place: Iterator[int] = iter(range(len(offered)))
        for name, pair in self._controls.items():
            for widget in pair:
                self._rows.removeWidget(widget)
                widget.setVisible(name in offered)
            if name in offered:
                number = next(place)
                for beside, widget in enumerate(pair):
                    self._rows.addWidget(widget, number // 2, 2 * (number % 2) + beside)


def _spin(name: str) -> QSpinBox:
    _, says, tip = SAYS[name]
    return spin(f"reverse.reading.{name}", says, 0, MOST_CLASSES, 0, tip)


def _decimal(name: str) -> QDoubleSpinBox:
    _, says, tip = SAYS[name]
    return decimal(f"reverse.reading.{name}", says, 0.1, MOST_CLIP, 1.0, tip)


def _range_in_words(low_high: tuple[float, float]) -> str:
    return "{:g} … {:g}".format(*low_high).replace("-", "−")


def _nulls(reading: Reading) -> dict[object, str]:
    """None of them, or one: usually it comes after the classes."""
    after = len(reading.classes)
    found: dict[object, str] = {None: "none: no guidance", after: f"label {after}"}
    named = enumerate(reading.classes)
    found |= {k: f"label {k}" if name == str(k) else f"label {k}: {name}" for k, name in named}
    if reading.null is not None:
        found.setdefault(reading.null, f"label {reading.null}")
    return found


def _schedules(first: Reading, reading: Reading) -> dict[object, str]:
    """The model's own, that on show, and the known kinds of as many steps."""
    found: dict[NoiseSchedule, str] = {first.schedule: first.schedule.kind}
    for each in (reading.schedule, *other_schedules(first.schedule)):
        found.setdefault(each, each.kind)
    return dict(found)
