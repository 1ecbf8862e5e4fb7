"""Results that people will hardly have meant, seen from the data alone."""

from torch import Tensor

from diffvis.data.inferred import Inferred
from diffvis.data.splits import LEAST, Split

_DARK, _LIGHT = 64, 255 - 32  # of 255: the brightest and the darkest pixel of half the pictures
_FEW = 10  # classes that samples may well have to themselves


def about_brightness(values: Tensor, ranged: bool) -> tuple[Inferred, ...]:
    """Whether most of the uint8 images (N, C, H, W) can hardly be seen.

    Args:
        ranged: whether the source takes the option ``range``.
    """
    if not len(values):
        return ()
    brightest = int(values.flatten(1).amax(dim=1).median())
    darkest = int(values.flatten(1).amin(dim=1).median())
    if brightest < _DARK:
        says = f"half of the pictures are nearly black, no brighter than {brightest} of 255"
    elif darkest > _LIGHT:
        says = f"half of the pictures are nearly white, no darker than {darkest} of 255"
    else:
        return ()
    return (Inferred(says, "range=LOW..HIGH" if ranged else "", absurd=True),)


def about_classes(classes: tuple[str, ...], count: int) -> tuple[Inferred, ...]:
    """Whether there is a class for nearly every sample."""
    if len(classes) <= max(_FEW, count // 2):
        return ()
    says = f"{len(classes):,} classes for {count:,} samples: hardly any has two"
    return (Inferred(says, absurd=True),)


def about_parts(split: Split) -> tuple[Inferred, ...]:
    """That nothing is held back of few samples, whose validation would be one of them."""
    count = len(split.train)
    if count >= LEAST or len(split.validation):
        return ()
    if count == 1:
        return (Inferred("one sample is the whole set: nothing validates", absurd=True),)
    says = f"{count} samples are few: all of them train, and there is no validation"
    return (Inferred(says),)
