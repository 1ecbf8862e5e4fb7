"""What predicts: networks called as network(x_t, t, labels)."""

import diffvis.networks.builtin  # noqa: F401  (registers the networks)
from diffvis.networks.describe import NetworkSize, describe, size_of
from diffvis.networks.options import Option
from diffvis.networks.registry import (
    NETWORKS,
    NetworkEntry,
    default_network,
    fits_images,
    fits_points,
    make_network,
    network_options,
    networks_for,
    register,
)

__all__ = [
    "NETWORKS",
    "NetworkEntry",
    "NetworkSize",
    "Option",
    "default_network",
    "describe",
    "fits_images",
    "fits_points",
    "make_network",
    "network_options",
    "networks_for",
    "register",
    "size_of",
]
