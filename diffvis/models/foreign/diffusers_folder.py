"""Models of the library diffusers: the folder of a pipeline, or of its network alone.

The folder is read, not run: its classes are checked by name, its weights hold tensors only, and
nothing is ever downloaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from diffvis.data.kinds import PIPELINE
from diffvis.errors import UserError
from diffvis.models.foreign.diffusers_network import (
    CONFIG,
    UNET,
    Unet,
    classes_of,
    load_unet,
    read_config,
    shape_of,
)
from diffvis.models.foreign.diffusers_scheduler import SchedulerSays, read_scheduler
from diffvis.models.read_network import denoiser_of
from diffvis.models.reading import Reading
from diffvis.models.sampleable import Model
from diffvis.networks.layout import with_image_layout

_UNETS = ("unet_ema", "unet")  # the averaged weights, which training scripts keep apart, come first
_SCHEDULER = "scheduler_config.json"
_OF_LATENTS = ("vae", "vqvae", "movq", "prior", "text_encoder")


def is_diffusers(path: Path) -> bool:
    """Whether a folder is one that this library has saved, also one that cannot be opened."""
    try:
        if (path / PIPELINE).is_file() or any((path / u / CONFIG).is_file() for u in _UNETS):
            return True
        return (path / CONFIG).is_file() and "_diffusers_version" in read_config(path / CONFIG)
    except (OSError, UserError):  # it may not be searched, or that file is something else
        return False


def open_diffusers(folder: str | Path, device: torch.device | str = "cpu") -> Model:
    """The model in the folder of a pipeline (``model_index.json``), of a training run's checkpoint
    (``unet/``, ``unet_ema/``) or of a ``UNet2DModel`` alone (``config.json``).

    Without a scheduler, the defaults of the library are taken, and said.

    Raises:
        UserError: diffusers is not installed; it is another kind of model, which is named; or a
            file is missing or damaged.
    """
    path = Path(folder)
    if (path / PIPELINE).is_file():
        _check_pipeline(path)
    home = _network_in(path)
    config = read_config(home / CONFIG)
    shape, classes = shape_of(config, home / CONFIG), classes_of(config, home / CONFIG)
    file = _scheduler_of(path, home)
    says = read_scheduler(None if file is None else read_config(file))
    answer = _answer_of(config, says, home)
    reading = Reading(
        schedule=says.schedule,
        predicts=says.predicts,
        time=says.time,
        classes=tuple(map(str, range(classes))),
        learns_variance=answer.learns_variance,
        variance=None if says.variance == "learned" else says.variance,
        clip=says.clip,
        clip_range=says.clip_range,
        quantile=says.quantile,
        most=max(1.0, says.sample_max_value) if says.clip == "dynamic" else float("inf"),
    )
    unet = Unet(load_unet(home, config), answer.channels)
    network = with_image_layout(unet, torch.device(device)).to(device)
    return Model(
        name=path.resolve().name,
        denoiser=denoiser_of(network, reading),
        schedule=reading.schedule,
        shape=shape,
        data="",
        scaling=reading.scaling,
        num_classes=classes,
        classes=reading.classes,
        path=path,
        reading=reading,
        notes=(*says.said, *answer.said),
    )


@dataclass(frozen=True)
class _Answer:
    """What of a network's answer is used."""

    channels: int
    learns_variance: bool
    said: tuple[str, ...] = ()


def _answer_of(config: Mapping[str, Any], says: SchedulerSays, home: Path) -> _Answer:
    """A network that speaks of its variance answers with twice the channels that it sees."""
    sees, answers = config.get("in_channels", 3), config.get("out_channels", 3)
    if answers == sees:
        said = "its network says nothing of the variance, though its scheduler has learned_range"
        return _Answer(sees, False, (said,) if says.variance == "learned" else ())
    if answers != 2 * sees:
        raise UserError(
            f"the network in {home} sees {sees} channels and answers with {answers}",
            "diffvis reads those that answer with as many, or with twice as many",
        )
    if says.variance is None:
        said = "its variance is learned as such, not between two bounds: it is not used"
        return _Answer(sees, False, (said,))
    said = "its answer has twice the channels: the second half is read as learned_range"
    return _Answer(answers, True, () if says.variance == "learned" else (said,))


def _check_pipeline(path: Path) -> None:
    """Raises UserError unless the network of this pipeline is one of pictures alone."""
    index = read_config(path / PIPELINE)
    name = index.get("_class_name", "a pipeline")
    latent = [part for part in _OF_LATENTS if _is_there(index.get(part))]
    if latent:
        raise UserError(
            f"{path} is a {name}, with a {latent[0]}: it denoises latents, or by words",
            "give a model that denoises pixels, such as a DDPMPipeline",
        )
    unet = index.get("unet")
    if unet is not None and unet != ["diffusers", UNET]:
        made = unet[-1] if isinstance(unet, list) and unet else unet
        raise UserError(
            f"{path} is a {name}, whose network is {made}, not {UNET} of diffusers",
            "diffvis opens models of pictures without words, such as those of DDPMPipeline",
        )


def _is_there(part: object) -> bool:
    return isinstance(part, list) and any(part)


def _network_in(path: Path) -> Path:
    """The folder of the network: one of its own, or, in the first such pipelines, the same."""
    for home in (*(path / name for name in _UNETS), path):
        if (home / CONFIG).is_file():
            return home
    raise UserError(f"there is no network in {path}", f"it needs a unet/{CONFIG}")


def _scheduler_of(path: Path, home: Path) -> Path | None:
    """Beside the network, or of the pipeline or the training run that the network stands in."""
    around = dict.fromkeys((path, home, home.absolute().parent, home.absolute().parent.parent))
    for folder in around:
        for file in (folder / "scheduler" / _SCHEDULER, folder / _SCHEDULER):
            if file.is_file():
                return file
    return None
