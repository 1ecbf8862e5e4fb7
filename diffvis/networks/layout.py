"""How images lie in memory."""

import torch
from torch import nn


def image_layout(device: torch.device) -> torch.memory_format:
    """How images lie in memory where a network learns them or samples them.

    CUDA's convolutions want the channels last. On a CPU with bfloat16 that was measured 20 to 30 %
    slower for these U-Nets, in float32 it made no difference.
    """
    return torch.channels_last if device.type == "cuda" else torch.contiguous_format


def with_image_layout(network: nn.Module, device: torch.device) -> nn.Module:
    """A network of images, whose weights lie as its images will on a device."""
    return network.to(memory_format=image_layout(device))  # type: ignore[call-overload]  # undeclared
