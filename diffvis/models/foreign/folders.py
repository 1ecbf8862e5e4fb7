"""What a folder of a model is: a run, a model that was passed on, a pipeline of diffusers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diffvis.data.kinds import PIPELINE
from diffvis.files import read_small
from diffvis.models.foreign.inspection import Inspection
from diffvis.models.foreign.safetensors_file import header_of, inspect_own, inspect_safetensors
from diffvis.models.run_files import RUN
from diffvis.models.shipped import WEIGHTS

MOST_CONFIG = 2**20  # bytes


def inspect_folder(path: Path) -> Inspection | None:
    """What it is; None where it holds no model.

    Raises:
        UserError: it is a model of ours that is damaged.
    """
    if (path / RUN).is_file():
        return Inspection(path, "a run of diffvis", (), (f"diffvis --model {path}",), opens=True)
    if (path / WEIGHTS).is_file():
        return _own_folder(path)
    if (path / PIPELINE).is_file():
        return _pipeline(path, _json(path / PIPELINE))
    if (path / "unet" / "config.json").is_file():
        return _pipeline(path, {})
    config = _json(path / "config.json") if (path / "config.json").is_file() else {}
    if "UNet" in str(config.get("_class_name")):
        lines = (*_unet_lines(config), "no schedule beside it: that of DDPM is assumed")
        return Inspection(path, f"a {config['_class_name']} of diffusers", lines, _opened(path))
    return None


def _own_folder(path: Path) -> Inspection | None:
    try:
        header = header_of(path / WEIGHTS)
    except OSError:
        return None
    if header is not None and "diffvis" in (header.get("__metadata__") or {}):
        found = inspect_own(path / WEIGHTS)
        return Inspection(path, found.what, found.lines, (f"diffvis --model {path}",), opens=True)
    return None if header is None else inspect_safetensors(path / WEIGHTS, header)


def _pipeline(path: Path, index: Mapping[str, Any]) -> Inspection:
    unet = _json(path / "unet" / "config.json")
    scheduler = _json(path / "scheduler" / "scheduler_config.json")
    name = index.get("_class_name")
    named = f" ({name})" if name else ""
    lines = [*_unet_lines(unet)]
    if scheduler:
        words = [str(scheduler.get("_class_name", "a scheduler"))]
        words += [
            f"{key} {scheduler[key]}"
            for key in ("num_train_timesteps", "beta_schedule", "prediction_type", "variance_type",
                        "clip_sample", "thresholding", "rescale_betas_zero_snr")
            if scheduler.get(key) not in (None, False)
        ]  # fmt: skip
        lines.append(f"scheduler: {', '.join(words)}")
    if (path / "unet_ema").is_dir():
        lines.append("unet_ema holds the averaged weights (EMA)")
    return Inspection(path, f"a pipeline of diffusers{named}", tuple(lines), _opened(path))


def _opened(path: Path) -> tuple[str, ...]:
    return (f"diffvis --model {path}  # needs pip install 'diffvis[diffusers]'",)


def _unet_lines(config: Mapping[str, Any]) -> list[str]:
    if not config:
        return []
    channels, size = config.get("in_channels"), config.get("sample_size")
    lines = [f"{config.get('_class_name', 'unet')}: {channels} channels, sample_size {size}"]
    if channels == 4:
        lines.append("4 channels are those of a latent: its pictures need the decoder as well")
    if isinstance(channels, int) and config.get("out_channels") == 2 * channels:
        lines.append("learned variance")
    if config.get("num_class_embeds"):
        lines.append(f"classes: {config['num_class_embeds']}, a label is required")
    return lines


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_small(path, MOST_CONFIG))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
