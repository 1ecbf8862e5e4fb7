"""The folder of a run: what it was told, how it went, and the states it can go on from.

run.json            format version and configuration
schedule.json       the noise schedule, where it is not one of the kinds
environment.json    versions, device, seed and data of the last start
metrics.csv         one row for each step and event, appended as they come; see ``metrics.COLUMNS``
lock                held by the process that trains
log.txt             what happened, for people
checkpoints/        step-00001234.safetensors (the last ones) and best.safetensors
tensorboard/        the same metrics as event files, if they were asked for
previews/           step-00001200.npz: samples x0 in model units on the same noise; the way to a few
"""

import contextlib
import glob
import json
import logging
import platform
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

import diffvis
from diffvis.data.dataset import Dataset
from diffvis.data.unpacking import check_archive
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.files import atomic_write, home, read_small
from diffvis.leftovers import PART
from diffvis.models.run_files import (
    FORMAT,
    LARGEST_BYTES,
    RUN,
    best_checkpoint,
    checkpoints_to_sample,
    files_by_step,
    read_run,
    run_checkpoints,
)
from diffvis.models.schedule_file import (
    as_json,
    find_schedule,
    is_schedule_file,
    load_schedule,
)
from diffvis.models.weights import SUFFIX
from diffvis.training.device import device_name
from diffvis.training.progress import Chain

if TYPE_CHECKING:  # it needs pydantic, which only a configuration is worth
    from diffvis.training.config import TrainConfig

SCHEDULE = "schedule.json"
FOLDERS = ("checkpoints", "previews")
log = logging.getLogger(__name__)


class RunFolder:
    """An existing run folder. ``create`` makes one, ``open`` finds one."""

    def __init__(
        self, path: Path, config: "TrainConfig", schedule: NoiseSchedule | None = None
    ) -> None:
        self.path = path
        self.config = config
        self._schedule = schedule  # of a new run: what ``schedule.json`` will hold

    @classmethod
    def create(cls, path: str | Path, config: "TrainConfig") -> "RunFolder":
        """Make the folder of a new run.

        Raises:
            UserError: there is something already, the folder cannot be written, or the schedule
                cannot be read.
        """
        path = Path(path).expanduser()
        if (path / RUN).exists():
            raise UserError(f"{path} holds a run already", "resume it or give another folder")
        if path.is_dir() and not _is_unused(path):
            raise UserError(f"{path} is not empty", "give a new folder for the run")
        own = None
        if is_schedule_file(config.schedule):  # a copy, for the file may go
            own = find_schedule(config.schedule, config.timesteps)
            config = config.changed(schedule=str(path / SCHEDULE))
        folder = cls(path, config, own)
        try:
            folder.write_config()
        except OSError as error:
            reason = error.strerror or error
            raise UserError(
                f"the run folder {path} cannot be written ({reason})", "choose another folder"
            ) from error
        return folder

    @classmethod
    def open(cls, path: str | Path) -> "RunFolder":
        """Find the run in a folder.

        Raises:
            UserError: there is none, or it is of a newer diffvis.
        """
        path = Path(path).expanduser()
        values = read_run(path)
        from diffvis.training.config import config_of_run

        config = config_of_run(values)
        if config.schedule == SCHEDULE:
            config = config.changed(schedule=str(path / SCHEDULE))
        return cls(path, config)

    def with_its_schedule(self, config: "TrainConfig") -> "TrainConfig":
        """``config`` with the folder's own copy of a schedule, where it names that schedule by the
        path of another file, which may be gone.

        Raises:
            UserError: one of the two cannot be read.
        """
        if not (is_schedule_file(config.schedule) and is_schedule_file(self.config.schedule)):
            return config
        mine, other = Path(self.config.schedule), Path(config.schedule)
        if mine.is_file() and other.is_file() and load_schedule(mine) != load_schedule(other):
            return config
        return config.changed(schedule=self.config.schedule)

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.csv"

    @property
    def events(self) -> Path:
        """For TensorBoard, if that was asked for."""
        return self.path / "tensorboard"

    @property
    def best(self) -> Path:
        return best_checkpoint(self.path)

    def write_config(self) -> None:
        """Make what is missing of the folder.

        Raises:
            OSError: it cannot be written.
        """
        for name in FOLDERS:
            (self.path / name).mkdir(parents=True, exist_ok=True)
        values = self.config.model_dump(mode="json")
        if values["schedule"] == str(self.path / SCHEDULE):
            values["schedule"] = SCHEDULE  # folders are moved and renamed
            if self._schedule is not None:
                self._write_json(SCHEDULE, as_json(self._schedule))
        self._write_json(RUN, {"format": FORMAT, "config": values})

    def write_environment(self, dataset: Dataset, device: torch.device, precision: str) -> None:
        """Record what the run's numbers depend on besides its configuration."""
        environment = {
            "diffvis": diffvis.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "host": platform.node(),
            "device": device_name(device),
            "threads": torch.get_num_threads(),
            "precision": precision,
            "seed": self.config.seed,
            "data": {"source": dataset.source, "fingerprint": dataset.fingerprint},
            "started": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        self._write_json("environment.json", environment)

    def environment(self) -> dict[str, Any]:
        """What ``write_environment`` recorded, or nothing where that is not known."""
        try:
            found = json.loads(read_small(self.path / "environment.json", LARGEST_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def data_fingerprint(self) -> str | None:
        """Of the data the run was started with, or None where that is not known."""
        data = self.environment().get("data")
        return data.get("fingerprint") if isinstance(data, dict) else None

    def checkpoints(self) -> list[Path]:
        """What the run can go on from, the newest first."""
        return run_checkpoints(self.path)

    def checkpoints_to_sample(self) -> list[Path]:
        """What to sample from, the preferred first: the best if the run stops early."""
        return checkpoints_to_sample(self.path, stops_early=self.config.patience > 0)

    def checkpoint_path(self, step: int) -> Path:
        return self.path / "checkpoints" / f"step-{step:08d}{SUFFIX}"

    def prune(self) -> None:
        """Delete the checkpoints that are not needed any more."""
        for path in self.checkpoints()[self.config.checkpoints_kept :]:
            path.unlink(missing_ok=True)

    def previews(self) -> list[Path]:
        """The stored previews, the earliest first; ``read_preview`` reads one."""
        return files_by_step(self.path / "previews", ".npz")

    def write_preview(self, step: int, x0: Tensor, chain: Chain | None = None) -> Path:
        path = self.path / "previews" / f"step-{step:08d}.npz"
        with atomic_write(path) as file:
            way: dict[str, Any] = {}
            if chain is not None:
                way = {"chain": chain.x.numpy(), "chain_t": chain.t}
            np.savez(file, x0=x0.numpy(), step=step, **way)
        return path

    def note(self, message: str) -> None:
        """Append a line to log.txt. A log that cannot be written is no reason to stop."""
        now = datetime.now().isoformat(" ", "seconds")
        try:
            with (self.path / "log.txt").open("a", encoding="utf-8") as file:
                file.write(f"{now}  {message}\n")
        except OSError:
            log.warning("%s: %s", self.path, message)

    def _write_json(self, name: str, content: dict[str, Any]) -> None:
        with atomic_write(self.path / name) as file:
            file.write((json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())


def _is_unused(path: Path) -> bool:
    """Whether a folder is empty, or holds only what is left of a run that could not begin."""
    found = {entry.name: entry for entry in path.iterdir() if not entry.name.endswith(PART)}
    if found and not set(FOLDERS) & set(found):
        return False
    return all(
        name == SCHEDULE or (name in FOLDERS and entry.is_dir() and not any(entry.iterdir()))
        for name, entry in found.items()
    )


def read_preview(path: Path) -> tuple[int, Tensor]:
    """The step of a stored preview and its samples x0 (N, ...) in model units.

    Raises:
        UserError: it is damaged, or half copied.
    """
    with _preview(path) as file:
        return int(file["step"]), torch.from_numpy(_samples(file["x0"]))


def read_chain(path: Path) -> Chain | None:
    """The way to a few samples of a stored preview; None where it was not kept.

    Raises:
        UserError: it is damaged, or half copied.
    """
    with _preview(path) as file:
        if "chain" not in file:
            return None
        times, x = file["chain_t"], file["chain"]
        if times.ndim != 1 or len(times) != len(x):
            raise ValueError(f"{times.shape} times of {len(x)} moments")
        for moment in x:
            _samples(moment)
        return Chain(tuple(times.tolist()), torch.from_numpy(x))


def _samples(x: np.ndarray) -> np.ndarray:
    """Raises ValueError unless these are points (N, 1 to 3), or images (N, 1 or 3, H, W)."""
    shape = x.shape
    points = x.ndim == 2 and shape[1] in (1, 2, 3)
    images = x.ndim == 4 and shape[1] in (1, 3)
    if not (points or images) or 0 in shape or not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"{x.dtype} of shape {shape} are no samples")
    return x


@contextlib.contextmanager
def _preview(path: Path) -> Iterator[Mapping[str, np.ndarray]]:
    try:
        check_archive(path)
        with np.load(path, allow_pickle=False) as file:
            yield file
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise UserError(f"{path} is damaged", "delete it, and the others are shown") from error


def runs_folder() -> Path:
    """Where runs go unless the user says otherwise."""
    return home() / "runs"


def new_run_path(name: str, ahead: int = 0) -> Path:
    """A folder for a new run that is not there yet: ``runs/digits-3`` after ``runs/digits-2``, or
    one of a higher number where ``ahead`` others are still to be made.
    """
    folder = runs_folder()
    taken = (path.name.rpartition("-") for path in folder.glob(f"{glob.escape(name)}-*"))
    counted = [int(last) for before, _, last in taken if before == name and _is_number(last)]
    return folder / f"{name}-{max(counted, default=0) + 1 + ahead}"


def _is_number(text: str) -> bool:
    """As this counts them: a person's own name may end in the digits of a date."""
    return text.isascii() and text.isdecimal() and len(text) <= 6
