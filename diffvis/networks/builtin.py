"""The networks that come with diffvis, with defaults that learn quickly on two CPU cores."""

from diffvis.networks.mlp import MLP
from diffvis.networks.options import Option, Shape
from diffvis.networks.registry import fits_images, fits_points, register
from diffvis.networks.unet import UNet
from diffvis.networks.unet_classic import ClassicUNet


def _small(shape: Shape) -> bool:
    """Whether single pixels matter: a picture of 28 x 28 has few, and each its own noise."""
    return 12 < max(shape[1:]) <= 40


def _channels(shape: Shape) -> tuple[int, ...]:
    """Narrow: on a CPU, many steps of a small network beat few of a large one."""
    side = max(shape[1:])
    if side <= 12:
        return (32, 32)
    if _small(shape):
        return (16, 32, 64) if shape[0] == 1 else (24, 48, 96)
    return (64, 96, 128, 192)


def _blocks(shape: Shape) -> int:
    return 1 if _small(shape) and shape[0] > 1 else 2


def _patch(shape: Shape) -> int:
    """Blocks of 2 x 2 pixels where there are enough of them."""
    return 1 if max(shape[1:]) <= 40 else 2


register(
    "mlp",
    "Residual perceptron: learns 2-D points in seconds",
    fits_points,
    (
        Option("width", 64, "units per layer", 8, 2048),
        Option("depth", 4, "residual layers", 1, 32),
    ),
)(MLP)

register(
    "unet",
    "Residual U-Net, on 2 × 2 blocks of pixels where images are large: the fastest to learn images",
    fits_images,
    (
        Option("channels", _channels, "channels at each level, finest first", 8, 2048),
        Option("blocks", _blocks, "residual blocks per level and direction", 1, 8),
        Option("attention", False, "self-attention at the coarsest level"),
        Option("patch", _patch, "side of the blocks of pixels that are taken as one", 1, 8),
        Option("dropout", 0.0, "share of features dropped in training", 0.0, 0.9),
    ),
)(UNet)

register(
    "unet-classic",
    "The two-level U-Net of courses, with batch-norm and max-pooling: the baseline to beat",
    fits_images,
    (Option("width", 64, "channels of the finest level, doubled at each coarser one", 4, 512),),
)(ClassicUNet)
