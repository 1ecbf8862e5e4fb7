"""``diffvis.train``: a run that is trained step by step, in a script or watched in a notebook."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.face.live import Live
from diffvis.face.pictures import png, run_picture
from diffvis.face.subjects import AnyData, data_of
from diffvis.models.model import open_model
from diffvis.models.run_files import run_checkpoints
from diffvis.models.sampleable import Model
from diffvis.models.schedule_file import save_schedule
from diffvis.training.chosen import settings_for
from diffvis.training.config import TrainConfig
from diffvis.training.device import resolve_device
from diffvis.training.progress import Progress
from diffvis.training.run import RunFolder, TrainingRun, create_run, new_run_path, train_run
from diffvis.training.snapshot import snapshot
from diffvis.viewing.run_card import run_card
from diffvis.viewing.run_reading import RunReading
from diffvis.viewing.training_record import TrainingRecord

__all__ = ["Run", "open_run", "train"]


class Run(Iterator[Progress]):
    """A training run and its folder. Nothing is trained before it is asked for.

    ``model = run.finish()`` takes the steps that are left, and a notebook shows how it goes.
    ``for progress in run`` takes them one by one: each ``next`` is a bounded piece of work, which
    ``progress.kind`` names (step, validation, preview, checkpoint, notice, stopped); not to call it
    is to pause. ``run.close()`` stops and saves; whoever asks for more goes on from there.

    In a notebook a run shows its losses and its newest samples, also one that another process
    trains: the folder is read again.
    """

    def __init__(self, folder: RunFolder, dataset: Dataset | None = None) -> None:
        self._folder = folder
        self._dataset = dataset
        self._training: TrainingRun | None = None
        self._reading = RunReading(folder.path, dataset)

    @property
    def path(self) -> Path:
        """The folder, which ``diffvis.open_run``, the window and the command line open."""
        return self._folder.path

    @property
    def config(self) -> TrainConfig:
        """Its settings: ``run.config.lr`` and all others."""
        return self._folder.config

    @property
    def step(self) -> int:
        """How many steps have been taken."""
        return self.record.step if self._training is None else self._training.state.step

    @property
    def loss(self) -> np.ndarray:
        """The training loss of each step, as far as it has been written; float64 (steps,)."""
        return self.record.history.loss.view().copy()

    @property
    def samples(self) -> Tensor | None:
        """The newest preview (N, ...) in the units of the model; None before there is one."""
        moments = self.record.film.moments
        return moments[-1].x0 if moments else None

    @property
    def model(self) -> Model:
        """What it has learned so far: the average of the weights, in a copy of its own.

        Raises:
            UserError: it has not begun.
        """
        if self._training is None:
            return open_model(self.path)
        name = f"{self.path.name} at step {self.step:,}"
        return snapshot(self._training.state, name, self.path)

    @property
    def record(self) -> TrainingRecord:
        """All that the folder tells of it by now: losses, events, samples."""
        for _ in self._reading.read():
            pass
        return self._reading.record

    def finish(self) -> Model:
        """Take the steps that are left, and return the model. A notebook shows it meanwhile; what
        interrupts it, such as the stop button, stops and saves the run, which can go on later.

        Raises:
            UserError: the run cannot go on, such as on a full disk; it is saved as far as it was.
        """
        live = Live(self)
        try:
            for progress in self:
                if progress.kind == "notice" and getattr(progress, "paused", False):
                    raise UserError(
                        str(getattr(progress, "problem", "")), str(getattr(progress, "remedy", ""))
                    )
                live.now_and_again()
        finally:
            self.close()
            live.last()
        return open_model(self.path, resolve_device(self.config.device))

    def close(self) -> None:
        """Stop and save; nothing where it is not under way."""
        training, self._training = self._training, None
        if training is not None:
            training.close()

    def __next__(self) -> Progress:
        if self._training is None:
            if run_card(self.path).step >= self.config.steps:
                raise StopIteration
            resume = bool(run_checkpoints(self.path))
            self._training = train_run(
                self.config, self._folder, resume=resume, dataset=self._dataset
            )
        try:
            return next(self._training)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        card = run_card(self.path)
        return f"<Run {self.path.name} of {self.config.data}: {card.about}>"

    def _repr_png_(self) -> bytes | None:
        picture = run_picture(self.record)
        return None if picture is None else png(picture)


def train(
    data: AnyData,
    out: str | os.PathLike[str] | None = None,
    *,
    preset: str | None = None,
    **settings: Any,
) -> Run:
    """A new run that learns ``data``; ``finish`` or iterating takes its steps.

    Args:
        data: a data set, or its name or path.
        out: the folder of the run; None: a new one among those that the window lists.
        preset: settings to begin with, by name or a JSON file; None: those that train such data
            well.
        settings: what is to be otherwise: ``steps=500``, ``lr=1e-3``, ``predict="v"``, ... as
            ``diffvis settings`` lists them; ``schedule`` may be a ``NoiseSchedule``.

    Raises:
        UserError: the data cannot be opened, a setting is unknown or impossible here, or the folder
            is in use.
    """
    dataset = data_of(data)
    with TemporaryDirectory() as scratch:
        own = settings.get("schedule")
        if isinstance(own, NoiseSchedule):  # the folder of the run gets a copy
            file = Path(scratch) / "schedule.json"
            save_schedule(own, file)
            settings = {**settings, "schedule": str(file)}
        if "start_from" in settings:
            settings["start_from"] = str(settings["start_from"])
        config = settings_for(dataset, preset, settings)
        path = Path(out) if out is not None else new_run_path(dataset.name)
        return Run(create_run(path, config, dataset), dataset)


def open_run(path: str | os.PathLike[str]) -> Run:
    """The run in a folder: to look at, also while another process trains it, or to go on with.

    Raises:
        UserError: there is none.
    """
    return Run(RunFolder.open(Path(path)))
