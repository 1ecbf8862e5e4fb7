"""What people give where a model or data is wanted."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from diffvis.data.arrays import dataset_of
from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.foreign.wrap import wrap
from diffvis.models.model import open_model
from diffvis.models.sampleable import Model
from diffvis.training.device import resolve_device

AnyModel = Model | str | os.PathLike[str] | nn.Module | Callable[..., Tensor]
"""A model; its name or path; or a network of one's own, with how it is read."""
AnyData = Dataset | str | os.PathLike[str] | Tensor | np.ndarray
"""A data set; its name or path; or an array of points (N, 2) or images (N, C, H, W)."""


def model_of(
    given: AnyModel,
    how: Mapping[str, Any],
    device: str | None = None,
    data: Dataset | None = None,
) -> Model:
    """The model that was given, opened, or ``diffvis.wrap(net, **how)``.

    ``device`` None leaves a network where it is; what is opened goes to the GPU if there is one.

    Raises:
        UserError: it cannot be opened or wrapped, or ``how`` is said of what says so itself.
    """
    if isinstance(given, str | os.PathLike):
        _refuse(how)
        return open_model(os.fspath(given), resolve_device(device or "auto"))
    if isinstance(given, Model):
        _refuse(how)
        model = given
    else:
        model = wrap(given, **(how if data is None else {**how, "data": data}))
    return model if device is None else model.on(resolve_device(device))


def data_of(given: AnyData) -> Dataset:
    """The data set that was given, opened by its name or path, or made of an array.

    Raises:
        UserError: it cannot be opened, or an array is neither points nor images.
    """
    if isinstance(given, Tensor | np.ndarray):
        return dataset_of(given)
    return given if isinstance(given, Dataset) else open_dataset(given)


def where(model: Model) -> torch.device:
    """The device its weights are on; the CPU where it has none."""
    return model.device or torch.device("cpu")


def _refuse(how: Mapping[str, Any]) -> None:
    if how:
        name = next(iter(how))
        raise UserError(
            f"{name} is no setting of a chain, nor of a model that is known already",
            f"leave out {name}=, or give a network of your own (model.read_as changes a reading)",
            field=name,
        )
