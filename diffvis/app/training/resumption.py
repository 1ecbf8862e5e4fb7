"""Whether the run on show can go on, to which step, and what to say of it."""

from dataclasses import dataclass

from diffvis.data.options import join_source, split_source
from diffvis.models.run_files import is_run
from diffvis.training.config import TrainConfig
from diffvis.viewing.training_record import TrainingRecord


@dataclass(frozen=True)
class Resumption:
    """``config`` is what the run goes on with; None where it cannot, and ``says`` is why."""

    config: TrainConfig | None
    says: str
    data: str = ""
    """The source of its data, where other data are on show: they are opened first."""


def resumption(record: TrainingRecord | None, running: bool, data: str, steps: int) -> Resumption:
    """A run that was stopped goes on to its own last step, whatever the form says: another number
    would change its learning rate. Only one that has made all its steps may be lengthened, by as
    many again where the form does not ask for more than it has.

    Args:
        running: whether a run is under way in this window.
        data: the source of the data that is open.
        steps: the number in the form.
    """
    if record is None:
        return Resumption(None, "No run is on show: choose one under Runs")
    if why_not := _why_not(record, running):
        return Resumption(None, why_not)
    config, source = record.config, source_of(record.config)
    wanted = "" if source == data else source
    opened = f". Its data, {source}, are opened first" if wanted else ""
    if record.step < config.steps:
        says = (
            f"From its newest checkpoint until {config.minutes:g} min of training are over"
            if config.minutes
            else f"From its newest checkpoint to its step {config.steps:,}, "
            "to the same bits as if it had never stopped"
        )
        return Resumption(config, says + opened, wanted)
    more = steps > record.step
    longer = steps if more else record.step + config.steps
    where = f"the {longer:,} steps under Set up" if more else f"{longer:,} steps"
    says = (
        f"All its {config.steps:,} steps are done: trains it longer, to {where}. "
        "The learning rate goes on as in a run of that length"
    )
    return Resumption(config.changed(steps=longer), says + opened, wanted)


def source_of(config: TrainConfig) -> str:
    """What opens the data of a run again."""
    name, options = split_source(config.data)
    given = {
        key: ",".join(map(str, value)) if isinstance(value, tuple) else value
        for key, value in config.data_options.items()
    }
    return join_source(name, {**options, **given})


def _why_not(record: TrainingRecord, running: bool) -> str:
    if running:
        return "A run is under way: stop it first"
    if record.is_live:
        return "Another process is training this run"
    if not is_run(record.path):
        return f"Its folder is not there any more: {record.path}"
    return ""
