"""Toys in two dimensions and in one: sets of points that a small network learns in seconds.

Every toy lies in about [-1, 1] along each axis in its own units, so that distances between samples
mean the same for all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Generator, Tensor

from diffvis.data import shapes
from diffvis.data.cloud import Cloud
from diffvis.data.dataset import Dataset, fingerprint_of
from diffvis.data.doubts import about_classes, about_parts
from diffvis.data.inferred import Inferred
from diffvis.data.mixtures import Mixture, hills, ring, spikes, unequal
from diffvis.data.options import parse_options, split_source
from diffvis.data.scaling import standardising
from diffvis.data.splits import Split, random_split
from diffvis.diffusion.seeds import seeded
from diffvis.errors import UserError

TOY_OPTIONS = ("n", "noise", "seed")


@dataclass(frozen=True)
class Toy:
    """A shape that points can be drawn from without end."""

    name: str
    title: str
    description: str
    noise: float
    """Standard deviation of the noise around the shape, in data units."""
    shape: Callable[[int, float, Generator], Cloud] | None = None
    """(n, noise, generator) -> Cloud"""
    mixture: Callable[[float], Mixture] | None = None
    """noise -> Mixture, for those that are one instead."""
    classes: tuple[str, ...] = ()

    def draw(self, n: int, generator: Generator, noise: float | None = None) -> Cloud:
        """``n`` points in data units, from a CPU generator."""
        noise = self.noise if noise is None else noise
        if self.mixture is not None:
            return self.mixture(noise).draw(n, generator)
        return self.shape(n, noise, generator)


TOYS = {
    toy.name: toy
    for toy in (
        Toy(
            "swiss-roll",
            "Swiss roll",
            "A spiral; the set of the first diffusion paper",
            0.02,
            shapes.swiss_roll,
        ),
        Toy(
            "moons",
            "Moons",
            "Two half circles that reach into each other",
            0.03,
            shapes.moons,
            classes=("upper", "lower"),
        ),
        Toy(
            "circles",
            "Circles",
            "A circle within a circle",
            0.03,
            shapes.circles,
            classes=("outer", "inner"),
        ),
        Toy(
            "spirals",
            "Spirals",
            "Two arms that turn around each other",
            0.02,
            shapes.spirals,
            classes=("first", "second"),
        ),
        Toy(
            "checkerboard",
            "Checkerboard",
            "Eight squares with sharp edges, which are hard to learn",
            0.0,
            shapes.checkerboard,
        ),
        Toy(
            "eight-gaussians",
            "Eight Gaussians",
            "A ring of separate modes, with a known exact score",
            0.06,
            mixture=ring,
            classes=tuple("12345678"),
        ),
        Toy(
            "gaussians",
            "Three Gaussians",
            "Modes of different weight and shape, with a known exact score",
            0.08,
            mixture=unequal,
            classes=("half", "three tenths", "a fifth"),
        ),
        Toy(
            "pinwheel",
            "Pinwheel",
            "Five bent blades",
            0.04,
            shapes.pinwheel,
            classes=tuple("12345"),
        ),
        Toy(
            "s-curve",
            "S-curve",
            "One bent line",
            0.03,
            shapes.s_curve,
        ),
        Toy(
            "two-spikes",
            "Two spikes",
            "Two narrow peaks on a line: one dimension, whose density over t is one picture",
            0.05,
            mixture=spikes,
            classes=("left", "right"),
        ),
        Toy(
            "gaussians-1d",
            "Three Gaussians on a line",
            "Modes of different weight and width in one dimension",
            0.06,
            mixture=hills,
            classes=("left", "middle", "right"),
        ),
        Toy(
            "uniform-1d",
            "Uniform on a line",
            "One dimension with two sharp ends, which are hard to learn",
            0.0,
            shapes.uniform,
        ),
    )
}


def open_toy(
    toy: Toy, source: str, *, n: int = 10_000, noise: float | None = None, seed: int = 0
) -> Dataset:
    """The set of ``n`` points that the seed gives, standardised."""
    cloud = toy.draw(n, seeded(seed), noise)
    return point_dataset(cloud, name=toy.name, title=toy.title, source=source, classes=toy.classes)


def point_dataset(
    cloud: Cloud,
    *,
    name: str,
    title: str,
    source: str,
    classes: tuple[str, ...] = (),
    split: Split | None = None,
    skipped: tuple[str, ...] = (),
    inferred: tuple[Inferred, ...] = (),
) -> Dataset:
    """Standardise points; without a split, 80 / 10 / 10.

    Raises:
        UserError: they lie so far out that samples, which are float32, could not lie there.
    """
    if not cloud.x.float().isfinite().all():
        raise UserError(
            f"{source} has coordinates up to {cloud.x.abs().max():g}, but float32 ends at 3e+38",
            "give them in a larger unit",
        )
    scaling = standardising(cloud.x)
    values = scaling.to_model(cloud.x).float()
    split = random_split(len(values)) if split is None else split
    return Dataset(
        name=name,
        title=title,
        source=source,
        values=values,
        labels=cloud.labels,
        classes=classes,
        colour=cloud.origin,
        scaling=scaling,
        train=split.train,
        validation=split.validation,
        test=split.test,
        fingerprint=fingerprint_of(values, cloud.labels),
        skipped=skipped,
        inferred=(
            *inferred,
            *_about_dimensions(values),
            *about_classes(classes, len(values)),
            *about_parts(split),
        ),
    )


def _about_dimensions(values: Tensor) -> tuple[Inferred, ...]:
    if values.shape[1] != 3:
        return ()
    return (Inferred("points have three coordinates: pictures show them along the third"),)


def mixture_of(dataset: Dataset) -> Mixture | None:
    """The mixture of Gaussians that a data set is drawn from, in model units, or None."""
    name, options = split_source(dataset.source)
    toy = TOYS.get(name)
    if toy is None or toy.mixture is None:
        return None
    noise = parse_options(name, options, TOY_OPTIONS).get("noise", toy.noise)
    return toy.mixture(noise).in_model_units(dataset.scaling)
