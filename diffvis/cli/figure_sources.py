"""What an export is made of: data and schedules by their names."""

from pathlib import Path

from diffvis.cli.opening import open_with_bar
from diffvis.data.catalogue import DEFAULT
from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import SCHEDULE_KINDS, NoiseSchedule, make_schedule
from diffvis.errors import UserError
from diffvis.training.config import preset_for
from diffvis.training.model import open_model
from diffvis.training.schedule_file import find_schedule, is_schedule_file, load_schedule


def data_and_schedule(
    source: str | None, data: str | None, kind: str | None, timesteps: int | None
) -> tuple[Dataset, NoiseSchedule]:
    """The data and the schedule of the model ``source``, or others where they are given."""
    model = None if source is None else open_model(source)
    dataset = open_with_bar(data or (DEFAULT if model is None else model.data))
    if model is not None and kind is None and timesteps is None:
        return dataset, model.schedule
    return dataset, schedule_for(dataset, kind, timesteps)


def schedule_for(dataset: Dataset, kind: str | None, timesteps: int | None) -> NoiseSchedule:
    """The schedule that suits the data, or what was asked for instead."""
    if kind is not None and is_schedule_file(kind):
        schedule = load_schedule(Path(kind))
        return schedule if timesteps in (None, schedule.T) else find_schedule(kind, timesteps)
    preset = preset_for(dataset)
    return schedule_of(
        kind or preset.schedule, preset.timesteps if timesteps is None else timesteps
    )


def schedule_of(kind: str, timesteps: int) -> NoiseSchedule:
    """The schedule of that kind.

    Raises:
        UserError: there is none with this T.
    """
    if kind not in SCHEDULE_KINDS:
        known = ", ".join(SCHEDULE_KINDS)
        raise UserError(f"there is no schedule {kind}", f"choose {known}, or a .json file")
    try:
        return make_schedule(kind, timesteps)
    except ValueError as error:
        raise UserError(f"--timesteps {timesteps} is not possible", str(error)) from error


def class_in(dataset: Dataset, wanted: str | None) -> int | None:
    """The class of the data that a name or a number stands for; None where none is asked for.

    Raises:
        UserError: it has no such class.
    """
    if wanted is None:
        return None
    if wanted in dataset.classes:
        return dataset.classes.index(wanted)
    if wanted.isdecimal() and int(wanted) < len(dataset.classes):
        return int(wanted)
    known = ", ".join(dataset.classes) or "none, it has no classes"
    raise UserError(f"{dataset.title} has no class {wanted}", f"choose one of {known}")
