"""Settings that train common data well: as they are written down, before they are a configuration.

The window begins with the schedule of a preset; nothing here needs pydantic, which takes a
twentieth of the way to a usable window.
"""

import json
from pathlib import Path
from typing import Any

from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import NoiseSchedule, make_schedule
from diffvis.errors import UserError
from diffvis.files import read_small, resource
from diffvis.models.run_files import LARGEST_BYTES
from diffvis.models.schedule_file import is_schedule_file
from diffvis.networks.registry import NETWORKS

_ALIKE = {"fashion-mnist": "mnist", "kmnist": "mnist"}  # sets that train well with another's preset


def preset(source: str) -> dict[str, Any]:
    """The values of a preset: one that comes with diffvis, or a JSON file of the user's own. Of the
    ``run.json`` of a run they are its settings, but for its data.

    Raises:
        UserError: there is no such preset, or the file cannot be read.
    """
    name = source in preset_names()
    file = resource(f"presets/{source}.json") if name else Path(source).expanduser()
    try:
        values = json.loads(read_small(file, LARGEST_BYTES))
        if isinstance(values.get("config"), dict):
            values = values["config"]
    except FileNotFoundError:
        raise UserError(
            f"there is no preset {source}", f"{', '.join(preset_names())}, or the path of a file"
        ) from None
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{file} cannot be read ({reason})", "check the path") from None
    except (ValueError, AttributeError, RecursionError) as error:
        raise UserError(
            f"{file} is no preset ({error})", 'write JSON, such as {"steps": 2000, "lr": 1e-3}'
        ) from None
    schedule = values.get("schedule")
    if not name and isinstance(schedule, str) and is_schedule_file(schedule):
        values = {**values, "schedule": str(file.parent / schedule)}  # as seen from the preset
    return {name: value for name, value in values.items() if name not in ("data", "data_options")}


def preset_names() -> list[str]:
    """Of the presets that come with diffvis."""
    return sorted(path.stem for path in resource("presets").glob("*.json"))


def preset_name(dataset: Dataset) -> str:
    """The preset nearest to a data set: its own, if that is for such samples, or one by shape."""
    name = _ALIKE.get(dataset.name, dataset.name)
    if resource(f"presets/{name}.json").is_file():
        network = preset(name)["network"]
        if network in NETWORKS and NETWORKS[network].fits(dataset.shape):
            return name
    if dataset.is_points:
        return "points"
    side = max(dataset.shape[-2:])
    return "images-tiny" if side <= 12 else "images-small" if side <= 40 else "images"


def preset_schedule(dataset: Dataset) -> NoiseSchedule:
    """The schedule of the preset nearest to a data set."""
    values = preset(preset_name(dataset))
    return make_schedule(values["schedule"], values["timesteps"])
