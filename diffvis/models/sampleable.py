"""A model: a denoiser with all that is needed to sample from it and to read its samples."""

from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from diffvis.data.scaling import Scaling
from diffvis.diffusion.clipping import Clip, Clipping
from diffvis.diffusion.ideal import ExactDenoiser
from diffvis.diffusion.prediction import Denoiser, NetworkDenoiser
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.variance import FixedVariance
from diffvis.errors import UserError
from diffvis.models.blueprint import Blueprint, OfShape, marked
from diffvis.models.engine import HurriedDenoiser
from diffvis.models.read_network import ReadNetwork, denoiser_of
from diffvis.models.reading import Reading
from diffvis.models.tracing import TracedDenoiser
from diffvis.networks.layout import with_image_layout


@dataclass(frozen=True, eq=False)
class Model(OfShape):
    """A denoiser with all that is needed to sample from it and to read its samples."""

    name: str
    denoiser: Denoiser
    schedule: NoiseSchedule
    shape: tuple[int, ...]  # of one sample: (2,) or (C, H, W)
    data: str  # the source of the data it learned
    scaling: Scaling
    num_classes: int = 0
    classes: tuple[str, ...] = ()
    steps: int | None = None  # trained for; None where nothing was trained
    path: Path | None = None
    reading: Reading | None = None
    """How the network is read, where it is not one of ours, which says all itself."""
    reach: float | None = None
    """How far from 0 the points lie that it learned, as the network sees them; None: not known."""
    notes: tuple[str, ...] = ()
    """What else was found out or assumed of a foreign network, for people."""

    @classmethod
    def of(
        cls, blueprint: Blueprint, network: nn.Module, name: str, steps: int, path: Path | None
    ) -> "Model":
        """The model that a network of ``blueprint`` is after so many steps of training."""
        return cls(
            name=marked(name, blueprint.bug),
            denoiser=blueprint.denoiser(network),
            schedule=blueprint.schedule,
            shape=blueprint.shape,
            data=blueprint.data,
            scaling=blueprint.scaling,
            num_classes=blueprint.num_classes,
            classes=blueprint.classes,
            steps=steps,
            path=path,
        )

    @property
    def about(self) -> str:
        """What it makes and how it was trained, in one line: ``1 x 28 x 28, 10 classes, cosine
        schedule, T = 1000, 5,000 steps``.
        """
        parts = [
            f"{self.shape[0]}-D points" if self.is_points else " x ".join(map(str, self.shape))
        ]
        if self.num_classes:
            parts.append(f"{self.num_classes} classes")
        parts += [f"{self.schedule.kind} schedule", f"T = {self.schedule.T}"]
        if self.steps is not None:
            parts.append(f"{self.steps:,} steps")
        return ", ".join(parts)

    def __repr__(self) -> str:
        return f"<Model {self.name}: {self.about}>"

    @property
    def key(self) -> str:
        """What tells it from others that are open: where it is, or the name of a live one."""
        return f"live:{self.name}" if self.path is None else str(self.path)

    @property
    def device(self) -> torch.device | None:
        """Where its weights are; None where there are none, and it computes where its input is."""
        network = getattr(self.denoiser, "network", None)
        weights = () if network is None else network.parameters()
        return next((weight.device for weight in weights), None)

    def on(self, device: torch.device | str) -> "Model":
        """The same model on a device: a copy, as others may use this one; itself if it is there.

        Raises:
            RuntimeError: the device has no room for it, or is not there.
        """
        here, there = self.device, torch.device(device)
        alike = here is not None and (here.type, here.index or 0) == (there.type, there.index or 0)
        if alike or here is None or not isinstance(self.denoiser, NetworkDenoiser):
            return self
        network = deepcopy(self.denoiser.network).to(there)
        if not self.is_points:
            network = with_image_layout(network, there)
        return replace(self, denoiser=replace(self.denoiser, network=network))

    @property
    def clip(self) -> Clip | None:
        return super().clip if self.reading is None else self.reading.clip

    @property
    def variance(self) -> FixedVariance:
        own = None if self.reading is None else self.reading.variance
        return own or super().variance

    @property
    def clip_range(self) -> float:
        """Where static clipping cuts x0_hat off, in halves of the range of images."""
        return 1.0 if self.reading is None else self.reading.clip_range

    @property
    def range(self) -> tuple[float, float]:
        """Of images, as the network sees them: black and white."""
        if self.is_points:
            return -1.0, 1.0
        if self.reading is not None:
            return self.reading.range
        mean, std = self.scaling.mean[0], self.scaling.std[0]
        return (0 - mean) / std, (1 - mean) / std

    def clipping(self, kind: Clip | None) -> Clip | Clipping | None:
        """How x0_hat is kept in the range of this model, if it is by ``kind``."""
        if self.reading is not None:
            return self.reading.clipping(kind)
        if kind is None or self.is_points or self.range == (-1, 1):
            return kind
        return Clipping(kind, *self.range)

    @property
    def is_exact(self) -> bool:
        """Whether it is made of the data itself, and nothing was trained."""
        return self.steps is None and isinstance(self.denoiser, ExactDenoiser)

    def seen(self, x0: Tensor, scaling: Scaling) -> Tensor:
        """Samples (N, ...) in the units of a data set as the network sees them. ``scaling`` is that
        of the set; points are standardised, whatever set they are of, but for foreign networks.
        """
        return x0 if self._sees(scaling) else self.scaling.to_model(scaling.to_data(x0))

    def stored(self, x: Tensor, scaling: Scaling) -> Tensor:
        """The way back from ``seen``."""
        return x if self._sees(scaling) else scaling.to_model(self.scaling.to_data(x))

    def _sees(self, scaling: Scaling) -> bool:
        """Whether it takes samples as a data set of that scaling has them."""
        return scaling == self.scaling or (self.is_points and self.reading is None)

    @property
    def needs_class(self) -> bool:
        """Whether it must be told a class, as it has no label for none."""
        return self.reading is not None and self.reading.needs_class

    @property
    def takes_classes(self) -> bool:
        """Whether its network can be told a class, whether or not it is read so."""
        network = getattr(self.denoiser, "network", None)
        inner = network.inner if isinstance(network, ReadNetwork) else network
        return self.num_classes > 0 or bool(getattr(inner, "takes_classes", False))

    @property
    def said(self) -> str:
        """How its network is read, in one line for people; nothing of one of ours."""
        if self.reading is None:
            return ""
        return "; ".join((self.reading.said(self.is_points), *self.notes))

    def read_as(self, **changes: Any) -> "Model":
        """The same network, its answers read in another way: ``model.read_as(predicts="v")``.

        ``changes`` are fields of a ``Reading``; the weights are shared.

        Raises:
            UserError: a value is not possible, or there is no network to read.
        """
        if not isinstance(self.denoiser, NetworkDenoiser):
            raise UserError(
                f"{self.name} knows its data by heart: there is no network to read",
                "choose a model that has one",
            )
        network, reading = self.denoiser.network, self.reading or self._own_reading
        reading = reading.with_(**changes)
        inner = network.inner if isinstance(network, ReadNetwork) else network
        return replace(
            self,
            denoiser=denoiser_of(inner, reading),
            schedule=reading.schedule,
            scaling=self.scaling if self.is_points else reading.scaling,
            num_classes=len(reading.classes),
            classes=reading.classes,
            reading=reading,
        )

    @property
    def _own_reading(self) -> Reading:
        """That of one of ours, whose null class comes after its classes."""
        assert isinstance(self.denoiser, NetworkDenoiser)
        return Reading(
            schedule=self.schedule,
            predicts=self.denoiser.predicts,
            time="count",
            range=self.range,
            classes=self.classes or tuple(map(str, range(self.num_classes))),
            null=self.num_classes or None,
            learns_variance=self.denoiser.learns_variance,
            clip=self.clip,
        )

    @cached_property
    def traced(self) -> "Model":
        """The same model to the bit, for long chains beside a window: see ``TracedDenoiser``."""
        return self._recorded_by(TracedDenoiser)

    @cached_property
    def hurried(self) -> "Model":
        """The same model as fast as this machine can, for a chain that somebody waits for: see
        ``HurriedDenoiser``.
        """
        return self._recorded_by(HurriedDenoiser)

    def _recorded_by(self, kind: type[TracedDenoiser]) -> "Model":
        if not isinstance(self.denoiser, NetworkDenoiser):
            return self
        return replace(self, denoiser=kind(self.denoiser))
