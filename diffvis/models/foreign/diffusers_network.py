"""The network of a diffusers folder: built by the library's own class, filled from a file.

``UNet2DModel`` is never written anew here: weights load without a complaint under many a wrong
value of its config, and then answer something else.
"""

import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from diffvis.errors import UserError, is_out_of_memory
from diffvis.files import read_small, regular
from diffvis.models.foreign.diffusers_library import library
from diffvis.models.weights import check_finite

CONFIG = "config.json"
UNET = "UNet2DModel"
_LARGEST_BYTES = 4 * 2**20  # of a config; trained_betas make it long
_STEM = "diffusion_pytorch_model"
_WEIGHTS = tuple(
    f"{_STEM}{variant}{suffix}" for variant in ("", ".fp16") for suffix in (".safetensors", ".bin")
)
_SHARDED = (f"{_STEM}.safetensors.index.json", f"{_STEM}.bin.index.json")
_RENAMED = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
"""Of attention, whose weights had other names until version 0.17."""
_LATENT = 4  # channels of what the autoencoder of Rombach et al. 2022 makes of a picture


class Unet(nn.Module):
    """A ``UNet2DModel`` called as (x, time, labels or None); the first channels of its answer."""

    def __init__(self, unet: nn.Module, channels: int) -> None:
        super().__init__()
        self.unet = unet
        self.channels = channels

    def forward(self, x: Tensor, time: Tensor, labels: Tensor | None = None) -> Tensor:
        answer: Tensor = self.unet(x, time, class_labels=labels, return_dict=False)[0]
        return answer[:, : self.channels]


def read_config(file: Path) -> dict[str, Any]:
    """A JSON file of such a folder.

    Raises:
        UserError: it is not there, or holds something else.
    """
    try:
        config = json.loads(read_small(file, _LARGEST_BYTES))
        if isinstance(config, dict):
            return config
        reason = "it is no object"
    except OSError as error:
        reason = error.strerror or str(error)
    except (ValueError, RecursionError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
    raise UserError(f"{file} cannot be read ({reason})", "give a folder that diffusers has saved")


def shape_of(config: Mapping[str, Any], file: Path) -> tuple[int, int, int]:
    """(C, H, W) of what a network of this config, which stands in ``file``, sees.

    Raises:
        UserError: it is another network, sees no pictures, or does not say their size.
    """
    found = config.get("_class_name")
    if found != UNET:
        raise UserError(
            f"the network in {file.parent} is {found or 'of no class of diffusers'}, not {UNET}",
            "diffvis opens models of pictures without words, such as those of DDPMPipeline",
        )
    channels, size = config.get("in_channels", 3), config.get("sample_size")
    if channels == _LATENT:
        raise UserError(
            f"the network in {file.parent} sees 4 channels: it denoises the latents of an "
            "autoencoder, not pictures",
            "give a model that denoises pixels, of 1 or 3 channels",
        )
    if channels not in (1, 3):
        raise UserError(
            f"the network in {file.parent} sees {channels} channels",
            "diffvis shows grey pictures, of 1 channel, and coloured ones, of 3",
        )
    if size is None:
        raise UserError(
            f"{file} does not say how large pictures are (sample_size is null)",
            'write it there, such as "sample_size": 32',
        )
    sides = size if isinstance(size, list | tuple) else (size, size)
    if len(sides) != 2 or not all(type(side) is int and side > 0 for side in sides):
        raise UserError(
            f"{file} says that pictures have the size {size}", 'write such as "sample_size": 32'
        )
    return channels, sides[0], sides[1]


def classes_of(config: Mapping[str, Any], file: Path) -> int:
    """How many classes it must be told one of; 0: it knows none.

    Raises:
        UserError: classes are told by something else than their number.
    """
    how = config.get("class_embed_type")
    if how is not None:
        raise UserError(
            f"the network in {file.parent} is told classes as {how} (class_embed_type)",
            "diffvis tells them by their number, as where num_class_embeds is set",
        )
    return int(config.get("num_class_embeds") or 0)


def load_unet(folder: Path, config: Mapping[str, Any]) -> nn.Module:
    """The network in ``folder``, in float32, in eval mode and without gradients.

    Raises:
        UserError: there are no weights, they are damaged, or are not for such a network.
    """
    file = _weights_in(folder)
    tensors = {_renamed(name): _wide(value) for name, value in _read(file).items()}
    check_finite(file, tensors)
    made = library().UNet2DModel
    try:
        with torch.device("meta"):  # what a config of a few bytes asks for costs nothing so
            unet: nn.Module = made.from_config(dict(config))
        _check_keys(unet, tensors)
        if any(buffer.is_meta for buffer in unet.buffers()):  # which no file holds
            with torch.random.fork_rng(devices=[]):  # fresh weights must not use anybody's numbers
                unet = made.from_config(dict(config))
        unet.load_state_dict(tensors, assign=True)
    except UserError:
        raise
    except Exception as error:  # what a config can make of a class is the library's
        if is_out_of_memory(error):
            raise
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UserError(
            f"the network in {folder} cannot be built ({reason})",
            "save it again with the diffusers that is installed here",
        ) from error
    return unet.eval().requires_grad_(False)


def _weights_in(folder: Path) -> Path:
    for name in _WEIGHTS:
        if (folder / name).is_file():
            return folder / name
    if any((folder / name).is_file() for name in _SHARDED):
        raise UserError(
            f"the weights in {folder} are spread over several files",
            'save them in one: unet.save_pretrained(folder, max_shard_size="100GB")',
        )
    raise UserError(f"there are no weights in {folder}", f"it needs a {_WEIGHTS[0]} or {_STEM}.bin")


def _read(file: Path) -> dict[str, Tensor]:
    """The tensors of a file; nothing in it is executed."""
    try:
        if file.suffix == ".safetensors":
            return load_file(regular(file))
        found = torch.load(regular(file), map_location="cpu", weights_only=True)
    except OSError as error:
        raise UserError(
            f"{file} cannot be read ({error.strerror or error})", "check that file"
        ) from None
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, ValueError, EOFError) as error:
        if is_out_of_memory(error):
            raise
        raise UserError(
            f"{file} holds no weights that can be read, or is damaged", "save the model again"
        ) from None
    if not isinstance(found, dict) or not all(isinstance(v, Tensor) for v in found.values()):
        raise UserError(f"{file} is no state dict", "save the model again")
    return found


def _wide(value: Tensor) -> Tensor:
    """Half precision, in which weights may be kept, as float32."""
    return value.float() if value.is_floating_point() else value


def _renamed(name: str) -> str:
    *path, part, what = name.rsplit(".", 2) if name.count(".") > 1 else ("", name)
    return ".".join([*path, _RENAMED.get(part, part), what]) if path else name


def _check_keys(unet: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Raises UserError unless the weights are those of the network."""
    wanted = {name: tuple(value.shape) for name, value in unet.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in tensors.items()}
    if wanted == found:
        return
    name = min(n for n in {*wanted, *found} if wanted.get(n) != found.get(n))
    raise UserError(
        f"the weights are not those of its {CONFIG}: {name} is {found.get(name, 'missing')}, "
        f"not {wanted.get(name, 'there')}",
        "the two files must have been saved together",
    )
