"""Which model or data it was: enough to find it again, and to see whether it is still the same."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.ideal import ExactDenoiser
from diffvis.files import shipped_models
from diffvis.models.model import Model
from diffvis.networks.unet import meant_weights
from diffvis.sampling.guides import weaker_model
from diffvis.sampling.settings import ChainSettings


def identify_model(model: Model) -> dict[str, Any]:
    """Name, source, hash of the weights, and how long it was trained.

    The source is what ``open_model`` takes; None for the exact denoiser, whose ``members`` are how
    many samples of its data it knows, of those that ``exact_model`` draws.
    """
    found: dict[str, Any] = {"name": model.name, "source": _source(model.path), "data": model.data}
    if isinstance(model.denoiser, ExactDenoiser):
        found["members"] = len(model.denoiser.x0)
        found["sha256"] = sha256_of([model.denoiser.x0])
    else:
        found["trained_steps"] = model.steps
        found["sha256"] = weights_hash(model)
    return found


def identify_guide(model: Model, settings: ChainSettings) -> dict[str, Any]:
    """What guides a chain instead of its class, as ``guide``; nothing where nothing does."""
    if not settings.guide_by:
        return {}
    return {"guide": identify_model(weaker_model(model, settings.guide_by, "cpu"))}


def identify_data(dataset: Dataset) -> dict[str, Any]:
    """What ``open_dataset`` takes, and a fingerprint of what it gave."""
    return {"source": dataset.source, "fingerprint": dataset.fingerprint}


def weights_hash(model: Model) -> str:
    """SHA-256 of the weights that samples are drawn with, in the order of their names. What is only
    added to older weights when they are opened does not count.
    """
    network = getattr(model.denoiser, "network", None)
    state = {} if network is None else meant_weights(network)
    return sha256_of(state[name] for name in sorted(state))


def sha256_of(tensors: Iterable[Tensor]) -> str:
    """Of their values, wherever they lie."""
    digest = hashlib.sha256()
    for tensor in tensors:
        digest.update(tensor.detach().cpu().contiguous().flatten().float().numpy())
    return digest.hexdigest()


def _source(path: Path | None) -> str | None:
    """The name of a shipped model, the place of another."""
    if path is None:
        return None
    if path.parent == shipped_models():
        return path.name
    return str(path.absolute())
