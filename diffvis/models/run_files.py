"""Where a run folder keeps what can be sampled; ``training.folder`` has all else that is in it."""

import json
import operator
import re
from pathlib import Path
from typing import Any

from diffvis.errors import UserError
from diffvis.files import read_small
from diffvis.models.weights import SUFFIX

RUN = "run.json"  # what every run folder has
LARGEST_BYTES = 4 * 2**20  # of such a file; a drawn schedule has one of its own
FORMAT = 2  # 2: the metrics have memory and time left, and name their own columns
_STEP = re.compile("step-([0-9]+)")  # the stem of a file that the run wrote at a step


def is_run(path: Path) -> bool:
    """Whether there is a run in the folder ``path``."""
    return (path / RUN).is_file()


def read_run(path: Path) -> dict[str, Any]:
    """The settings of the run in the folder ``path``, as its file has them.

    Raises:
        UserError: there is none, or it is of a newer diffvis.
    """
    file = path / RUN
    try:
        content = json.loads(read_small(file, LARGEST_BYTES))
        version = operator.index(content["format"])
        values = {**content["config"]}
    except FileNotFoundError:
        raise UserError(f"{path} is not a run folder", "it has no run.json") from None
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{file} cannot be read ({reason})", "check that file") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UserError(f"{file} is damaged", "start a new run") from None
    if version > FORMAT:
        raise UserError(
            f"{path} was written by a newer diffvis (format {version})",
            f"update diffvis; this one reads formats up to {FORMAT}",
        )
    return values


def best_checkpoint(path: Path) -> Path:
    """The state with the smallest validation loss, where the run keeps one."""
    return path / "checkpoints" / f"best{SUFFIX}"


def run_checkpoints(path: Path) -> list[Path]:
    """What the run in the folder ``path`` can go on from, the newest first."""
    return files_by_step(path / "checkpoints", SUFFIX)[::-1]


def checkpoints_to_sample(path: Path, stops_early: bool) -> list[Path]:
    """What to sample from, the preferred first: the best if the run stops early."""
    best = best_checkpoint(path)
    newest = run_checkpoints(path)
    return [best, *newest] if stops_early and best.is_file() else newest


def step_of(path: Path) -> int:
    """The step at which a checkpoint or preview was written, by its name."""
    found = _STEP.fullmatch(path.stem)
    assert found is not None, f"{path} is not of a step"
    return int(found[1])


def files_by_step(folder: Path, suffix: str) -> list[Path]:
    """The files of steps, the earliest first; a copy under another name is the user's own."""
    files = (path for path in folder.glob(f"step-*{suffix}") if _STEP.fullmatch(path.stem))
    return sorted(files, key=step_of)
