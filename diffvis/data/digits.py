"""scikit-learn's handwritten digits, which travel with it: no network needed."""

import torch

from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset, resize

DIGITS = "digits"  # their name in the catalogue


def open_digits(source: str, *, size: int | None = None) -> Dataset:
    """1,797 digits of 8 x 8 pixels and 17 grey levels, stretched to 0..255."""
    from sklearn.datasets import load_digits  # slow to import, and only needed here

    digits = load_digits()
    grey = torch.from_numpy(digits.images).mul(255 / 16).round().to(torch.uint8)
    return image_dataset(
        resize(grey[:, None], size),
        name=DIGITS,
        title="Digits",
        source=source,
        labels=torch.from_numpy(digits.target).long(),
        classes=tuple("0123456789"),
    )
