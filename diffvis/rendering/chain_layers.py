"""What surrounds the points of a reverse chain: the data at the same t, and the model's field."""

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset, sampled
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.guidance import Guided
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.models.model import Model
from diffvis.rendering.contours import Density, density_at
from diffvis.rendering.factors import reach
from diffvis.rendering.field import Field, field_at
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.sampling.extent import extent_of
from diffvis.sampling.settings import ChainSettings

MOST_DATA = 20_000  # points of the data that make the shade


def some_data(dataset: Dataset, label: int | None = None) -> Tensor:
    """Points x0 (M, 2) of the training set, of a class where one is given: all of them, or as many
    as make a smooth shade.
    """
    members = dataset.train
    if label is not None and dataset.labels is not None:
        of_class = members[dataset.labels[members] == label]
        members = of_class if len(of_class) else members
    return dataset.x0(sampled(members, MOST_DATA))


def data_at(x0: Tensor, schedule: NoiseSchedule, t: int) -> Tensor:
    """The points of ``some_data`` noised to t, (M, 2): samples of q(x_t)."""
    eps = torch.randn(x0.shape, generator=torch.Generator().manual_seed(0))
    return q_sample(schedule, x0, t, eps)


def contours_at(
    x0: Tensor, schedule: NoiseSchedule, t: int, extent: float | None = None
) -> Density:
    """q(x_t) of the points of ``some_data``, as far as x_t reaches."""
    return density_at(x0, schedule, t, reach(schedule, t) * (extent or DEFAULT_EXTENT))


def behind(
    x0: Tensor | None,
    schedule: NoiseSchedule,
    t: int,
    contours: bool,
    extent: float | None = None,
) -> tuple[Tensor | None, Density | None]:
    """The points of ``some_data`` at t as a shade, or with ``contours`` as a density; nothing where
    there are none.
    """
    if x0 is None:
        return None, None
    if contours:
        return None, contours_at(x0, schedule, t, extent)
    return data_at(x0, schedule, t), None


def field_of(
    model: Model, settings: ChainSettings, t: int, kind: str, device: torch.device | str
) -> Field:
    """The field ``kind`` at t that pushes a chain of these settings, on axes as wide as x_t; at
    t = 0 that of t = 1.

    A chain of several classes has a field for each: that without a class stands for them.
    """
    label = class_of_field(settings)
    labels = None if label is None else torch.tensor([label])
    denoiser = Guided(model.denoiser, 1.0 if label is None else settings.guidance)
    extent = reach(model.schedule, t) * (extent_of(model) or DEFAULT_EXTENT)
    return field_at(
        denoiser, model.schedule, max(1, t), kind, extent, device, labels, model.shape[0]
    )


def class_of_field(settings: ChainSettings) -> int | None:
    """The one class of all samples of a chain, if there is one."""
    return settings.label if settings.label is not None and settings.label >= 0 else None
