"""Models as they are found: by name, in a run folder, a file, or made of the data itself."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from diffvis.data.dataset import Dataset, sampled
from diffvis.data.kinds import PIPELINE
from diffvis.diffusion.ideal import ExactDenoiser
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError, is_out_of_memory
from diffvis.files import shipped_models
from diffvis.models.blueprint import Blueprint
from diffvis.models.foreign.diffusers_folder import is_diffusers, open_diffusers
from diffvis.models.foreign.inspecting import refusal_of
from diffvis.models.run_files import RUN, checkpoints_to_sample, read_run
from diffvis.models.sampleable import Model
from diffvis.models.shipped import WEIGHTS, shipped_names
from diffvis.models.weights import SUFFIX, check_finite, does_not_fit, model_of, read_checkpoint
from diffvis.networks.layout import with_image_layout

__all__ = ["Model", "exact_model", "open_model", "shipped_names"]

Made = TypeVar("Made")
_SMALL = 1_000_000  # weights that a network may have without a second thought
log = logging.getLogger(__name__)


def exact_model(dataset: Dataset, schedule: NoiseSchedule, limit: int = 10_000) -> Model:
    """The best denoiser there can be for at most ``limit`` samples of the training split.

    It needs no training, and as it knows the samples by heart it can produce nothing else.
    """
    known = sampled(dataset.train, limit).sort().values
    return Model(
        name="Exact denoiser",
        denoiser=ExactDenoiser(dataset.x0(known), schedule),
        schedule=schedule,
        shape=tuple(dataset.shape),
        data=dataset.source,
        scaling=dataset.scaling,
    )


def open_model(source: str | Path, device: torch.device | str = "cpu") -> Model:
    """A shipped model by its name, the best state of a run folder, a checkpoint file, or a folder
    of diffusers.

    Where that state is damaged, it is an earlier one, and a warning says so.

    Raises:
        UserError: there is nothing of that name, or it is not a model that diffvis can read.
    """
    place = _place_of(source)
    if is_diffusers(place):
        return open_diffusers(place, device)
    if (foreign := refusal_of(place)) is not None:
        raise foreign
    path, checkpoints = checkpoints_of(source)
    model, trouble = first_sound(checkpoints, lambda file: _open_checkpoint(file, path, device))
    if trouble is not None and model.steps is not None:
        warn_of_earlier(trouble, model.steps)
    return model


def first_sound(
    checkpoints: Sequence[Path], read: Callable[[Path], Made]
) -> tuple[Made, UserError | None]:
    """What ``read`` makes of the first checkpoint that it can read, and what is wrong with the
    preferred one, if it is not that.

    Raises:
        UserError: that of ``read`` for the preferred one, where it can read none.
    """
    trouble: UserError | None = None
    for checkpoint in checkpoints:
        try:
            return read(checkpoint), trouble
        except UserError as error:
            trouble = trouble or error
    if trouble is None:
        raise ValueError("there is no checkpoint to read")
    raise trouble


def warn_of_earlier(trouble: UserError, step: int) -> None:
    """Say that ``first_sound`` had to take another state, that of ``step``."""
    log.warning("%s: this is the state of step %s", trouble.problem, f"{step:,}")


def checkpoints_of(source: str | Path) -> tuple[Path, list[Path]]:
    """Where a model is, and its checkpoints, of which the first sound one is the model.

    Raises:
        UserError: there is nothing of that name, or a run that has no checkpoint yet.
    """
    path = _place_of(source)
    if path.is_file():
        return path, [path]
    if path.is_dir():
        if (path / WEIGHTS).is_file():
            return path, [path / WEIGHTS]
        if (path / PIPELINE).is_file():
            raise UserError(
                f"{path} is a pipeline of diffusers, which can be sampled and not gone on with",
                f"give a run folder or a {SUFFIX} file of one",
            )
        stops_early = bool(read_run(path).get("patience"))
        if found := checkpoints_to_sample(path, stops_early):
            return path, found
        raise UserError(f"{path} holds no checkpoint yet", "train it for a few seconds")
    raise UserError(
        f"there is no model {source}",
        f"give a run folder, a checkpoint or one of {', '.join(shipped_names()) or 'none yet'}",
    )


def holds_model(folder: Path) -> bool:
    """Whether a folder is a run, or a model that was passed on."""
    try:
        return any((folder / mark).is_file() for mark in (RUN, WEIGHTS))
    except OSError:  # it may not be searched
        return False


def _place_of(source: str | Path) -> Path:
    """A name is that of a shipped model unless a model of the same name lies in this folder; that
    of a folder that holds something else, such as data, does not stand in its way.
    """
    path = Path(source)
    shipped = shipped_models() / path
    is_name = len(path.parts) == 1 and (shipped / WEIGHTS).is_file()
    return shipped if is_name and not holds_model(path) else path


def load_average(network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Give a network the averaged weights among the tensors of a checkpoint.

    Raises:
        RuntimeError: they are not for such a network.
    """
    network.load_state_dict({n.removeprefix("ema."): value for n, value in tensors.items()})


def _open_checkpoint(file: Path, path: Path, device: torch.device | str) -> Model:
    header, tensors = read_checkpoint(file, ["ema."])
    blueprint, step = model_of(header, file)
    check_finite(file, tensors)
    try:
        _check_size(blueprint, tensors)
        with torch.random.fork_rng(devices=[]):  # the fresh weights must not use anybody's numbers
            network = blueprint.make_network()
        load_average(network, tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise
        raise does_not_fit(file, error) from None
    if not blueprint.is_points:
        network = with_image_layout(network, torch.device(device))
    network = network.to(device).eval().requires_grad_(False)
    name = path.name if path.is_dir() else path.stem
    return Model.of(blueprint, network, name, step, path)


def _check_size(blueprint: Blueprint, tensors: Mapping[str, Tensor]) -> None:
    """Find out before it takes any memory that a network is not that of these weights: a header of
    a few bytes can ask for gigabytes.

    Raises:
        ValueError: it has many more.
    """
    found = sum(weights.numel() for weights in tensors.values())
    if _squared(blueprint.network_options) <= 4 * found + _SMALL:
        return  # building it without memory takes PyTorch two seconds of imports
    try:
        with torch.device("meta"):
            network = blueprint.make_network()
    except NotImplementedError:  # one of somebody's own, which reads numbers while it is made
        return
    wanted = sum(weights.numel() for weights in network.state_dict().values())
    if wanted > 2 * found + _SMALL:
        raise ValueError(f"a network of {wanted:,} weights has only {found:,}")


def _squared(options: Mapping[str, Any]) -> int:
    """About the weights of a network with such options: the widest layer squared, times how often
    there is one. A network that was written with its weights has more.
    """
    widths = [w for value in options.values() if isinstance(value, list | tuple) for w in value]
    numbers = [value for value in options.values() if type(value) is int and value > 0]
    widest = max([w for w in [*widths, *numbers] if isinstance(w, int)], default=1)
    often = math.prod(numbers) // (widest if widest in numbers else 1)
    return int(widest**2 * max(1, often))
