"""What surrounds the points of a reverse chain: the data at the same t, and the model's field."""

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset, sampled
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.contours import Density, density_at
from diffvis.rendering.factors import reach
from diffvis.rendering.field import Field, field_at
from diffvis.rendering.guidance import Guidance, guidance_at, sharpened
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.sampling.extent import extent_of
from diffvis.sampling.guides import guided, weaker_model
from diffvis.sampling.settings import ChainSettings, guide_name

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


def sharpened_at(
    all_points: Tensor,
    of_class: Tensor,
    schedule: NoiseSchedule,
    t: int,
    scale: float,
    extent: float | None = None,
) -> Density:
    """The sharpened law of guidance at t, of the points of ``some_data`` and those of a class."""
    both = (contours_at(x0, schedule, t, extent) for x0 in (all_points, of_class))
    return sharpened(*both, scale)


def field_of(
    model: Model, settings: ChainSettings, t: int, kind: str, device: torch.device | str
) -> Field | Guidance:
    """The field ``kind`` at t that pushes a chain of these settings, on axes as wide as x_t; at
    t = 0 that of t = 1.

    A chain of several classes has a field for each: that without a class stands for them.
    """
    label = class_of_field(settings)
    extent = reach(model.schedule, t) * (extent_of(model) or DEFAULT_EXTENT)
    if kind == "guidance":
        return _guidance_of(model, settings, max(1, t), extent, device)
    labels = None if label is None else torch.tensor([label])
    denoiser = guided(model, settings, label is not None, device)
    return field_at(
        denoiser, model.schedule, max(1, t), kind, extent, device, labels, model.shape[0]
    )


def _guidance_of(
    model: Model, settings: ChainSettings, t: int, extent: float, device: torch.device | str
) -> Guidance:
    """
    Raises:
        UserError: the model knows no classes and nothing else guides it, or its points have three
            dimensions.
    """
    label = class_of_guidance(model, settings)
    if model.shape != (2,) or (label is None and not settings.guide_by):
        raise UserError(
            f"{model.name} has no guidance to draw",
            "choose a model of flat points with classes, or what is to guide it",
        )
    if settings.guide_by:
        weak = weaker_model(model, settings.guide_by, device).denoiser, label
        title = f"{guide_name(settings.guide_by)} and the model"
    else:
        assert label is not None
        weak = model.denoiser, None
        known = label < len(model.classes)
        title = f"without and with class {model.classes[label] if known else label}"
    return guidance_at(
        weak, (model.denoiser, label), model.schedule, t, settings.guidance, extent, device, title
    )


def class_of_guidance(model: Model, settings: ChainSettings) -> int | None:
    """The class whose guidance is drawn: the one of all samples, or else the first; None where the
    model knows none.
    """
    label = class_of_field(settings)
    return label if label is not None or not model.num_classes else 0


def class_of_field(settings: ChainSettings) -> int | None:
    """The one class of all samples of a chain, if there is one."""
    return settings.label if settings.label is not None and settings.label >= 0 else None
