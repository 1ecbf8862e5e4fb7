"""What a training run is: one validated, immutable record, and good values for common data."""

import difflib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import SCHEDULE_KINDS
from diffvis.errors import UserError
from diffvis.files import resource
from diffvis.networks.registry import NETWORKS, default_network, network_options

Option = bool | int | float | str | tuple[int, ...]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
_ALIKE = {"fashion-mnist": "mnist", "kmnist": "mnist"}  # sets that train well with another's preset


class TrainConfig(BaseModel):
    """All that decides the result of a training run. ``make_config`` builds it from user input.

    The numbers count optimiser steps unless they say otherwise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    data: str = Field(min_length=1)
    data_options: dict[str, Option] = {}
    network: str
    network_options: dict[str, Option] = {}
    timesteps: int = Field(1000, ge=1, le=100_000)
    schedule: str = "cosine"
    predict: Literal["eps", "x0", "v"] = "eps"
    loss: Literal["simple", "min-snr", "hybrid"] = "simple"  # hybrid learns the variance as well
    conditional: bool = False  # learn the classes, if the data has any
    label_dropout: float = Field(0.1, ge=0, lt=1)  # share of labels hidden, for guidance
    flip: bool = False  # mirror half of the images

    steps: Count = 10_000
    batch_size: Count = 128
    optimizer: Literal["adam", "adamw"] = "adamw"
    lr: float = Field(1e-3, gt=0, le=1)
    lr_schedule: Literal["constant", "cosine"] = "cosine"
    warmup: int = Field(0, ge=0, le=1_000_000_000)
    weight_decay: float = Field(0.0, ge=0, le=1)
    gradient_clip: float = Field(1.0, ge=0)  # largest norm of the gradient; 0 does not clip
    ema_decay: float = Field(0.999, ge=0, lt=1)
    precision: Literal["auto", "float32", "bfloat16"] = "auto"

    validate_every: int = Field(500, ge=0)  # 0: never
    validation_count: Count = 512  # samples
    patience: int = Field(0, ge=0)  # validations without a new best before stopping; 0: never stop
    preview_every: int = Field(500, ge=0)  # 0: never
    preview_count: Count = 64  # samples
    preview_steps: Count = 10  # of the sampler
    checkpoint_seconds: float = Field(30.0, ge=0)

    seed: int = Field(0, ge=0, lt=2**63)
    device: str = "auto"

    @field_validator("network")
    @classmethod
    def _known_network(cls, name: str) -> str:
        return _one_of(name, tuple(NETWORKS))

    @field_validator("schedule")
    @classmethod
    def _known_schedule(cls, kind: str) -> str:
        return _one_of(kind, SCHEDULE_KINDS)

    @field_validator("device")
    @classmethod
    def _known_device(cls, name: str) -> str:
        if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", name):
            raise ValueError("choose one of auto, cpu, cuda, cuda:1, mps")
        return name

    def changed(self, **values: Any) -> "TrainConfig":
        """A copy with other values, checked like the first.

        Raises:
            UserError: a value is unknown or impossible.
        """
        return make_config({**self.model_dump(), **values})


def make_config(values: Mapping[str, Any]) -> TrainConfig:
    """A configuration from what a user, a file or a preset gave.

    Raises:
        UserError: names the first field that is wrong, its value and what is allowed.
    """
    try:
        return TrainConfig(**values)
    except ValidationError as error:
        raise _explain(error) from None


def resolved(config: TrainConfig, shape: tuple[int, ...]) -> TrainConfig:
    """``config`` with all options of its network, so that later defaults do not change the run.

    Raises:
        UserError: the network has no such option, or it cannot have that value.
    """
    options = network_options(config.network, shape, config.network_options)
    return config.changed(network_options=options)


def preset(name: str) -> dict[str, Any]:
    """The values of the preset file ``resources/presets/<name>.json``."""
    return json.loads(resource(f"presets/{name}.json").read_text(encoding="utf-8"))


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


def preset_for(dataset: Dataset) -> TrainConfig:
    """A configuration that trains well on ``dataset``, from the preset nearest to it."""
    name = preset_name(dataset)
    values = {"network": default_network(dataset.shape), **preset(name)}
    values["batch_size"] = min(values["batch_size"], max(1, len(dataset.train)))
    return make_config({**values, "data": dataset.source})


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"choose one of {', '.join(allowed)}")
    return value


def _explain(error: ValidationError) -> UserError:
    first = error.errors()[0]
    field = str(first["loc"][0]) if first["loc"] else "configuration"
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(field, TrainConfig.model_fields, 1)
        remedy = (
            f"did you mean {near[0]}?" if near else f"known: {', '.join(TrainConfig.model_fields)}"
        )
        return UserError(f"there is no training setting called {field}", remedy)
    if first["type"] == "missing":
        return UserError(f"the training setting {field} is missing", "give it a value")
    said = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return UserError(f"{field} = {first['input']!r} is not possible", said)
