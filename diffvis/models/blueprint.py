"""Everything needed to rebuild a trained network and to read its samples, without its data."""

import operator
from dataclasses import dataclass, replace
from typing import Any

from torch import nn

from diffvis.data.scaling import Scaling
from diffvis.diffusion.clipping import Clip
from diffvis.diffusion.decoder import LEVELS
from diffvis.diffusion.likelihood import check_levels
from diffvis.diffusion.prediction import (
    NetworkDenoiser,
    Prediction,
    check_path,
    check_prediction,
)
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.variance import FixedVariance
from diffvis.networks.registry import make_network, network_options
from diffvis.networks.untold import Untold

MARK = "BUG"
"""Stands before the name of a bug (``diffvis/bugs``) wherever something was made with it."""


def marked(name: str, bug: str) -> str:
    """``digits (BUG no-t)``: the name of what was trained with a bug; the name alone without."""
    return f"{name} ({MARK} {bug})" if bug else name


class OfShape:
    """What follows from the shape of one sample: (2,) or (C, H, W)."""

    shape: tuple[int, ...]

    @property
    def is_points(self) -> bool:
        return len(self.shape) == 1

    @property
    def clip(self) -> Clip | None:
        """How samplers keep x0_hat in range: images live in [-1, 1], points anywhere."""
        return None if self.is_points else "static"

    @property
    def variance(self) -> FixedVariance:
        """Of DDPM's noise where none is learned: short chains of points need the large one."""
        return "large" if self.is_points else "small"


@dataclass(frozen=True)
class Blueprint(OfShape):
    """What a checkpoint says about its network. ``shape`` is that of one sample."""

    name: str
    network: str
    network_options: dict[str, Any]
    schedule: NoiseSchedule
    predicts: Prediction
    learns_variance: bool
    shape: tuple[int, ...]
    data: str
    scaling: Scaling
    num_classes: int
    classes: tuple[str, ...]
    levels: int | None = None
    """How many values a pixel of the data can have; None of points, and of a model that was made
    before this was known."""
    bug: str = ""
    """In the code that trained it, on purpose; "" for a sound model."""
    told_t: bool = True
    """Whether the network is told t."""

    @property
    def decoder_levels(self) -> int:
        """Those of the bound on the likelihood, also where they are not known."""
        return LEVELS if self.levels is None else self.levels

    def with_all_options(self) -> "Blueprint":
        """The same with the options that were not given by their defaults.

        Raises:
            UserError: there is no such network, it does not fit the shape, or a bad option.
        """
        options = network_options(self.network, self.shape, self.network_options)
        return replace(self, network_options=options)

    def make_network(self) -> nn.Module:
        """The network with fresh weights from PyTorch's global generator."""
        network = make_network(
            self.network,
            self.shape,
            T=self.schedule.T,
            num_classes=self.num_classes,
            learns_variance=self.learns_variance,
            **self.network_options,
        )
        return network if self.told_t else Untold(network)

    def denoiser(self, network: nn.Module) -> NetworkDenoiser:
        """A network of this blueprint as the samplers and losses take it."""
        return NetworkDenoiser(network, self.predicts, self.learns_variance)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "network": self.network,
            "network_options": self.network_options,
            "schedule": self.schedule.to_json(),
            "predicts": self.predicts,
            "learns_variance": self.learns_variance,
            "shape": list(self.shape),
            "data": self.data,
            "scaling": self.scaling.to_json(),
            "num_classes": self.num_classes,
            "classes": list(self.classes),
            **({} if self.levels is None else {"levels": self.levels}),
            **({"bug": self.bug} if self.bug else {}),
            **({} if self.told_t else {"told_t": False}),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Blueprint":
        """The inverse of ``to_json``.

        Raises:
            KeyError, TypeError, ValueError: it is not sound.
        """
        schedule = NoiseSchedule.from_json(values["schedule"])
        check_prediction(values["predicts"])
        check_path(schedule, values["predicts"])
        levels = values.get("levels")
        if levels is not None:
            check_levels(operator.index(levels))
        return cls(
            name=values["name"],
            network=values["network"],
            network_options=values["network_options"],
            schedule=schedule,
            predicts=values["predicts"],
            learns_variance=values["learns_variance"],
            shape=tuple(values["shape"]),
            data=values["data"],
            scaling=Scaling.from_json(values["scaling"]),
            num_classes=operator.index(values["num_classes"]),
            classes=tuple(values["classes"]),
            levels=levels,
            bug=str(values.get("bug", "")),
            told_t=bool(values.get("told_t", True)),
        )
