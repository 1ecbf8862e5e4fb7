"""What cannot be done ends with status 2 and one line that names the thing and the remedy."""

import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from diffvis.files import shipped_models

CASES = {
    "a missing path": (["train", "{tmp}/nowhere", "--out", "{tmp}/run"], "nowhere"),
    "T = 0": (["train", "swiss-roll", "--out", "{tmp}/run", "--timesteps", "0"], "timesteps = 0"),
    "an unknown network": (
        ["train", "swiss-roll", "--out", "{tmp}/run", "--network", "mpl"],
        "mpl",
    ),
    "a network for images on points": (
        ["train", "swiss-roll", "--out", "{tmp}/run", "--network", "unet"],
        "unet cannot learn samples of shape (2,): use mlp",
    ),
    "a network for points on images": (
        ["train", "digits", "--out", "{tmp}/run", "--network", "mlp"],
        "mlp cannot learn samples of shape (1, 8, 8): use unet",
    ),
    "settings for images on points": (
        ["train", "swiss-roll", "--out", "{tmp}/run", "--preset", "mnist"],
        "unet cannot learn",
    ),
    "a network that is too narrow": (
        ["train", "swiss-roll", "--out", "{tmp}/run", "--set", "network_options.width=1"],
        "width = 1",
    ),
    "a model of images to start points from": (
        ["train", "swiss-roll", "--out", "{tmp}/run", "--from", "mnist"],
        "mnist has learned samples of shape (1, 28, 28)",
    ),
    "another network for a run that goes on": (
        ["train", "swiss-roll?n=400", "--out", "{run}", "--resume", "--network", "unet"],
        "begun with network = mlp, not unet",
    ),
    "images for a run of points": (["train", "digits", "--out", "{run}", "--resume"], "digits"),
    "no steps": (["train", "swiss-roll", "--out", "{tmp}/run", "--steps", "0"], "steps = 0"),
    "a device that is not there": (
        ["train", "swiss-roll", "--out", "{tmp}/run", "--device", "cuda:99"],
        "cuda:99",
    ),
    "a device that is none": (
        ["sample", "{run}", "--out", "{tmp}/a.png", "--device", "foo"],
        "choose one of auto, cpu, cuda, cuda:1, mps",
    ),
    "a device without a name": (["evaluate", "{run}", "--device", ""], "there is no device ''"),
    "a device of PyTorch's that computes nothing": (
        ["export", "reverse", "{run}", "--out", "{tmp}/a.gif", "--device", "meta"],
        "there is no device 'meta'",
    ),
    "a folder for a run that is a file": (["train", "swiss-roll", "--out", "{tmp}/text"], "text"),
    "nothing to resume": (
        ["train", "swiss-roll", "--out", "{tmp}/run", "--resume"],
        "is not a run folder",
    ),
    "a missing model": (["sample", "{tmp}/nowhere", "--out", "{tmp}/a.png"], "nowhere"),
    "a text file as a model": (["sample", "{tmp}/text", "--out", "{tmp}/a.png"], "text"),
    "a missing folder for samples": (["sample", "x", "--out", "{tmp}/no/a.png"], "/no"),
    "an unknown ending for samples": (["sample", "x", "--out", "{tmp}/a.jpg"], ".jpg"),
    "too many steps of the chain": (
        ["sample", "{run}", "--out", "{tmp}/a.png", "--steps", "13"],
        "T = 12",
    ),
    "an eta that is not": (
        ["sample", "{run}", "--out", "{tmp}/a.npz", "--sampler", "ddim", "--eta", "1.5"],
        "eta = 1.5",
    ),
    "no samples": (["sample", "{run}", "--out", "{tmp}/a.png", "--count", "0"], "count = 0"),
    "an unknown sampler": (
        ["sample", "{run}", "--out", "{tmp}/a.png", "--sampler", "leapfrog"],
        "leapfrog",
    ),
    "a time beyond T": (["export", "forward", "{run}", "--out", "{tmp}/a.png", "--t", "13"], "13"),
    "T = 0 of a schedule": (
        ["export", "forward", "--out", "{tmp}/a.gif", "--timesteps", "0"],
        "--timesteps 0",
    ),
    "an unknown schedule": (
        ["export", "forward", "--out", "{tmp}/a.gif", "--schedule", "cosin"],
        "cosin",
    ),
    "a size that is none": (
        ["export", "reverse", "{run}", "--out", "{tmp}/a.gif", "--size", "large"],
        "1280x720",
    ),
    "an absurd size": (
        ["export", "reverse", "{run}", "--out", "{tmp}/a.gif", "--size", "90000x90000"],
        "90000",
    ),
    "a delay that viewers change": (
        ["export", "reverse", "{run}", "--out", "{tmp}/a.gif", "--frame-ms", "15"],
        "frame_ms = 15",
    ),
    "a rate that a GIF has not": (
        ["export", "reverse", "{run}", "--out", "{tmp}/a.gif", "--fps", "60"],
        "at most 50",
    ),
    "a format that is not there": (
        ["export", "reverse", "{run}", "--out", "{tmp}/a.avi"],
        ".avi",
    ),
    "a folder that is missing": (
        ["export", "forward", "--out", "{tmp}/nowhere/a.gif"],
        "nowhere",
    ),
    "a beginning that is not there": (
        ["export", "reverse", "digits", "--out", "{tmp}/a.png", "--begin", "99999"],
        "0 to 1,796",
    ),
    "a picture for points": (
        ["export", "reverse", "swiss-roll", "--out", "{tmp}/a.png", "--begin", "{tmp}/there.gif"],
        "makes points",
    ),
    "a branch before the chain begins": (
        ["export", "reverse", "digits", "--out", "{tmp}/a.png", "--branch", "400"],
        "choose 1 to 300",
    ),
    "a picture that is not there": (
        ["export", "reverse", "digits", "--out", "{tmp}/a.png", "--begin", "{tmp}/none.png"],
        "there is no picture",
    ),
    "a time of no beginning": (
        ["export", "reverse", "digits", "--out", "{tmp}/a.png", "--begin-t", "20"],
        "add --begin",
    ),
    "branches from nowhere": (
        ["export", "reverse", "digits", "--out", "{tmp}/a.png", "--branches", "4"],
        "add --branch",
    ),
    "a branch in a format that is not possible": (
        [
            "export", "reverse", "digits", "--out", "{tmp}/a.gif", "--branch", "4",
            "--view", "strip",
        ],
        ".gif",
    ),
    "point number 0": (
        ["export", "forward", "--out", "{tmp}/a.png", "--view", "cloud", "--kernel", "0"],
        "--kernel",
    ),
    "a value that is none": (
        ["export", "walks", "--out", "{tmp}/a.png", "--value", "nan"],
        "choose -4 to 4",
    ),
    "a value that is too large": (
        ["export", "walks", "--out", "{tmp}/a.png", "--value", "1e300"],
        "choose -4 to 4",
    ),
    "a sample before the first": (
        ["export", "walks", "--out", "{tmp}/a.png", "--first", "-1"],
        "first = -1",
    ),
    "the nearest of points": (
        ["export", "nearest", "swiss-roll", "--out", "{tmp}/a.png"],
        "choose a model of images",
    ),
    "paths of the equation": (
        ["export", "forward", "--out", "{tmp}/a.gif", "--paths"],
        "choose cloud or density",
    ),
    "a point that is not shown": (
        ["export", "forward", "--out", "{tmp}/a.gif", "--view", "cloud", "--kernel", "2001"],
        "there is no point 2001",
    ),
    "a field of images": (
        ["export", "reverse", "digits", "--out", "{tmp}/a.gif", "--field", "eps"],
        "choose a model of points",
    ),
    "a file that is there": (["export", "forward", "--out", "{tmp}/there.gif"], "--force"),
    "a step of a sample that is not there": (
        [
            "export", "reverse", "{run}", "--out", "{tmp}/a.gif", "--view", "step",
            "--count", "4", "--selected", "5",
        ],
        "sample 5",
    ),
    "data for a model that has its own": (
        ["export", "reverse", "{run}", "--out", "{tmp}/a.gif", "--data", "digits"],
        "--data",
    ),
    "data of another shape": (["evaluate", "{run}", "--data", "digits"], "shape"),
    "a variance nobody knows": (
        ["evaluate", "{tmp}/nowhere", "--variance", "huge"],
        "'huge' is not one of 'auto', 'small', 'large', 'learned'",
    ),
    "a class nobody knows": (["evaluate", "{run}", "--label", "tulip"], "tulip"),
    "a missing option": (["train", "swiss-roll"], "--out"),
    "an unknown command": (["trian"], "trian"),
    "an unknown option": (["train", "swiss-roll", "--outt", "x"], "--outt"),
    "a number that is none": (["sample", "m", "--out", "a.png", "--count", "many"], "--count"),
    "an export of nothing": (["export"], "Missing command"),
    "two exports of nothing": (
        ["export", "--recipe", "{tmp}/there.gif", "--figures", "{tmp}/set"],
        "--recipe and --figures do not go together",
    ),
    "a model before a command": (
        ["--model", "nonsense", "models"],
        "--model before models has no effect: put it after models",
    ),
    "a time before a group of commands": (
        ["--t", "3", "export", "schedule", "--out", "{tmp}/a.csv"],
        "--t before export has no effect",
    ),
    "a permission before an export": (
        ["export", "--force", "schedule", "--out", "{tmp}/there.gif"],
        "--force before schedule has no effect: put it after schedule",
    ),
    "a device before an export": (
        ["export", "--device", "cuda:99", "schedule", "--out", "{tmp}/a.csv"],
        "--device before schedule has no effect",
    ),
    "a recipe before an export": (
        ["export", "--recipe", "{tmp}/there.gif", "schedule", "--out", "{tmp}/a.csv"],
        "--recipe and --figures stand alone",
    ),
    "an empty file as a recipe": (
        ["export", "--recipe", "{tmp}/empty.npz", "--out", "{tmp}/a.npz"],
        "empty.npz carries no recipe",
    ),
    "a time of a comparison beyond T": (
        ["export", "compare", "{run}", "--out", "{tmp}/a.png", "--t", "5000"],
        "t = 5000 is not possible: choose 0 to 12",
    ),
    "a classifier to start from": (
        ["train", "digits", "--out", "{tmp}/run", "--from", "{models}/digits.safetensors"],
        "digits.safetensors is not a model",
    ),
    "a screenshot into nowhere": (["--screenshot", "{tmp}/nowhere/a.png"], "nowhere"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_one_line(diffvis: Callable, tmp_path: Path, run_folder: Path, case: str) -> None:
    (tmp_path / "text").write_text("not a model")
    (tmp_path / "there.gif").write_bytes(b"old")
    (tmp_path / "empty.npz").touch()
    before = sorted(tmp_path.iterdir())
    arguments, words = CASES[case]
    places = {"tmp": tmp_path, "run": run_folder, "models": shipped_models() / "classifiers"}
    done = diffvis(*(a.format(**places) for a in arguments))
    line = done.problem()
    assert done.out == ""
    assert line.startswith("diffvis: ")
    assert words in line
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "there.gif").read_bytes() == b"old"


def test_a_truncated_idx_file(diffvis: Callable, tmp_path: Path) -> None:
    file = tmp_path / "train-images-idx3-ubyte"
    file.write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 100, 28, 28) + bytes(1000))
    done = diffvis("train", file, "--out", tmp_path / "run")
    line = done.problem()
    assert "train-images-idx3-ubyte" in line
    assert not (tmp_path / "run").exists()


def test_a_truncated_checkpoint(diffvis: Callable, tmp_path: Path, run_folder: Path) -> None:
    (checkpoint,) = (run_folder / "checkpoints").glob("step-00000030*")
    whole = checkpoint.read_bytes()
    for size in (0, 5, 100, len(whole) // 2, len(whole) - 1):
        file = tmp_path / "cut.safetensors"
        file.write_bytes(whole[:size])
        done = diffvis("sample", file, "--out", tmp_path / "a.npz")
        line = done.problem()
        assert "cut.safetensors" in line
        assert not (tmp_path / "a.npz").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["sample", "{run}", "--out", "{tmp}/a.npz"],
        ["sample", "{run}", "--out", "{tmp}/a.png"],
        ["export", "reverse", "{run}", "--out", "{tmp}/a.gif"],
        ["export", "forward", "{run}", "--out", "{tmp}/a.png"],
    ],
)
def test_a_folder_that_refuses(
    diffvis: Callable,
    tmp_path: Path,
    run_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    done = diffvis(*(a.format(tmp=tmp_path, run=run_folder) for a in arguments))
    line = done.problem()
    assert "Permission denied" in line
    assert list(tmp_path.iterdir()) == [tmp_path / "home"] or list(tmp_path.iterdir()) == []


def test_an_error_of_diffvis_itself_goes_to_the_log(
    diffvis: Callable, tmp_path: Path, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("diffvis.cli.data.entries", fail)
    done = diffvis("data")
    line = done.problem(status=1)
    assert "ZeroDivisionError" in line
    assert "Traceback" in (private_home / "diffvis.log").read_text()


def test_a_window_that_cannot_be_opened_is_said_in_a_line(
    diffvis: Callable, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        sys.modules, "diffvis.app.shell.main", None
    )  # as where a library of Qt is missing
    done = diffvis()
    line = done.problem(status=1)
    assert "ModuleNotFoundError" in line
    assert "Traceback" in (private_home / "diffvis.log").read_text()
