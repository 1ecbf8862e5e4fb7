"""From file names to names of data sets."""

import re

_KNOWN = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "kmnist": "KMNIST"}


def slug(name: str) -> str:
    """Lower case, with single hyphens: ``My Data_2`` becomes ``my-data-2``."""
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-") or "own"


def title(name: str) -> str:
    """As people write it: ``my_data-2`` becomes ``My data 2``, ``mnist`` becomes ``MNIST``."""
    words = re.sub(r"[\s_-]+", " ", name).strip() or "Own data"
    if slug(name).startswith("emnist"):
        return "EMNIST" + words[6:]
    return _KNOWN.get(slug(name), words[0].upper() + words[1:])
