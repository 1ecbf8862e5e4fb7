"""Samples of a data set with the noise that drowns them: where the forward process begins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.data.browse import members, samples_from
from diffvis.data.dataset import Dataset
from diffvis.data.scaling import spanning
from diffvis.diffusion.forward import q_path, q_sample
from diffvis.diffusion.prediction import eps_from_x0
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.seeds import seeded
from diffvis.errors import UserError
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.scatter import colour_of_origin
from diffvis.rendering.terms import DEFAULT_EXTENT


@dataclass(frozen=True, eq=False)
class Origin:
    """Samples of a data set with the noise that drowns them."""

    x0: Tensor
    eps: Tensor
    colours: Pixels | None
    """The colour of origin of points, uint8 (n, 3)."""
    extent: float | None
    """Of the axes of points."""
    share: str = ""
    """How many of how many, ``500 of 2,000``; empty where it is all of them, or one alone."""


def choose_samples(
    dataset: Dataset,
    count: int,
    first: int,
    seed: int,
    of_class: int | None = None,
    spread: bool = False,
    span: tuple[float, float] = (-1.0, 1.0),
) -> Origin:
    """``count`` samples (of a class) from number ``first`` on, and eps drawn with ``seed``.

    They are those of ``samples_from``; images lie in ``span``, as a model may see them.

    Raises:
        UserError: the class has no samples.
    """
    index = samples_from(dataset, count, first % len(dataset), of_class, spread)
    if not len(index):
        known = dataset.classes[of_class] if of_class in range(dataset.num_classes) else of_class
        raise UserError(f"{dataset.title} has no sample of class {known}", "choose another class")
    x0 = dataset.x0(index)
    if not dataset.is_points and span != (-1, 1):
        x0 = spanning(span).to_model(dataset.scaling.to_data(x0))
    eps = torch.randn(x0.shape, generator=seeded(seed))
    there = len(members(dataset, of_class))
    share = f"{len(x0):,} of {there:,}" if 1 < len(x0) < there else ""
    if not dataset.is_points:
        return Origin(x0, eps, None, None, share)
    colours = None if dataset.colour is None else colour_of_origin(dataset.colour[index])
    extent = max(DEFAULT_EXTENT, 1.05 * float(x0.abs().max()))
    return Origin(x0, eps, colours, extent, share)


def forward_moments(
    schedule: NoiseSchedule, origin: Origin, times: Sequence[int], walk_seed: int | None = None
) -> Iterator[tuple[int, Tensor] | None]:
    """(t, x_t) at ascending ``times``, by the closed form with the origin's eps.

    With a ``walk_seed`` those of the true chain that this seed makes, and None for each step of it
    between them.
    """
    if walk_seed is None:
        for t in times:
            yield t, q_sample(schedule, origin.x0, t, origin.eps)
        return
    wanted, generator = set(times), seeded(walk_seed)
    for t, x_t in enumerate(q_path(schedule, origin.x0, generator)):
        yield (t, x_t) if t in wanted else None
        if t >= times[-1]:
            return


def apparent_noise(schedule: NoiseSchedule, x0: Tensor, x_t: Tensor, t: int) -> Tensor:
    """The eps with which the closed form arrives at x_t; zeros at t = 0."""
    if t == 0:
        return torch.zeros_like(x_t)
    return eps_from_x0(schedule, x_t, t, x0)
