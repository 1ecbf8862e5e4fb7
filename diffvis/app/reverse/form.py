"""What a person can choose about a reverse chain."""

import torch
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from diffvis.app.reverse.start import StartField
from diffvis.app.session import Session
from diffvis.app.widgets.fields import (
    MAX_INT,
    button,
    combo,
    decimal,
    identify,
    label,
    show_choice,
    show_limit,
    show_value,
    spin,
)
from diffvis.app.widgets.symbols import in_plain, with_subscripts
from diffvis.models.model import Model
from diffvis.sampling.settings import EVERY_CLASS, MAX_GUIDANCE, MAX_SHIFT, ChainSettings

SAMPLERS = (("DDPM (ancestral)", "ddpm"), ("DDIM", "ddim"), ("DPM-Solver++", "dpm-solver"))
SAMPLER_TIP = (
    "How a step is made of x̂₀ and ε̂:\n"
    "DDPM: a draw from q(x_s | x_t, x̂₀) (Ho et al. 2020, algorithm 2)\n"
    "DDIM: √ᾱ_s x̂₀ + √(1−ᾱ_s−σ²) ε̂ + σz (Song et al. 2021, eq. 12)\n"
    "DPM-Solver++: x̂₀ extrapolated from two steps, no noise (Lu et al. 2022, 2M)"
)
VARIANCES = (("auto", "auto"), ("small  β̃", "small"), ("large  β", "large"), ("learned", "learned"))
VARIANCE_TIP = (
    "σ² of DDPM's noise: small is β̃, that of q(x_s | x_t, x₀); large is β, that of q(x_t | x_s);\n"
    "learned lies between the two (Nichol & Dhariwal 2021, eq. 15).\n"
    "auto: learned where it was learned, else large for points and small for images"
)
CLIPS = (("auto", "auto"), ("none", "none"), ("static", "static"), ("dynamic", "dynamic"))
CLIP_TIP = (
    "How x̂₀ is kept in [−1, 1]: static cuts it off; dynamic scales each sample by its own\n"
    "quantile (Saharia et al. 2022). auto: static for images, none for points"
)
SHIFT_TIP = (
    "Where fewer steps than T lie: above 1 closer together near the noise, below 1 near the data;\n"
    "a part u of the way from 0 to T becomes s u / (1 + (s − 1) u) (Esser et al. 2024)"
)
MOST_IMAGES, MOST_POINTS = 64, 10_000
DEFAULT_COUNT = {True: 1_000, False: 16}  # of points, of images


class ReverseForm(QWidget):
    """The settings of the chain for the session's model; it fits itself to each model."""

    changed = Signal()  # the person has changed a setting

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = session.model
        self._class_names: list[str] = []
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
        sampler = self.sampler.currentData()
        return ChainSettings(
            sampler=sampler,
            steps=self.steps.value(),
            eta=self._eta.value() if sampler == "ddim" else 0.0,
            seed=self.seed.value(),
            count=self.count.value(),
            variance=self._variance.currentData() if sampler == "ddpm" else "auto",
            clip=self._clip.currentData(),
            label=self._class.currentData(),
            guidance=self._guidance.value() if self._class.currentData() is not None else 1.0,
            shift=self._shift.value() if self._shift.isEnabled() else 1.0,
        )

    def fit(self, model: Model, *, keep: bool = False) -> None:
        """Offer what ``model`` can do. ``keep``: the person's choices stay where they can."""
        self._model = model
        T, points = model.schedule.T, model.is_points
        whole = not keep or self.steps.value() == self.steps.maximum()
        count = self.count.value()
        most = MOST_POINTS if points else MOST_IMAGES
        show_limit(self.steps, T)
        show_limit(self.count, most)
        if whole:
            show_value(self.steps, T)
        show_value(self.count, min(count, most) if keep else DEFAULT_COUNT[points])
        learns = getattr(model.denoiser, "learns_variance", False)
        self._variance.model().item(len(VARIANCES) - 1).setEnabled(learns)
        if self._variance.currentData() == "learned" and not learns:
            show_choice(self._variance, "auto")
        self._offer_classes(model)
        self.start.fit(model, self._session.data)
        self._enable()

    def reset(self) -> None:
        """Every setting as it was when the model was opened."""
        for box in (self.sampler, self._variance, self._clip, self._class):
            box.setCurrentIndex(0)
        for field, value in ((self._eta, 0.0), (self._guidance, 1.0), (self._shift, 1.0)):
            show_value(field, value)
        self._fresh.setChecked(False)
        self.start.reset()
        self.fit(self._session.model)

    def draw_seed_if_wanted(self) -> None:
        """A new seed for the run that follows, where the person wants one each time."""
        if self._fresh.isChecked():
            self._session.set_seed(random_seed())

    # --- widgets -------------------------------------------------------------------------

    def _make_widgets(self) -> None:
        self.sampler = combo("reverse.sampler", "Sampler", SAMPLERS, SAMPLER_TIP)
        self.steps = spin(
            "reverse.steps", "Steps of the chain", 1, 1, 1,
            "How many network calls: 1 to T. Fewer steps stride over t, from t to s < t − 1",
        )  # fmt: skip
        self._eta = decimal(
            "reverse.eta", "Eta", 0, 1, 0,
            "η of DDIM: σ = η √β̃. 0 adds no noise, 1 as much as DDPM with the small variance",
        )  # fmt: skip
        self._class = combo("reverse.class", "Class", [("none", None)])
        self._guidance = decimal(
            "reverse.guidance", "Guidance", 0, MAX_GUIDANCE, 1,
            "w of ε̂ = ε̂(x_t) + w (ε̂(x_t, class) − ε̂(x_t)): 0 ignores the class, 1 is as trained,\n"
            "more is more typical and less varied (Ho & Salimans 2022)",
        )  # fmt: skip
        self.count = spin("reverse.count", "Number of samples", 1, MOST_POINTS, 16)
        self.count.setToolTip("How many chains at once: images 1 to 64, points 1 to 10,000")
        self.seed = spin(
            "reverse.seed", "Seed", 0, MAX_INT, self._session.seed,
            "Fixes x_T and every z: the same seed gives the same samples",
        )  # fmt: skip
        self.new_seed = button("New", "reverse.new_seed", "New seed", "Draw another seed and run")
        self._fresh = QCheckBox("new each run")
        identify(
            self._fresh, "reverse.fresh_seed", "New seed at every run", "Other samples at every Run"
        )
        self._shift = decimal("reverse.shift", "Shift", 1 / MAX_SHIFT, MAX_SHIFT, 1, SHIFT_TIP)
        self._variance = combo("reverse.variance", "Variance", VARIANCES, VARIANCE_TIP)
        self._clip = combo("reverse.clip", "Clipping of x̂₀", CLIPS, CLIP_TIP)
        self.start = StartField(self._session)
        self._more = QToolButton()
        self._more.setText("More")
        self._more.setCheckable(True)
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.setProperty("role", "flat")
        identify(
            self._more,
            "reverse.more",
            "More settings",
            "Where the steps lie, variance, clipping, where to begin",
        )
        for box in (self.sampler, self._class, self._variance, self._clip):
            box.setMinimumContentsLength(6)
        for field in (self.steps, self._eta, self._guidance, self.count, self._shift):
            field.valueChanged.connect(self._changed)
        for box in (self.sampler, self._class, self._variance, self._clip):
            box.activated.connect(self._changed)
        self.start.changed.connect(self._changed)
        self.seed.valueChanged.connect(self._session.set_seed)
        self._more.toggled.connect(self._show_more)

    def _arrange(self) -> None:
        rows, more = QGridLayout(), QGridLayout()
        seed = QHBoxLayout()
        seed.setSpacing(4)
        seed.addWidget(self.seed, 1)
        seed.addWidget(self.new_seed)
        put(rows, 0, "Sampler", self.sampler)
        put(rows, 1, "Steps", self.steps)
        put(rows, 2, "η", self._eta)
        put(rows, 3, "Class", self._class)
        put(rows, 4, "Guidance", self._guidance)
        put(rows, 5, "Samples", self.count)
        put(rows, 6, "Seed", seed)
        rows.addWidget(self._fresh, 7, 0, 1, 2, Qt.AlignmentFlag.AlignRight)
        put(more, 0, "Shift", self._shift)
        put(more, 1, "Variance", self._variance)
        put(more, 2, with_subscripts("Clip x̂_0"), self._clip)
        put(more, 3, "Begin", self.start)
        self._extra = QWidget()
        more.setContentsMargins(0, 0, 0, 0)
        self._extra.setLayout(more)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(rows)
        whole.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addWidget(self._extra)
        whole.addStretch(1)
        self._show_more(False)

    def _offer_classes(self, model: Model) -> None:
        """All in turn, unless the person has chosen: a class is what such a model is best at.

        A choice among other classes is none of these, and no reason to guide to these.
        """
        names = [
            model.classes[k] if k < len(model.classes) else str(k) for k in range(model.num_classes)
        ]
        chosen, same = self._class.currentData(), names == self._class_names
        self._class_names = names
        self._class.clear()
        if model.num_classes:
            self._class.addItem("all in turn", EVERY_CLASS)
        self._class.addItem("none", None)
        for k, name in enumerate(names):
            self._class.addItem(name, k)
        if not names or not same or not show_choice(self._class, chosen):
            self._class.setCurrentIndex(0)
        if not same:
            show_value(self._guidance, 1.0)
        self._class.setToolTip(
            in_plain("The class that the network is told: ε̂(x_t, t, class)")
            if model.num_classes
            else "This model was trained without classes"
        )

    def _enable(self) -> None:
        """Only what has an effect can be changed."""
        sampler, model = self.sampler.currentData(), self._model
        self._eta.setEnabled(sampler == "ddim")
        self._shift.setEnabled(self.steps.value() < self.steps.maximum())
        self._variance.setEnabled(sampler == "ddpm")
        self._class.setEnabled(model.num_classes > 0)
        self._guidance.setEnabled(self._class.currentData() is not None)

    # --- what happens --------------------------------------------------------------------

    @Slot()
    def _changed(self) -> None:
        self._enable()
        self.changed.emit()

    @Slot(bool)
    def _show_more(self, shown: bool) -> None:
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._extra.setVisible(shown)

    @Slot(object)
    def _seed_changed(self, seed: int) -> None:
        show_value(self.seed, seed)
        self.changed.emit()

    @Slot()
    def _data_changed(self) -> None:
        self.start.fit(self._model, self._session.data)


def put(grid: QGridLayout, row: int, text: str, control: QWidget | QHBoxLayout) -> None:
    """A row of a form: what it is on the left, the control beside it."""
    caption = label(text, "muted")
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


def random_seed() -> int:
    """From torch's own generator, which nothing else in the window draws from."""
    return int(torch.randint(0, MAX_INT, ()))
