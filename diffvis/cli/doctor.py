"""``diffvis doctor``: what is here, and what to do about what is not.

PyTorch and Qt are asked in processes of their own: either may be missing, fail to load, or crash.
"""

import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

import diffvis
from diffvis.app.shell.display import PLATFORM, cannot_import, check_display
from diffvis.errors import UserError
from diffvis.files import home, resource, shipped_models, size_words

OK, WRONG, ABSENT = "ok", "!!", "--"  # absent: and nothing needs it
PATIENCE_S = 120.0  # with one probe: PyTorch may come over a network
LEAST_FREE = 500_000_000  # bytes in the home folder, of a run with its checkpoints
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
NVIDIA = Path("/dev/nvidia0")
EXTRAS = {  # by the name of what a person installs: its module, and what it is for
    "video": ("av", "MP4 films"),
    "slides": ("pptx", "decks for PowerPoint"),
    "fid": ("torch_fidelity", "diffvis evaluate --fid"),
    "tensorboard": ("tensorboard", "diffvis train --tensorboard"),
}

TORCH = """
import torch
found = {"version": torch.__version__, "cuda": torch.version.cuda, "gpus": []}
float((torch.ones(2, 2) @ torch.ones(2, 2)).sum())
if torch.cuda.is_available():
    for n in range(torch.cuda.device_count()):
        torch.zeros(1, device=f"cuda:{n}")
        found["gpus"].append(torch.cuda.get_device_name(n))
if torch.backends.mps.is_available():
    found["gpus"].append("Apple GPU (mps)")
"""
CHAINS = """
import torch
from diffvis.models.engine import choose
from diffvis.models.model import open_model
model = open_model("mnist")
given = torch.zeros(16, *model.shape), torch.ones(16, dtype=torch.int64)
found = {"words": choose(model.denoiser, given).words}
"""
QT = """
import PySide6, pyqtgraph
from PySide6 import QtCore, QtGui, QtSvg, QtWidgets
found = {"version": PySide6.__version__, "pyqtgraph": pyqtgraph.__version__}
"""
WINDOW = """
from PySide6.QtCore import qInstallMessageHandler
from diffvis.app.shell.qt_messages import QtMessages
messages = QtMessages()
qInstallMessageHandler(messages.take)
from PySide6.QtWidgets import QApplication
app = QApplication([])
screens = [(s.size().width(), s.size().height(), s.devicePixelRatio()) for s in app.screens()]
found = {"platform": app.platformName(), "screens": screens}
"""
VIDEO = """
from diffvis.rendering.formats.mp4 import check_codec
check_codec()
import av
found = {"version": av.__version__}
"""
REPORT = "\nimport json\nprint('\\n' + json.dumps(found))\n"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and what to do where it is not well."""

    what: str
    state: str
    words: str
    remedy: str = ""


class _ProbeError(Exception):
    """A probe has failed, with these last words."""


def doctor_command() -> int:
    """Print every finding, each as soon as it is known; 1 where something is wrong."""
    wrong = 0
    for finding in findings():
        wrong += finding.state == WRONG
        remedy = f"\n{'':19}{finding.remedy}" if finding.remedy else ""
        typer.echo(f"{finding.state}  {finding.what:14} {finding.words}{remedy}")
    return min(wrong, 1)


def findings() -> Iterator[Finding]:
    """What there is to be found."""
    yield _program()
    yield Finding("system", OK, f"{platform.platform()}, {os.cpu_count()} processors{_memory()}")
    yield _libraries()
    yield from _torch()
    yield from _window()
    yield _chains()
    yield _fonts()
    yield _home()
    yield _models()
    for extra, (module, purpose) in EXTRAS.items():
        yield _extra(extra, module, purpose)


# --- what each is --------------------------------------------------------------------------


def _program() -> Finding:
    python = f"Python {platform.python_version()} ({sys.executable})"
    return Finding("diffvis", OK, f"{diffvis.__version__}, {python}")


def _memory() -> str:
    """Of the machine, where the system tells."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        total, free = (
            1024 * int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)[1])  # type: ignore[index]
            for name in ("MemTotal", "MemAvailable")
        )
    except (OSError, TypeError):
        return ""
    return f", {size_words(total)} of memory, {size_words(free)} of it free"


def _libraries() -> Finding:
    """All that diffvis cannot do without, but for the two that are asked themselves."""
    try:
        wanted = importlib.metadata.requires("diffvis") or []
    except importlib.metadata.PackageNotFoundError:
        return Finding("libraries", WRONG, "diffvis is not installed", "pip install .")
    names = [re.match(r"[\w.-]+", line)[0] for line in wanted if "extra ==" not in line]  # type: ignore[index]
    found, missing = [], []
    for name in names:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        remedy = f"pip install {' '.join(missing)}, or diffvis again"
        return Finding("libraries", WRONG, f"without {', '.join(missing)}", remedy)
    return Finding("libraries", OK, ", ".join(found))


def _torch() -> Iterator[Finding]:
    try:
        found = _asked(TORCH)
    except _ProbeError as error:
        remedy = "install it again, as https://pytorch.org/get-started/locally says"
        yield Finding("PyTorch", WRONG, f"cannot be used: {error}", remedy)
        return
    yield Finding("PyTorch", OK, found["version"])
    if found["gpus"]:
        yield Finding("GPU", OK, ", ".join(found["gpus"]))
    elif not NVIDIA.exists():
        yield Finding("GPU", ABSENT, "none; everything runs on the CPU")
    elif found["cuda"] is None:
        remedy = "for the GPU, install the CUDA build from https://pytorch.org/get-started/locally"
        yield Finding("GPU", WRONG, "one is here, but this PyTorch is built for the CPU", remedy)
    else:
        remedy = "see what nvidia-smi says; the driver may be older than PyTorch's CUDA"
        words = f"one is here, but PyTorch (CUDA {found['cuda']}) cannot use it"
        yield Finding("GPU", WRONG, words, remedy)


def _chains() -> Finding:
    """How the images of a chain in the window lie in memory, by a trial on this machine."""
    if os.environ.get("DIFFVIS_ENGINE") == "plain":
        return Finding("chains", OK, "images lie as they are (DIFFVIS_ENGINE)")
    try:
        return Finding("chains", OK, f"16 images of MNIST lie {_asked(CHAINS)['words']}")
    except _ProbeError as error:
        return Finding("chains", ABSENT, f"cannot be tried: {error}")


def _window() -> Iterator[Finding]:
    try:
        found = _asked(QT)
    except _ProbeError as error:
        yield Finding("Qt", WRONG, f"cannot be used: {error}", _how_to_get_qt(str(error)))
        return
    yield Finding("Qt", OK, f"PySide6 {found['version']}, pyqtgraph {found['pyqtgraph']}")
    try:
        check_display()
        shown = _asked(WINDOW)
    except UserError as error:
        yield Finding("display", WRONG, error.problem, error.remedy)
    except _ProbeError as error:
        problem, _, remedy = str(error).partition(": ")
        yield Finding("display", WRONG, problem.removeprefix("diffvis: "), remedy)
    else:
        screens = [f"{w} × {h}{f' at {r:g}' if r != 1 else ''}" for w, h, r in shown["screens"]]
        by = f"{PLATFORM}={os.environ[PLATFORM]}: " if os.environ.get(PLATFORM) else ""
        yield Finding("display", OK, f"{by}{shown['platform']}, {', '.join(screens)}")


def _how_to_get_qt(said: str) -> str:
    """What brings the library, or the package, that could not be imported."""
    named = re.search(r"No module named '([\w.]+)'", said)
    try:
        return cannot_import(ImportError(said, name=named[1] if named else "PySide6")).remedy
    except ImportError:
        return 'pip install --force-reinstall "PySide6-Essentials"'


def _fonts() -> Finding:
    missing = [name for name in FONTS if not resource(f"fonts/{name}").is_file()]
    if missing:
        return Finding("fonts", WRONG, f"without {', '.join(missing)}", "install diffvis again")
    return Finding("fonts", OK, f"DejaVu Sans, in {resource('fonts')}")


def _home() -> Finding:
    folder = home()
    said = " (DIFFVIS_HOME)" if os.environ.get("DIFFVIS_HOME") else ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"diffvis")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        words = f"{folder}{said} cannot be written ({error.strerror or error})"
        remedy = "set DIFFVIS_HOME to a folder of your own; runs and settings go there"
        return Finding("home", WRONG, words, remedy)
    words = f"{folder}{said}, {size_words(free)} free"
    if free < LEAST_FREE:
        return Finding("home", WRONG, words, "free some space, or set DIFFVIS_HOME to another disk")
    return Finding("home", OK, words)


def _models() -> Finding:
    folder = shipped_models()
    names = sorted(path.parent.name for path in folder.glob("*/model.safetensors"))
    if not names:
        return Finding("models", WRONG, f"none in {folder}", "install diffvis again")
    return Finding("models", OK, ", ".join(names))


def _extra(extra: str, module: str, purpose: str) -> Finding:
    what, install = f"[{extra}]", f'pip install "diffvis[{extra}]"'
    if importlib.util.find_spec(module) is None:
        return Finding(what, ABSENT, f"not installed; for {purpose}: {install}")
    try:
        version = _asked(VIDEO)["version"] if extra == "video" else _version(module)
    except _ProbeError as error:
        return Finding(what, WRONG, f"cannot be used: {error}", install)
    return Finding(what, OK, f"{module} {version}, for {purpose}")


def _version(module: str) -> str:
    try:
        return importlib.metadata.version(module.replace("_", "-"))
    except importlib.metadata.PackageNotFoundError:
        return ""


# --- asking --------------------------------------------------------------------------------


def _asked(code: str) -> dict[str, Any]:
    """What a process of its own has ``found``.

    Raises:
        _ProbeError: it failed; with the last that it said.
    """
    path = [str(Path(diffvis.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", code + REPORT],  # not what lies where it is called
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_S,
        )
    except subprocess.TimeoutExpired:
        raise _ProbeError(f"no answer in {PATIENCE_S:.0f} seconds") from None
    except OSError as error:
        raise _ProbeError(f"it cannot be asked ({error.strerror or error})") from error
    if done.returncode < 0:
        raise _ProbeError(f"it crashes ({_signal(-done.returncode)})")
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode:
        raise _ProbeError(lines[-1].strip() if lines else f"it ends with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
