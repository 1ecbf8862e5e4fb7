"""The networks that come with diffvis, with defaults that learn quickly on two CPU cores."""

from diffvis.networks.mlp import MLP
from diffvis.networks.options import Option, Shape
from diffvis.networks.registry import fits_images, fits_points, register
from diffvis.networks.unet import UNet
from diffvis.networks.unet_classic import ClassicUNet


def _channels(shape: Shape) -> tuple[int, ...]:
    """Wider and deeper for larger images; colour takes more than grey."""
    side = max(shape[1:])
    if side <= 12:
        return (64, 96)
    if side <= 40:
        return (48, 96, 128) if shape[0] == 1 else (64, 128, 192)
    return (64, 128, 192, 256)


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
    "Residual U-Net on 2 × 2 blocks of pixels: the fastest to learn images",
    fits_images,
    (
        Option("channels", _channels, "channels at each level, finest first", 8, 2048),
        Option("blocks", 1, "residual blocks per level and direction", 1, 8),
        Option("attention", False, "self-attention at the coarsest level"),
        Option("patch", lambda shape: 2 if max(shape[1:]) > 12 else 1, "pixels per side", 1, 8),
        Option("dropout", 0.0, "share of features dropped in training", 0.0, 0.9),
    ),
)(UNet)

register(
    "unet-classic",
    "The two-level U-Net of courses, with batch-norm and max-pooling: the baseline to beat",
    fits_images,
    (Option("width", 64, "channels of the finest level, doubled at each coarser one", 4, 512),),
)(ClassicUNet)
