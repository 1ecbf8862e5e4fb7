"""Training settings from the command line: ``--preset``, ``--set`` and ``diffvis settings``."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from diffvis.cli.opening import open_with_bar
from diffvis.cli.output import table
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.schedule_file import find_schedule, is_schedule_file, load_schedule
from diffvis.settings import settings_of
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.presets import preset_names
from diffvis.training.start_from import started_from


def read_pairs(pairs: Sequence[str]) -> dict[str, Any]:
    """``["lr=1e-3", "network_options.width=64"]`` as values: JSON where it is that, else a text.

    Raises:
        UserError: one of them has no value, is about the data, or gives options to a value.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not (name and equals):
            raise UserError(f"--set {pair} gives no value", "write --set lr=1e-3, for example")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        group, dot, option = name.strip().partition(".")
        if group in ("data", "data_options"):
            raise UserError(
                f"--set {pair} is not possible",
                "the data is the first argument, with its options: moons?n=500",
            )
        if not dot:
            found[group] = value
        elif isinstance(found.setdefault(group, {}), dict):
            found[group][option] = value
        else:
            raise UserError(f"{group} = {found[group]} has no options", f"leave out --set {pair}")
    return found


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
    user gave. Raises UserError as these do.
    """
    config, given = preset_for(dataset, preset), with_schedule_file(given)
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


def show_settings(data: str | None, preset: str | None, pairs: Sequence[str]) -> None:
    """Print the settings for ``data`` as JSON, to be changed and given back as a preset; without
    data, a table of all that there are.
    """
    if data is not None:
        config = settings_for(open_with_bar(data), preset, read_pairs(pairs))
        values = config.model_dump(mode="json", exclude={"data", "data_options"})
        typer.echo(json.dumps(values, indent=2, ensure_ascii=False))
        return
    if preset is not None or pairs:
        raise UserError("settings of which data?", "name it: diffvis settings DATA --preset NAME")
    rows = [("setting", "value", "allowed", "meaning")]
    for name, known in settings_of(TrainConfig).items():
        default = "" if known.default is None else json.dumps(known.default)
        rows.append((name, default, known.allowed(), known.help))
    table(rows)
    typer.echo(f"\npresets: {', '.join(preset_names())}")
