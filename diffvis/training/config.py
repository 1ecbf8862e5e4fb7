"""What a training run is: one validated, immutable record, and good values for common data."""

import importlib.util
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from diffvis.data.dataset import Dataset
from diffvis.data.splits import LEAST
from diffvis.diffusion.schedule import MAX_T, SCHEDULE_KINDS
from diffvis.errors import UserError
from diffvis.models.schedule_file import is_schedule_file
from diffvis.networks.registry import NETWORKS, default_network, network_options
from diffvis.training.allowed import explain
from diffvis.training.device import DEVICES, autocast_dtype, resolve_device
from diffvis.training.presets import preset, preset_name

Option = bool | int | float | str | tuple[int, ...]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]


class TrainConfig(BaseModel):
    """All that decides the result of a training run. ``make_config`` builds it from user input.

    The numbers count optimiser steps unless they say otherwise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    data: str = Field(min_length=1, description="a name in the catalogue or a path")
    data_options: dict[str, Option] = Field({}, description="how the data is opened")
    network: str = Field(description="the kind of network")
    network_options: dict[str, Option] = Field({}, description="of that kind, by name")
    timesteps: int = Field(1000, ge=1, le=MAX_T, description="T, the steps of the chain")
    schedule: str = Field("cosine", description="how the noise grows with t")
    predict: Literal["eps", "x0", "v"] = Field("eps", description="what the network answers")
    loss: Literal["simple", "min-snr", "hybrid"] = Field(
        "simple", description="hybrid learns the variance as well"
    )
    references: int = Field(
        0, ge=0, le=1_000_000, description="samples that targets are averaged over; 0: none"
    )
    conditional: bool = Field(False, description="learn the classes, if the data has any")
    label_dropout: float = Field(
        0.1, ge=0, lt=1, description="share of labels hidden, for guidance"
    )
    flip: bool = Field(False, description="mirror half of the images")

    steps: Count = Field(10_000, description="optimiser steps of the whole run")
    batch_size: Count = Field(128, description="samples in a step, over all processes")
    optimizer: Literal["adam", "adamw"] = Field("adamw", description="what takes the steps")
    lr: float = Field(1e-3, gt=0, le=1, description="the largest learning rate")
    lr_schedule: Literal["constant", "cosine"] = Field(
        "cosine", description="of the learning rate after the warm-up"
    )
    warmup: int = Field(0, ge=0, le=1_000_000_000, description="steps up to the learning rate")
    weight_decay: float = Field(0.0, ge=0, le=1, description="of the optimiser")
    gradient_clip: float = Field(
        1.0, ge=0, description="largest norm of the gradient; 0 does not clip"
    )
    ema_decay: float = Field(0.999, ge=0, lt=1, description="of the average that is sampled from")
    precision: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        "auto", description="of the network; auto is bfloat16 where that is fast"
    )
    compile: bool = Field(False, description="compile the network before the first step")

    validate_every: int = Field(500, ge=0, description="steps between validations; 0: never")
    validation_count: Count = Field(512, description="samples of a validation")
    patience: int = Field(
        0, ge=0, description="validations without a new best before stopping; 0: never stop"
    )
    preview_every: int = Field(500, ge=0, description="steps between previews; 0: never")
    preview_count: Count = Field(64, description="samples of a preview")
    preview_steps: Count = Field(10, description="of the sampler in a preview")
    checkpoint_seconds: float = Field(30.0, ge=0, description="between checkpoints")
    tensorboard: bool = Field(False, description="write event files for TensorBoard as well")

    start_from: str = Field("", description="a model whose weights it begins with")
    seed: int = Field(0, ge=0, lt=2**63, description="decides all that is random")
    device: str = Field("auto", description="where to compute")

    @field_validator("network")
    @classmethod
    def _known_network(cls, name: str) -> str:
        return _one_of(name, tuple(NETWORKS))

    @field_validator("schedule")
    @classmethod
    def _known_schedule(cls, kind: str) -> str:
        """A kind, or the path of a file that the Schedules workspace saved."""
        return kind if is_schedule_file(kind) else _one_of(kind, SCHEDULE_KINDS)

    @field_validator("device")
    @classmethod
    def _known_device(cls, name: str) -> str:
        if not re.fullmatch(DEVICES, name):
            raise ValueError("no device")
        return name

    def changed(self, **values: Any) -> "TrainConfig":
        """A copy with other values, checked like the first.

        Another network begins with its own default options.

        Raises:
            UserError: a value is unknown or impossible.
        """
        before = self.model_dump()
        if values.get("network", self.network) != self.network:
            del before["network_options"]
        return make_config({**before, **values})


def make_config(values: Mapping[str, Any]) -> TrainConfig:
    """A configuration from what a user, a file or a preset gave.

    Raises:
        UserError: names the first field that is wrong, its value and what is allowed.
    """
    try:
        config = TrainConfig(**values)
    except ValidationError as error:
        raise explain(error, TrainConfig) from None
    if config.references and config.loss == "hybrid":  # whose bound needs x0 as it was drawn
        raise UserError(
            "the hybrid loss cannot average its targets",
            "set references to 0, or choose the loss simple or min-snr",
        )
    return config


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


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError("unknown")
    return value
