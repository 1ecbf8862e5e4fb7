"""The controls of a reading: what is predicted, the time, the range, the schedule."""

from collections.abc import Iterator
from typing import ClassVar

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QLabel

from diffvis.app.widgets.fields import combo, label
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.evaluation.readings import RANGES, other_schedules
from diffvis.models.model import Model
from diffvis.models.reading import TIMES, Reading

PREDICTS = {"eps": "ε", "x0": "x₀", "v": "v"}
TIME_WORDS = {
    "index": "0…T−1", "count": "1…T", "unit": "t / T", "sigma": "σ, and x / √ᾱ",
    "log_snr": "log SNR",
}  # fmt: skip
SAYS = {
    "predicts": (
        "Predicts", "What the network predicts", "Noise ε, data x₀, or v = √ᾱ ε − √(1−ᾱ) x₀",
    ),
    "time": ("Time", "What the network is told of t", "What it is told of t = 1 … T"),
    "range": ("Range", "Range of the images", "The range of images as the network sees them"),
    "schedule": (
        "Schedule", "Noise schedule of the network", "Which ᾱ_t belongs to each t; T stays",
    ),
}  # fmt: skip


class ReadingFields(QObject):
    """A drop-down for each; their values are those of a ``Reading``."""

    changed = Signal(str)  # the name of the field that the person has changed

    NAMES: ClassVar[tuple[str, ...]] = tuple(SAYS)

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, list[object]] = {}
        self._first: tuple[str, Reading] | None = None  # how the model was read when it was opened
        self._boxes: dict[str, QComboBox] = {}
        for name, (_, says, tip) in SAYS.items():
            box = combo(f"reverse.reading.{name}", says, tip=tip)
            box.activated.connect(lambda _index, name=name: self.changed.emit(name))
            self._boxes[name] = box

    def rows(self) -> Iterator[tuple[QLabel, QComboBox]]:
        """Each control with its caption."""
        for name, box in self._boxes.items():
            caption = label(SAYS[name][0], "muted")
            caption.setBuddy(box)
            yield caption, box

    def value(self, name: str) -> object:
        return self._values[name][self._boxes[name].currentIndex()]

    def fit(self, model: Model) -> None:
        """Offer what can be chosen for this model, and show how it is read."""
        reading = model.reading
        assert reading is not None, "only a model with a reading has a form"
        if self._first is None or self._first[0] != model.key:
            self._first = model.key, reading
        first = self._first[1]
        self._offer("predicts", PREDICTS, reading.predicts)
        own = [] if first.time in TIMES else [(first.time, "a function of its own")]
        times = dict([*((word, TIME_WORDS[word]) for word in TIMES), *own])
        self._offer("time", times, reading.time)
        ranges = dict.fromkeys((first.range, reading.range, *RANGES))
        self._offer("range", {each: _range_in_words(each) for each in ranges}, reading.range)
        self._boxes["range"].setEnabled(not model.is_points)
        self._offer("schedule", _schedules(first, reading), reading.schedule)

    def _offer(self, name: str, choices: dict[object, str], chosen: object) -> None:
        box = self._boxes[name]
        self._values[name] = list(choices)
        with QSignalBlocker(box):
            box.clear()
            box.addItems(list(choices.values()))
            box.setCurrentIndex(self._values[name].index(chosen))


def _range_in_words(low_high: tuple[float, float]) -> str:
    return "{:g} … {:g}".format(*low_high).replace("-", "−")


def _schedules(first: Reading, reading: Reading) -> dict[object, str]:
    """The model's own, that on show, and the known kinds of as many steps."""
    found: dict[NoiseSchedule, str] = {first.schedule: first.schedule.kind}
    for each in (reading.schedule, *other_schedules(first.schedule)):
        found.setdefault(each, each.kind)
    return dict(found)
