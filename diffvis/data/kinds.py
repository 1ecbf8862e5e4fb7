"""What a path is to be opened as, seen from outside; its reader then opens it or says why not."""

from pathlib import Path

from diffvis.data.pictures import FOREIGN_SUFFIXES, SUFFIXES

WEIGHTS = frozenset((".safetensors", ".pt", ".pth", ".ckpt", ".onnx"))
PIPELINE = "model_index.json"
"""What every pipeline of the library diffusers has in its folder."""
_OF_MODELS = ("run.json", PIPELINE)
_UNETS = ("unet", "unet_ema")  # what a training script of diffusers leaves
_SETTINGS = "config.json"  # lies beside the weights of a model; data have files of this name too


def is_model(path: Path) -> bool:
    """Whether a file or folder is a model, a run or a pipeline, also one that cannot be opened."""
    try:
        if path.is_file():
            return path.suffix.lower() in WEIGHTS or _is_packed_bin(path)
        names = {entry.name for entry in path.iterdir()} if path.is_dir() else set()
        if any(unet in names and (path / unet / _SETTINGS).is_file() for unet in _UNETS):
            return True
    except OSError:  # it may not be searched
        return False
    if names.intersection(_OF_MODELS) or "model.safetensors" in names:
        return True
    if "unet" in names and (path / "unet" / _SETTINGS).is_file():
        return True
    return _SETTINGS in names and any(Path(name).suffix in (*WEIGHTS, ".bin") for name in names)


def _is_packed_bin(path: Path) -> bool:
    """Whether a .bin is one of PyTorch, which packs weights; those of data are plain bytes."""
    if path.suffix.lower() != ".bin":
        return False
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def is_picture(path: Path) -> bool:
    """Whether a file is a picture, also of a kind that cannot be read."""
    return path.suffix.lower() in SUFFIXES | FOREIGN_SUFFIXES and path.is_file()
