"""Schedules as files: saved and loaded, and used for training by their path."""

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

from diffvis.diffusion.schedule import SCHEDULE_KINDS, NoiseSchedule, make_schedule
from diffvis.errors import UserError
from diffvis.files import atomic_write, home, read_small

SUFFIX = ".json"
FORMAT = "diffvis schedule"
LARGEST_BYTES = 16 * 2**20
KEPT = 30  # schedules without a name of their own, the newest; every run has a copy of its own
_DIGITS = 12  # of the digest in the name of such a file
_NAMED_BY_CONTENTS = re.compile(rf".+-[0-9a-f]{{{_DIGITS}}}{re.escape(SUFFIX)}")


def save_schedule(schedule: NoiseSchedule, path: Path) -> None:
    """Write a schedule as JSON: its kind, T and, where these do not say it all, its betas.

    Raises:
        UserError: the file cannot be written.
    """
    text = json.dumps(as_json(schedule), indent=1)
    try:
        with atomic_write(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise UserError(
            f"{path} cannot be written: {error.strerror}", "choose another folder"
        ) from error


def as_json(schedule: NoiseSchedule) -> dict[str, object]:
    """What a file of a schedule holds."""
    return {"format": FORMAT, "version": 1, **schedule.to_json()}


def load_schedule(path: Path) -> NoiseSchedule:
    """Read what ``save_schedule`` wrote, or any JSON object with ``beta``, ``alpha_bar``, or both
    ``signal`` and ``noise`` of t = 1..T.

    Raises:
        UserError: the file cannot be read, or is not a schedule.
    """
    path = path.expanduser()
    values = _read(path)
    try:
        if "alpha_bar" in values and "beta" not in values:
            given = values["alpha_bar"]
            if not isinstance(given, list):
                raise ValueError("alpha_bar must be a list of numbers")
            return NoiseSchedule.from_alpha_bar(given, str(values.get("kind", path.stem)))
        told = "beta" in values or {"signal", "noise"} <= set(values)
        if told and not isinstance(values.get("kind"), str):
            values = {**values, "kind": path.stem}
        return NoiseSchedule.from_json(values)
    except (TypeError, ValueError) as error:
        raise UserError(
            f"{path.name} is not a schedule: {error}",
            'it needs "beta" or "alpha_bar" as a list of the numbers at t = 1..T',
        ) from error


def find_schedule(name: str, T: int) -> NoiseSchedule:
    """The schedule of a kind for T steps, or that of a file, which has its own T.

    Raises:
        UserError: it is neither, or T is not that of the file.
    """
    if not is_schedule_file(name):
        try:
            return make_schedule(name, T)
        except ValueError as error:
            raise UserError(
                f"a {name} schedule with T = {T} is not possible", str(error)
            ) from error
    schedule = load_schedule(Path(name))
    if schedule.T != T:
        raise UserError(
            f"the schedule of {Path(name).name} has {schedule.T} steps, not {T}",
            f"train with {schedule.T} timesteps",
        )
    return schedule


def is_schedule_file(name: str) -> bool:
    """Whether a name of a schedule is the path of a file."""
    return name not in SCHEDULE_KINDS and name.endswith(SUFFIX)


def name_of(schedule: NoiseSchedule) -> str:
    """What ``find_schedule`` takes to get this schedule again.

    One that was drawn or loaded is kept as a file among the user's own, under a name made of its
    contents. Only the last few that were asked for are kept: who draws by hand makes many.

    Raises:
        UserError: the file cannot be written.
    """
    values = schedule.to_json()
    if set(values) == {"kind", "T"}:
        return schedule.kind
    digest = hashlib.sha256(json.dumps(values).encode()).hexdigest()[:_DIGITS]
    plain = "".join(c if c.isalnum() else "-" for c in schedule.kind.lower()) or "own"
    path = home() / "schedules" / f"{plain}-{digest}{SUFFIX}"
    if path.exists():
        with suppress(OSError):  # it stays as long as it is asked for
            path.touch()
    else:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                f"{path.parent} cannot be made: {error.strerror}", "set DIFFVIS_HOME elsewhere"
            ) from error
        save_schedule(schedule, path)
        _keep_newest(path.parent)
    return str(path)


def _keep_newest(folder: Path) -> None:
    """Delete the oldest schedules of drawn curves, but no file that a person named."""
    mine = [file for file in folder.glob(f"*{SUFFIX}") if _NAMED_BY_CONTENTS.fullmatch(file.name)]
    with suppress(OSError):  # another window may tidy up at the same time
        for file in sorted(mine, key=lambda file: file.stat().st_mtime)[:-KEPT]:
            file.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, object]:
    try:
        values = json.loads(read_small(path, LARGEST_BYTES))
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror}", "choose a schedule saved as JSON"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{path.name} is not JSON: {error}", "choose a schedule saved as JSON"
        ) from error
    if not isinstance(values, dict):
        raise UserError(f"{path.name} is not a schedule", 'it needs "beta" or "alpha_bar"')
    return values
