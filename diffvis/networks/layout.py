"""How images lie in memory."""

import torch


def image_layout(device: torch.device) -> torch.memory_format:
    """How images lie in memory where a network learns them or samples them.

    CUDA's convolutions want the channels last. On a CPU with bfloat16 that was measured 20 to 30 %
    slower for these U-Nets, in float32 it made no difference.
    """
    return torch.channels_last if device.type == "cuda" else torch.contiguous_format
