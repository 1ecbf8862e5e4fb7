"""The fields of a training configuration as controls, made from what the configuration allows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args, get_origin

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from diffvis.app.widgets.fields import MAX_INT, combo, identify, show_choice, show_value, spin
from diffvis.training.config import TrainConfig

COURSE, DIFFUSION, OPTIMISER = "Steps", "Diffusion", "Optimiser"
LOOKS, DATA, MACHINE = "Looks and checkpoints", "Data and classes", "Machine"
GROUPS = (COURSE, DIFFUSION, OPTIMISER, LOOKS, DATA, MACHINE)
SPECIAL = ("data", "data_options", "network", "network_options", "timesteps", "schedule")
LEARNING_RATES = ("1e-4", "2e-4", "5e-4", "1e-3", "2e-3", "3e-3", "5e-3", "1e-2")


@dataclass(frozen=True)
class Says:
    """What a field is called, and what it does."""

    group: str
    label: str
    tip: str


SAYS = {
    "steps": Says(COURSE, "Steps", "How many batches the network learns from"),
    "batch_size": Says(COURSE, "Batch", "Samples in each step"),
    "lr": Says(
        COURSE,
        "Learning rate",
        "Of the optimiser at the beginning; any number above 0 can be typed",
    ),
    "seed": Says(COURSE, "Seed", "The same seed trains the same network"),
    "predict": Says(
        DIFFUSION,
        "Predict",
        "ε: Ho et al. 2020, eq. 14\nx_0: the data itself\nv: Salimans & Ho 2022, appendix D",
    ),
    "loss": Says(
        DIFFUSION,
        "Loss",
        "simple: L_simple, Ho et al. 2020, eq. 14\nmin-snr: weights by t, Hang et al. 2023\n"
        "hybrid: learns the variance too, Nichol & Dhariwal 2021, eq. 16",
    ),
    "references": Says(
        DIFFUSION,
        "References",
        "Training samples over which each target is averaged, as they may have become x_t:\n"
        "the same mean with less noise where t is large (Xu et al. 2023); 0: the one drawn",
    ),
    "optimizer": Says(OPTIMISER, "Optimiser", "AdamW decays the weights beside the step"),
    "lr_schedule": Says(
        OPTIMISER, "Rate over time", "Constant, or half a cosine down to 0 at the last step"
    ),
    "warmup": Says(OPTIMISER, "Warm-up", "Steps over which the learning rate rises from 0"),
    "weight_decay": Says(OPTIMISER, "Weight decay", "Pulls the weights to 0; 0 does not"),
    "gradient_clip": Says(OPTIMISER, "Gradient clip", "Largest norm of the gradient; 0: no limit"),
    "nonfinite": Says(
        OPTIMISER,
        "If not finite",
        "Where the loss or a gradient is infinite or no number: skip the step, which then teaches\n"
        "nothing, or stop the run and go back to its last checkpoint",
    ),
    "ema_decay": Says(
        OPTIMISER, "EMA decay", "Samples come from an average of the weights: θ̄ ← d θ̄ + (1 − d) θ"
    ),
    "start_from": Says(
        OPTIMISER,
        "Start from",
        "Weights of a model of the same network and options: its name, a run folder or a\n"
        "checkpoint; empty: random weights",
    ),
    "validate_every": Says(LOOKS, "Validate every", "Steps between validations; 0: never"),
    "validation_count": Says(LOOKS, "on samples", "Samples, each with a fixed t and ε"),
    "preview_every": Says(LOOKS, "Preview every", "Steps between previews; 0: never"),
    "preview_count": Says(LOOKS, "of samples", "Samples of a preview, always from the same noise"),
    "preview_steps": Says(LOOKS, "in DDIM steps", "Steps of the sampler of a preview"),
    "patience": Says(
        LOOKS,
        "Patience",
        "Validations without a new best before the run stops; 0: never stops early",
    ),
    "checkpoint_seconds": Says(LOOKS, "Save every (s)", "Seconds between checkpoints"),
    "conditional": Says(DATA, "Learn the classes", "So that samples of a class can be asked for"),
    "label_dropout": Says(
        DATA, "Hidden labels", "Share of labels hidden, for guidance (Ho & Salimans 2022)"
    ),
    "flip": Says(DATA, "Mirror images", "Half of the images are mirrored, anew in each epoch"),
    "precision": Says(MACHINE, "Precision", "bfloat16 where the device has instructions for it"),
    "device": Says(MACHINE, "Device", "auto, cpu, cuda, cuda:1, mps"),
}
WORDS = {
    "eps": "ε  (noise)",
    "x0": "x_0  (data)",
    "v": "v  (velocity)",
    "skip": "skip the step",
    "stop": "stop the run",
}


@dataclass(frozen=True)
class Field:
    """A control for one field of the configuration."""

    name: str
    says: Says
    widget: QWidget
    value: Callable[[], object]
    show: Callable[[object], None]
    """Show a value that came from elsewhere, without saying that the person changed it."""


def make_fields(changed: Callable[[], None]) -> dict[str, Field]:
    """A control for each field but the ``SPECIAL`` ones; ``changed`` hears of the person's edits.

    A field that has no words here yet is called by its own name.
    """
    made = {}
    names = [name for name in SAYS if name in TrainConfig.model_fields]
    names += [name for name in TrainConfig.model_fields if name not in SAYS]
    for name in names:
        if name not in SPECIAL:
            says = SAYS.get(name, Says(MACHINE, name.replace("_", " ").capitalize(), name))
            made[name] = _make(name, says, changed)
    return made


def _make(name: str, says: Says, changed: Callable[[], None]) -> Field:
    info = TrainConfig.model_fields[name]
    kind, object_name = info.annotation, f"training.{name}"
    if name == "lr":
        return _rate(says, changed)
    if kind is bool:
        box = QCheckBox(says.label)
        identify(box, object_name, says.label, says.tip)
        box.clicked.connect(changed)
        return Field(name, says, box, box.isChecked, lambda value: box.setChecked(bool(value)))
    if get_origin(kind) is Literal:
        items = [(WORDS.get(choice, str(choice)), choice) for choice in get_args(kind)]
        choices = combo(object_name, says.label, items, says.tip)
        choices.activated.connect(changed)
        return Field(
            name, says, choices, choices.currentData, lambda value: show_choice(choices, value)
        )
    if kind is int:
        low, high = _limits(info.metadata)
        step = 500 if name == "steps" else 32 if name == "batch_size" else 1
        number = spin(object_name, says.label, low, high, low, says.tip, step)
        number.valueChanged.connect(changed)
        return Field(name, says, number, number.value, lambda value: show_value(number, value))
    line = text_field(object_name, says.label, says.tip, changed)
    return Field(
        name, says, line, lambda: line.text().strip(), lambda value: line.setText(in_short(value))
    )


def _rate(says: Says, changed: Callable[[], None]) -> Field:
    box = combo(
        "training.learning_rate", says.label, [(r, float(r)) for r in LEARNING_RATES], says.tip
    )
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.lineEdit().textEdited.connect(lambda _: changed())
    box.lineEdit().returnPressed.connect(box.clearFocus)  # the keys are the transport's again
    box.activated.connect(changed)
    return Field(
        "lr",
        says,
        box,
        lambda: box.currentText().strip(),
        lambda value: box.setCurrentText(in_short(value)),
    )


def text_field(name: str, says: str, tip: str, changed: Callable[[], None]) -> QLineEdit:
    """A line for numbers that people write in many ways: 0.999, 1e-3."""
    line = QLineEdit()
    identify(line, name, says, tip)
    line.setMinimumWidth(64)
    line.textEdited.connect(lambda _: changed())
    line.returnPressed.connect(line.clearFocus)  # the keys are the transport's again
    return line


def in_short(value: object) -> str:
    """A value as people write it: 3e-3, 0.999, 32, 64."""
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, float) and 0 < abs(value) < 0.01:
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _limits(metadata: list[object]) -> tuple[int, int]:
    low, high = 0, MAX_INT
    for rule in metadata:
        low = getattr(rule, "ge", None) if getattr(rule, "ge", None) is not None else low
        high = getattr(rule, "le", None) if getattr(rule, "le", None) is not None else high
    return low, min(high, MAX_INT)


def mark_wrong(widget: QWidget, wrong: bool) -> None:
    """Let a control stand out while its value is not possible."""
    state = "error" if wrong else ""
    if (widget.property("state") or "") != state:
        widget.setProperty("state", state)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
