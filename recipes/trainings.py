"""The trainings that a model has behind it: its own, and that of the weights it began with."""

import json
from pathlib import Path
from typing import Any

from diffvis.models.model import checkpoints_of
from diffvis.models.shipped import FIGURES
from diffvis.models.weights import read_header
from diffvis.training.folder import RunFolder


def trainings(run: RunFolder) -> list[dict[str, Any]]:
    """Steps, batch size and seconds of each, the first one first."""
    header = read_header(run.checkpoints_to_sample()[0])
    own = {
        "steps": header["step"],
        "batch_size": run.config.batch_size,
        "seconds": round(header.get("training", {}).get("seconds", 0.0)),
    }
    source = source_of(run)
    if source is None:
        return [own]
    if isinstance(source, RunFolder):
        return [*trainings(source), own]
    about = json.loads((source / FIGURES).read_text(encoding="utf-8"))
    return [*about["trainings"], own]


def source_of(run: RunFolder) -> RunFolder | Path | None:
    """What a run began with: another run, the folder of a shipped model, or random weights."""
    if not run.config.start_from:
        return None
    path, _ = checkpoints_of(run.config.start_from)
    return path if (path / FIGURES).is_file() else RunFolder.open(path)
