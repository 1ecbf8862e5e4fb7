"""What a file or folder of a model is, and the line to type next. Nothing in it is executed."""

from pathlib import Path

from diffvis.errors import UserError
from diffvis.files import regular
from diffvis.models.foreign.checkpoints import inspect_torch
from diffvis.models.foreign.folders import inspect_folder
from diffvis.models.foreign.inspection import Inspection
from diffvis.models.foreign.safetensors_file import header_of, inspect_safetensors
from diffvis.models.foreign.torch_file import is_torch_file

__all__ = ["Inspection", "inspect_model", "refusal_of"]


def inspect_model(path: Path) -> Inspection | None:
    """What a model of any kind is, by its contents; None where it is none.

    Raises:
        UserError: it cannot be read, or is damaged.
    """
    try:
        if path.is_dir():
            return inspect_folder(path)
        regular(path)
        if (header := header_of(path)) is not None:
            return inspect_safetensors(path, header)
        if is_torch_file(path):
            return inspect_torch(path)
        return _other(path)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{path} cannot be read ({reason})", "check the path") from error


def refusal_of(path: Path) -> UserError | None:
    """Why ``open_model`` does not open what is there, as ``inspect`` says it; None where it is one
    of ours, or nothing that is known.
    """
    if not path.exists():
        return None
    found = inspect_model(path)
    return None if found is None or found.opens else found.refusal()


def _other(path: Path) -> Inspection | None:
    with path.open("rb") as file:
        begin = file.read(8)
    if path.suffix.lower() == ".onnx":
        following = (
            "import diffvis, onnxruntime, torch",
            f'session = onnxruntime.InferenceSession("{path.name}")',
            "names = [given.name for given in session.get_inputs()]",
            "def net(x, t):",
            "    given = dict(zip(names, (x.numpy(), t.numpy())))",
            "    return torch.from_numpy(session.run(None, given)[0])",
            "diffvis.view(net, shape=(1, 28, 28))",
        )
        return Inspection(path, "a network in ONNX, which diffvis does not run", (), following)
    if begin.startswith(b"GGUF"):
        return Inspection(path, "weights in GGUF, as language models have them")
    if begin.startswith(b"\x89HDF\r\n") and path.suffix.lower() in (".h5", ".keras"):
        return Inspection(path, "weights in HDF5, as Keras keeps them: not a network of PyTorch")
    if path.suffix.lower() in (".pt", ".pth", ".ckpt"):
        what = "no file of PyTorch, or a damaged one"
        return Inspection(path, what, (f"it begins with {begin!r}",), ("download it again",))
    return None
