"""What an export is made of: data and schedules by their names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from diffvis.cli.opening import open_data_of, open_with_bar
from diffvis.cli.output import note
from diffvis.cli.sizes import whole_number
from diffvis.data.catalogue import DEFAULT
from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import SCHEDULE_KINDS, NoiseSchedule, make_schedule
from diffvis.errors import UserError
from diffvis.models.model import Model, exact_model, open_model
from diffvis.models.schedule_file import find_schedule, is_schedule_file, load_schedule
from diffvis.models.shipped import learned_by, shipped_as
from diffvis.training.config import preset_for


def data_and_schedule(
    source: str | None, data: str | None, kind: str | None, timesteps: int | None
) -> tuple[Dataset, NoiseSchedule]:
    """The data and the schedule of the model ``source``, or others where they are given."""
    model = None if source is None else open_model(source)
    dataset = open_with_bar(data or DEFAULT) if model is None else open_data_of(model, data)
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


def models_of(
    sides: Sequence[Mapping[str, Any]], data: str | None, timesteps: int | None, device: str
) -> list[Model]:
    """The model of each side of a comparison; each is opened once.

    Raises:
        UserError: one is missing, or data or a schedule are named for it, which it has.
    """
    opened: dict[tuple[str | None, str | None], Model] = {}
    for side in sides:
        source, kind = side.get("model"), side.get("schedule")
        if (source, kind) in opened:
            continue
        if source is not None and (kind, timesteps, data) != (None, None, None):
            raise UserError(
                "--schedule, --timesteps and --data do not go with a model", "a model knows its own"
            )
        if source is None:
            dataset = open_with_bar(data or DEFAULT)
            opened[source, kind] = exact_model(dataset, schedule_for(dataset, kind, timesteps))
        else:
            opened[source, kind] = open_model(source, device)
    return [opened[side.get("model"), side.get("schedule")] for side in sides]


def class_in(dataset: Dataset, wanted: str | None) -> int | None:
    """The class of the data that a name or a number stands for; None where none is asked for.

    Raises:
        UserError: it has no such class.
    """
    if wanted is None:
        return None
    if wanted in dataset.classes:
        return dataset.classes.index(wanted)
    number = whole_number(wanted)
    if number is not None and number < len(dataset.classes):
        return number
    known = ", ".join(dataset.classes) or "none, it has no classes"
    raise UserError(f"{dataset.title} has no class {wanted}", f"choose one of {known}")


def learned_data(model: Model, named: str | None) -> Dataset:
    """The data that are named, or else what the model learned from; where that is not here, the
    pictures of it that came with the model.

    Raises:
        UserError: there are none of these.
    """
    try:
        return open_data_of(model, named)
    except UserError as missing:
        name = shipped_as(model.path)
        if named is not None or name is None:
            raise
        try:
            among = learned_by(name)
        except UserError:
            raise missing from None
    note(f"the data are not here: looked for in {among.title}")
    return among
