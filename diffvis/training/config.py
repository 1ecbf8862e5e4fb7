"""What a training run is: one validated, immutable record, and good values for common data."""

import importlib.util
import re
from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, field_validator

from diffvis.data.dataset import Dataset
from diffvis.data.splits import LEAST
from diffvis.diffusion.schedule import SCHEDULE_KINDS
from diffvis.errors import UserError
from diffvis.models.schedule_file import is_schedule_file
from diffvis.networks.registry import default_network, network_options
from diffvis.training.device import DEVICES, autocast_dtype, resolve_device
from diffvis.training.presets import preset, preset_name
from diffvis.training.settings import TrainSettings

_OF_RANDOM_PAIRS = {"references": 0, "pairing": "random", "flip": False}


class TrainConfig(TrainSettings):
    """All that decides the result of a training run. ``make_config`` builds it from user input.

    Raises:
        UserError: names the first field that is wrong, its value and what is allowed.
    """

    @field_validator("schedule")
    @classmethod
    def _known_schedule(cls, kind: str) -> str:
        """A kind, or the path of a file that the Schedules workspace saved."""
        if kind not in SCHEDULE_KINDS and not is_schedule_file(kind):
            raise ValueError("no schedule")
        return kind

    @field_validator("device")
    @classmethod
    def _known_device(cls, name: str) -> str:
        if not re.fullmatch(DEVICES, name):
            raise ValueError("no device")
        return name

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        if self.references and self.loss == "hybrid":  # whose bound needs x0 as it was drawn
            raise UserError(
                "the hybrid loss cannot average its targets",
                "set references to 0, or choose the loss simple or min-snr",
                field="references",
            )
        paired = [name for name, usual in _OF_RANDOM_PAIRS.items() if getattr(self, name) != usual]
        if self.reflow and paired:
            raise UserError(
                f"the pairs of a reflow are as they are: {paired[0]} changes them",
                f"leave {paired[0]} at {_OF_RANDOM_PAIRS[paired[0]]}",
                field=paired[0],
            )
        if self.references and self.pairing != "random":  # whose mean is over random pairs
            raise UserError(
                "targets that are averaged are of noise that is paired at random",
                "set references to 0, or pairing to random",
                field="pairing",
            )

    def changed(self, /, **values: Any) -> Self:
        """A copy with other values, checked like the first.

        Another network begins with its own default options.

        Raises:
            UserError: a value is unknown or impossible.
        """
        if values.get("network", self.network) != self.network:
            values = {"network_options": {}, **values}
        return super().changed(**values)


class FaultyConfig(TrainConfig):
    """Of a run with a bug in its code. Bugs are no settings: only ``diffvis.bugs.training`` makes
    such a configuration, and the file of such a run has it.
    """

    bug: str = Field(min_length=1)


def bug_of(config: TrainConfig) -> str:
    """The bug of a run; "" for a sound one."""
    return config.bug if isinstance(config, FaultyConfig) else ""


def config_of_run(values: Mapping[str, Any]) -> TrainConfig:
    """The configuration in the file of a run.

    Raises:
        UserError: as ``make_config``.
    """
    return FaultyConfig(**values) if "bug" in values else make_config(values)


def make_config(values: Mapping[str, Any]) -> TrainConfig:
    """A configuration from what a user, a file or a preset gave.

    Raises:
        UserError: names the first field that is wrong, its value and what is allowed.
    """
    return TrainConfig(**values)


def resolved(config: TrainConfig, shape: tuple[int, ...]) -> TrainConfig:
    """``config`` with all options of its network, so that later defaults do not change the run.

    Raises:
        UserError: the network has no such option, or it cannot have that value.
    """
    options = network_options(config.network, shape, config.network_options)
    return config.changed(network_options=options)


def check_validation(config: TrainConfig, dataset: Dataset) -> None:
    """Whether a run that is to stop early has samples that say when.

    Raises:
        UserError: none are held back of the data.
    """
    if config.patience and not len(dataset.validation):
        raise UserError(
            f"patience = {config.patience} is not possible: {dataset.title} has no samples to "
            "validate, which say when to stop early",
            f"set patience to 0, or give {LEAST} samples or more",
            field="patience",
        )


def check_here(config: TrainConfig) -> None:
    """Whether this machine can do what a configuration asks for.

    Raises:
        UserError: the device, its precision or a package is not there.
    """
    device = resolve_device(config.device)
    autocast_dtype(config.precision, device, is_points=False)
    if config.tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise UserError(
            "event files for TensorBoard need the package tensorboard",
            'install "diffvis[tensorboard]"',
        )


def preset_for(dataset: Dataset, source: str | None = None) -> TrainConfig:
    """A configuration that trains well on ``dataset``: the preset ``source``, else the nearest.

    Raises:
        UserError: there is no such preset, or it asks for what is not possible.
    """
    values = preset(source or preset_name(dataset))
    values = {"network": default_network(dataset.shape), **values, "data": dataset.source}
    config = make_config(values)
    return config.changed(batch_size=min(config.batch_size, max(1, len(dataset.train))))
