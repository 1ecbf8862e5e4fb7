"""The settings of a new run: a preset, and over it what a person chose."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.schedule_file import find_schedule, is_schedule_file, load_schedule
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.start_from import started_from


def with_given(config: TrainConfig, given: Mapping[str, Any]) -> TrainConfig:
    """``config`` with what the user gave; single options join those that are there.

    Raises:
        UserError: a value is unknown or impossible.
    """
    options = {name: value for name, value in given.items() if isinstance(value, dict)}
    changed = config.changed(**{k: v for k, v in given.items() if k not in options})
    there = changed.model_dump()
    for name in options:
        if not isinstance(there.get(name, {}), dict):
            raise UserError(f"{name} has no options", f"write --set {name}=VALUE")
    groups = {name: {**there.get(name, {}), **value} for name, value in options.items()}
    return changed.changed(**groups) if groups else changed


def settings_for(dataset: Dataset, preset: str | None, given: Mapping[str, Any]) -> TrainConfig:
    """Of a new run: the preset, then what the model to start from was trained with, then what the
    user gave; steps that are given are taken, whatever the minutes of the preset. Raises UserError
    as these do.
    """
    config, given = preset_for(dataset, preset), with_schedule_file(given)
    if "steps" in given:
        given.setdefault("minutes", 0.0)
    source = given.pop("start_from", "")
    return with_given(started_from(config, str(source)) if source else config, given)


def with_schedule_file(given: Mapping[str, Any]) -> dict[str, Any]:
    """``given`` with the whole path of a schedule's file, and its T unless that was given too.

    Raises:
        UserError: the file is no schedule, or has another T.
    """
    name = given.get("schedule")
    if not (isinstance(name, str) and is_schedule_file(name)):
        return dict(given)
    path = str(Path(name).expanduser().absolute())
    timesteps = given.get("timesteps") or load_schedule(Path(path)).T
    return {**given, "schedule": path, "timesteps": find_schedule(path, timesteps).T}
