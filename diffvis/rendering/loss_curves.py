"""The losses of a run as curves, and what happened meanwhile as marks."""

import re

import numpy as np

from diffvis.errors import UserError
from diffvis.rendering.chart import Curve, Mark
from diffvis.training.folder import RunFolder
from diffvis.training.metrics import number, read_metrics
from diffvis.training.smoothing import Smoothed

NUMBER = re.compile(r"\d+(\.\d+)?(e[+-]?\d+)?")
LEARNING_RATE = "learning rate"  # as the metrics call a change of it
Rows = list[dict[str, str]]
"""Of metrics, as they were written."""
Points = tuple[np.ndarray, np.ndarray]
"""Steps and losses, both (n,)."""

EACH, SMOOTHED, VALIDATION, FLOOR = "each step", "training, smoothed", "validation", "floor"
NONE: Points = (np.empty(0), np.empty(0))


def run_curves(
    each: Points = NONE, smoothed: Points = NONE, validation: Points = NONE, floor: Points = NONE
) -> tuple[Curve, ...]:
    """The losses of a run, each over its steps, in the window and in files; ``floor`` is the loss
    that no network can get below.
    """
    return (
        Curve(EACH, *each, faint=True),
        Curve(SMOOTHED, *smoothed),
        Curve(VALIDATION, *validation, colour="noise", dash="dash"),
        Curve(FLOOR, *floor, colour="accent1", dash="dot"),
    )


def loss_curves(rows: Rows, floor: float | None = None) -> list[Curve]:
    """The loss of each step and smoothed, that of validation and the ``floor`` where there are
    such; none before the first step.
    """
    training = losses(rows, "step")
    if len(training[0]) == 0:
        return []
    smoothed = training[0], Smoothed().extend(training[1])
    below = NONE
    if floor is not None:
        below = np.array([0.0, float(training[0].max())]), np.full(2, floor)
    made = run_curves(training, smoothed, losses(rows, "validation"), below)
    return [curve for curve in made if len(curve.x)]


def metrics_of(folder: RunFolder) -> Rows:
    """The rows of the metrics.

    Raises:
        UserError: they have not the columns that are shown, as after somebody has changed them.
    """
    rows, _ = read_metrics(folder.metrics)
    for column in ("step", "event", "loss"):
        if rows and column not in rows[0]:
            raise UserError(
                f"{folder.metrics} has no column {column}", "bring back the file that the run wrote"
            )
    return rows


def loss_marks(rows: Rows) -> tuple[Mark, ...]:
    """The best validation, and each change of the learning rate."""
    found = [
        Mark(float(row["step"]), f"lr {NUMBER.sub(_shortly, row.get('note', ''))}")
        for row in rows
        if row["event"] == LEARNING_RATE
    ]
    steps, validation = losses(rows, "validation")
    if len(steps):
        best = int(validation.argmin())
        words = f"best: {validation[best]:.3g} at {steps[best]:,.0f}"
        found.append(Mark(steps[best], words, "noise"))
    return tuple(found)


def _shortly(found: re.Match[str]) -> str:
    """A number as people say it: three digits."""
    return f"{float(found[0]):.3g}"


def losses(rows: Rows, event: str) -> tuple[np.ndarray, np.ndarray]:
    """The steps and the losses, both (n,), that were written at an ``event``, as far as known."""
    kept = [row for row in rows if row["event"] == event]
    loss = np.array([number(row["loss"]) for row in kept])
    known = np.isfinite(loss)
    return np.array([float(row["step"]) for row in kept])[known], loss[known]
