"""A small classifier of images: who judges samples, and whose features images are compared in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from diffvis.errors import UserError
from diffvis.files import shipped_models
from diffvis.models.weights import SUFFIX, read_checkpoint, read_header, write_checkpoint

_BATCH = 500


class ClassifierNetwork(nn.Module):
    """Two 3 x 3 convolutions with batch-norm per level, halved between levels, averaged at the end.

    The averages over the last level's pixels are the features.
    """

    def __init__(self, shape: tuple[int, ...], classes: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        levels: list[nn.Module] = []
        c_in = shape[0]
        for level, c in enumerate(channels):
            if level > 0:
                levels.append(nn.MaxPool2d(2, ceil_mode=True))
            for c_from in (c_in, c):
                levels += [
                    nn.Conv2d(c_from, c, 3, padding=1, bias=False),
                    nn.BatchNorm2d(c),
                    nn.ReLU(),
                ]
            c_in = c
        self.levels = nn.Sequential(*levels)
        self.last = nn.Linear(c_in, classes)

    def features(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) in [-1, 1] -> (N, F)."""
        return self.levels(x).mean((2, 3))

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) in [-1, 1] -> logits (N, classes)."""
        return self.last(self.features(x))


@dataclass(frozen=True, eq=False)
class Classifier:
    """A trained classifier and what is known about it."""

    name: str
    """Of the data it learned, as people write it: ``MNIST``."""
    network: ClassifierNetwork
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    channels: tuple[int, ...]
    fingerprint: str
    """Of the data it learned."""
    accuracy: float
    """On test images."""

    @torch.no_grad()
    def features(self, x: Tensor) -> Tensor:
        """float32 (N, F) of x (N, C, H, W) in [-1, 1], in batches."""
        return torch.cat([self.network.features(part) for part in x.float().cpu().split(_BATCH)])

    @torch.no_grad()
    def classify_features(self, features: Tensor) -> Tensor:
        """The likeliest class by the features (N, F): int64 (N,)."""
        return self.network.last(features).argmax(1)

    def save(self, path: Path) -> None:
        """Write it so that ``classifier_for`` finds it. Raises OSError where it cannot."""
        known: dict[str, Any] = {
            "name": self.name,
            "shape": list(self.shape),
            "classes": list(self.classes),
            "channels": list(self.channels),
            "fingerprint": self.fingerprint,
            "accuracy": self.accuracy,
        }
        write_checkpoint(path, self.network.state_dict(), {"classifier": known})


def open_classifier(path: Path) -> Classifier:
    """Read what ``Classifier.save`` wrote.

    Raises:
        UserError: it is no classifier, or it is damaged.
    """
    header, tensors = read_checkpoint(path)
    try:
        known = header["classifier"]
        shape, channels = tuple(known["shape"]), tuple(known["channels"])
        network = ClassifierNetwork(shape, len(known["classes"]), channels)
        network.load_state_dict(tensors)
    except (KeyError, TypeError, RuntimeError):
        raise UserError(f"{path} is not a classifier of this diffvis", "make it again") from None
    return Classifier(
        name=known["name"],
        network=network.eval().requires_grad_(False),
        shape=shape,
        classes=tuple(known["classes"]),
        channels=channels,
        fingerprint=known["fingerprint"],
        accuracy=known["accuracy"],
    )


def classifier_for(fingerprint: str) -> Classifier | None:
    """The shipped classifier that learned the data with this fingerprint, if there is one."""
    return _shipped(lambda known: known.get("fingerprint") == fingerprint)


def classifier_of_shape(shape: tuple[int, ...]) -> Classifier | None:
    """The shipped classifier of images of that shape, if there is one."""
    return _shipped(lambda known: tuple(known.get("shape", ())) == shape)


def _shipped(is_wanted: Callable[[Mapping[str, Any]], bool]) -> Classifier | None:
    """The first one of whose header that is true."""
    for path in sorted((shipped_models() / "classifiers").glob(f"*{SUFFIX}")):
        if is_wanted(read_header(path).get("classifier", {})):
            return open_classifier(path)
    return None
