"""Where a run computes, and in which precision."""

import re

import torch

from diffvis.errors import UserError

DEVICES = r"auto|cpu|mps|cuda(:[0-9]+)?"
DEVICES_IN_WORDS = "auto, cpu, cuda, cuda:1, mps"


def resolve_device(name: str, local_rank: int = 0) -> torch.device:
    """``auto`` is a CUDA device if there is one, else the CPU. Of several processes on a machine,
    each takes the CUDA device of its own number.

    Raises:
        UserError: it is no device, or not there.
    """
    if not re.fullmatch(DEVICES, name):
        raise UserError(f"there is no device {name!r}", f"choose one of {DEVICES_IN_WORDS}")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and local_rank:
        name = f"cuda:{local_rank}"
    kind, _, number = name.partition(":")
    if kind == "cuda":  # before PyTorch is asked, which takes no number above 127
        there = torch.cuda.device_count()
        if int(number or 0) >= there:
            raise UserError(f"there is no device {name} ({there} CUDA devices)", "use auto or cpu")
    elif kind == "mps" and not torch.backends.mps.is_available():
        raise UserError("there is no device mps", "use auto or cpu")
    return torch.device(f"{kind}:{int(number)}" if number else kind)


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether matrix products in bfloat16 have instructions of their own."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return False


def autocast_dtype(precision: str, device: torch.device, is_points: bool) -> torch.dtype | None:
    """The dtype of the forward pass, or None for plain float32.

    ``auto`` chooses bfloat16 for images where the device has instructions for it. For a network
    on points the conversions would cost more than the products gain.

    Raises:
        UserError: the device cannot.
    """
    if precision == "float16":
        if device.type != "cuda":
            raise UserError(
                f"precision = float16 is not possible on {device.type}",
                "it needs a CUDA device; choose auto, bfloat16 or float32",
            )
        return torch.float16
    if precision == "bfloat16":
        return torch.bfloat16
    if precision == "auto" and not is_points and has_fast_bfloat16(device):
        return torch.bfloat16
    return None


def device_name(device: torch.device) -> str:
    """The device in words, such as ``cuda (NVIDIA A100)``."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)
