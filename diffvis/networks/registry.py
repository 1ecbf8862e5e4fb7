"""Networks by name. One's own joins them in a few lines:

@register("tiny", "Two layers, to see how little is enough", fits=fits_points)
class Tiny(nn.Module):
    def __init__(self, shape, *, T, width=64):
        ...

    def forward(self, x_t, t, labels=None):
        ...
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from torch import nn

from diffvis.errors import UserError
from diffvis.joining import Registry
from diffvis.networks.options import STANDARD, Option, Shape, Value, options_of, resolve

Build = TypeVar("Build", bound=Callable[..., nn.Module])


@dataclass(frozen=True)
class NetworkEntry:
    """A network that can be chosen by its name."""

    name: str
    description: str
    fits: Callable[[Shape], bool]
    """Whether it can learn samples of a shape."""
    options: tuple[Option, ...]
    build: Callable[..., nn.Module]
    """build(shape, T=..., num_classes=..., learns_variance=..., **options)"""

    def __str__(self) -> str:
        return self.description


NETWORKS: Registry[NetworkEntry] = Registry("diffvis.networks")


def fits_points(shape: Shape) -> bool:
    return len(shape) == 1


def fits_images(shape: Shape) -> bool:
    return len(shape) == 3


def register(
    name: str,
    description: str,
    fits: Callable[[Shape], bool] = lambda shape: True,
    options: Sequence[Option] | None = None,
) -> Callable[[Build], Build]:
    """Decorate an nn.Module, or a function that builds one, to offer it under a name.

    It is called as build(shape, T=..., num_classes=..., learns_variance=..., **options), with
    those of the three that it has arguments for. Without ``options``, its other arguments are the
    options if they have a default: a number, a word, true or false, or a sequence. A name given
    again replaces the earlier network.
    """

    def decorate(build: Build) -> Build:
        schema = options_of(build) if options is None else tuple(options)
        NETWORKS.add(name, NetworkEntry(name, description, fits, schema, build))
        return build

    return decorate


def networks_for(shape: Shape) -> tuple[NetworkEntry, ...]:
    """The networks that fit samples of a shape, the default one first."""
    fitting = [entry for entry in NETWORKS.values() if entry.fits(shape)]
    return tuple(sorted(fitting, key=lambda entry: entry.name != default_network(shape)))


def default_network(shape: Shape) -> str:
    """The name of the network to learn samples of a shape with."""
    return "mlp" if fits_points(shape) else "unet"


def network_options(name: str, shape: Shape, given: Mapping[str, object]) -> dict[str, Value]:
    """All options of a network for a shape: the given ones checked, the others by default.

    Raises:
        UserError: no such network, it does not fit the shape, or a bad option.
    """
    return resolve(name, _fitting(name, shape).options, given, tuple(shape))


def make_network(
    name: str,
    shape: Shape,
    *,
    T: int,
    num_classes: int = 0,
    learns_variance: bool = False,
    **options: object,
) -> nn.Module:
    """A new network, its weights drawn from torch's global random generator.

    Args:
        shape: of one sample, (2,) or (C, H, W).
        T: how many steps the schedule has; times are 1..T.
        num_classes: how many labels there are besides the null label; 0 for none.
        learns_variance: whether the output has twice the channels.
        options: of this network; see ``NETWORKS[name].options``.

    Returns:
        A module called as network(x_t, t, labels=None).

    Raises:
        UserError: no such network, it does not fit the shape, or a bad option.
    """
    entry = _fitting(name, shape)
    shape = tuple(shape)
    resolved = network_options(name, shape, options)
    standard = {"T": T, "num_classes": num_classes, "learns_variance": learns_variance}
    parameters = inspect.signature(entry.build).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    taken = {key: standard[key] for key in STANDARD if takes_all or key in parameters}
    if num_classes and "num_classes" not in taken:
        raise UserError(f"the network {name} takes no labels", "train it without classes")
    if learns_variance and "learns_variance" not in taken:
        raise UserError(f"the network {name} learns no variance", "use a fixed variance")
    return entry.build(shape, **taken, **resolved)


def _fitting(name: str, shape: Shape) -> NetworkEntry:
    if name not in NETWORKS:
        raise UserError(f"there is no network {name}", f"choose one of {', '.join(NETWORKS)}")
    shape = tuple(shape)
    if not NETWORKS[name].fits(shape):
        better = ", ".join(other.name for other in networks_for(shape)) or "one of your own"
        raise UserError(
            f"the network {name} cannot learn samples of shape {shape}", f"use {better}"
        )
    return NETWORKS[name]
