"""Figures of one run: what it made after so many epochs, and where training stopped."""

import numpy as np

from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.models.run_files import is_run, step_of
from diffvis.rendering.chart import Chart, Mark
from diffvis.rendering.course.figure import Made, Sources, register
from diffvis.rendering.course.moments import strip, table_of
from diffvis.rendering.course.page import of_charts
from diffvis.rendering.loss_curves import Rows, loss_curves, loss_marks, losses, metrics_of
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.strip import StripFrame
from diffvis.rendering.style import Style
from diffvis.training.folder import RunFolder, read_preview

MOMENTS = 6
PICTURES = 6  # of each, unless told
STOPS = "stopped", "finished"


def _of_run(model: Model) -> bool:
    return model.path is not None and is_run(model.path)


@register(
    "epochs", "Generated samples over epochs", "CS180 B 2; MIT",
    about="the same noise, as the network made samples of it after each epoch",
    work=lambda of, spec: 2, usual="", needs=_of_run, timed=False,
)  # fmt: skip
def epochs(of: Sources, spec: ExportSpec) -> Made:
    run, data = of.run, of.known
    stored = run.previews()
    if not stored:
        raise UserError(f"{run.path} holds no previews yet", "train it for a few seconds")
    each = len(data.train) / run.config.batch_size  # steps of an epoch
    at = np.array([step_of(path) for path in stored]) / each
    yield None
    wanted = spec.shown.times or _spread(float(at[-1]))
    nearest = dict.fromkeys(int(np.abs(at - epoch).argmin()) for epoch in wanted)
    few = spec.shown.count or (None if data.is_points else PICTURES)
    found = {k: read_preview(stored[k])[1][:few] for k in nearest}
    frames = [StripFrame(f"{_epoch(at[k])} epochs", x) for k, x in found.items()]
    steps = {step_of(stored[k]): x for k, x in found.items()}
    table = table_of({"x0": steps})
    shown = {("step" if name == "t" else name): column for name, column in table.items()}
    yield strip(
        frames,
        f"{run.path.name}: samples from the same noise after "
        f"{', '.join(_epoch(at[k]) for k in found)} epochs of {run.config.data}, {each:.0f} "
        f"steps of {run.config.batch_size} samples each; the "
        "averaged weights.",
        shown, of, None,
    )  # fmt: skip


def _spread(last: float) -> tuple[float, ...]:
    """Epochs up to the last, denser at the beginning, where samples change fastest."""
    return tuple(np.expm1(np.linspace(0, np.log1p(last), MOMENTS)).tolist())


def _epoch(value: float) -> str:
    return f"{value:.1f}" if 0 < value < 10 else f"{value:.0f}"


@register(
    "early-stopping", "Loss, and where training stopped", "Prechelt 1998",
    about="where the validation loss was least, and how long patience lasted",
    work=lambda of, spec: 1, usual="", data=False, needs=_of_run,
)  # fmt: skip
def early_stopping(of: Sources, spec: ExportSpec) -> Made:
    run = of.run
    rows = metrics_of(run)
    curves, (steps, validation) = loss_curves(rows), losses(rows, "validation")
    if not len(steps):
        raise UserError(f"{run.path} has no losses of validation", "train it with validation")
    best, (end, why) = int(validation.argmin()), _end(rows)
    after = int((steps > steps[best]).sum())

    def charts(size: tuple[int, int], look: Style) -> list[Chart]:
        marks = (*loss_marks(rows), Mark(end, why))
        return [Chart("Loss while training", "step", "loss", tuple(curves), size, look, log_y=True,
                      marks=marks)]  # fmt: skip

    yield of_charts(
        charts,
        f"{run.path.name} on {run.config.data}: the loss of validation is least at step "
        f"{steps[best]:,.0f}, {validation[best]:.4g}; validations since then: {after}, "
        f"the last {validation[-1]:.4g}. It has come to step {end:,.0f} ({why}). {_patience(run)}",
    )


def _end(rows: Rows) -> tuple[float, str]:
    """The last step, and why it is the last."""
    last = rows[-1]
    told = next((row for row in rows[::-1] if row["event"] in STOPS), None)
    why = "so far" if told is None else (told.get("note") or told["event"])
    return float(last["step"]), why


def _patience(run: RunFolder) -> str:
    patience = run.config.patience
    if not patience:
        return "Early stopping is off (patience 0)."
    return f"Training stops after {patience} in a row, and the weights are those of the best."
