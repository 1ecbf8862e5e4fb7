"""Training settings from the command line: ``--preset``, ``--set`` and ``diffvis settings``."""

import json
from collections.abc import Sequence
from typing import Any

import typer

from diffvis.cli.opening import open_with_bar
from diffvis.cli.output import table
from diffvis.errors import UserError
from diffvis.settings import settings_of
from diffvis.training.chosen import settings_for
from diffvis.training.config import TrainConfig
from diffvis.training.presets import preset_names


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
