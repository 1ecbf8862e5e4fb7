"""Whether the run on show can go on, to which step, and what to say of it."""

from dataclasses import dataclass

from diffvis.training.config import TrainConfig
from diffvis.view.run_reading import is_run
from diffvis.view.training_record import TrainingRecord


@dataclass(frozen=True)
class GoingOn:
    """``config`` is what the run goes on with; None where it cannot, and ``says`` is why."""

    config: TrainConfig | None
    says: str


def going_on(record: TrainingRecord | None, running: bool, data: str, steps: int) -> GoingOn:
    """A run that was stopped goes on to its own last step, whatever the form says: another number
    would change its learning rate. Only one that has made all its steps may be lengthened.

    Args:
        running: whether a run is under way in this window.
        data: the source of the data that is open.
        steps: the number in the form.
    """
    if why_not := _why_not(record, running, data):
        return GoingOn(None, why_not)
    config = record.config
    if record.step < config.steps:
        says = (
            f"From its newest checkpoint to its step {config.steps:,}, "
            "to the same bits as if it had never stopped"
        )
        return GoingOn(config, says)
    done = f"All its {config.steps:,} steps are done"
    if steps <= record.step:
        return GoingOn(None, f"{done}: to train it longer, set more steps under Set up")
    says = (
        f"{done}: trains it longer, to the {steps:,} steps under Set up. "
        "The learning rate goes on as in a run of that length"
    )
    return GoingOn(config.changed(steps=steps), says)


def _why_not(record: TrainingRecord | None, running: bool, data: str) -> str:
    if record is None:
        return "No run is on show: choose one under Runs"
    if running:
        return "A run is under way: stop it first"
    if record.is_live:
        return "Another process is training this run"
    if not is_run(record.path):
        return f"Its folder is not there any more: {record.path}"
    if record.config.data != data:
        return f"It was trained on {record.config.data}: open that data first"
    return ""
