"""Objects of other libraries that hold a network together with its schedule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from diffvis.models.foreign.calling import unwrapped
from diffvis.models.foreign.schedules import told_by
from diffvis.models.foreign.smalldiffusion import is_small, shape_of_small, told_by_small

_NETWORK_OF = ("eps_model", "nn_model")  # in minDiffusion and Conditional_Diffusion_MNIST


@dataclass(frozen=True)
class Held:
    """A network, and what the object that it came in says of it."""

    net: Callable[..., Any]
    shape: tuple[int, ...] | None = None
    schedule: object = None
    told: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    wide_time: bool = False
    """Whether it is told the time as (N, 1, ..., 1)."""


def carrier_of(given: Callable[..., Any]) -> Held:
    """What is to be called of what a person gave: itself, or the network that it holds."""
    given = unwrapped(given)
    name = type(given).__name__
    held = getattr(given, "model", None)
    if isinstance(held, nn.Module) and hasattr(given, "betas") and hasattr(given, "objective"):
        return Held(held, _image_shape(given), given, told_by(given), name)
    for attribute in _NETWORK_OF:
        held = getattr(given, attribute, None)
        if isinstance(held, nn.Module) and hasattr(given, "alphabar_t"):
            told = told_by(given)
            if attribute == "nn_model":  # which is trained on what ToTensor gives
                told["range"] = (0.0, 1.0)
            told |= {"clip": None, "variance": "large"}  # as its own sample() has it
            return Held(held, None, given, told, name)
    if is_small(given):
        told = told_by_small(given)
        return Held(given, shape_of_small(given), None, told, name, wide_time=True)
    config = getattr(given, "config", None)
    if isinstance(config, Mapping) and isinstance(given, nn.Module):
        return Held(given, _config_shape(config), None, {}, name)
    return Held(given)


def _image_shape(given: Any) -> tuple[int, ...] | None:
    size, channels = getattr(given, "image_size", None), getattr(given, "channels", None)
    return _shape(channels, size)


def _config_shape(config: Mapping[str, Any]) -> tuple[int, ...] | None:
    return _shape(config.get("in_channels"), config.get("sample_size"))


def _shape(channels: Any, size: Any) -> tuple[int, ...] | None:
    if isinstance(size, int):
        size = (size, size)
    if not isinstance(channels, int) or not isinstance(size, tuple | list) or len(size) != 2:
        return None
    return channels, int(size[0]), int(size[1])
