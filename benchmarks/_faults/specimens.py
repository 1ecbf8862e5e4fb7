"""Sound files of every kind that diffvis reads, small, to be damaged."""

import gzip
import io
import json
import pickle
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks._faults.child import command, in_child

TRAIN = (
    "swiss-roll?n=200", "--timesteps", 6, "--batch-size", 8, "--device", "cpu", "--seed", 3,
    "--set", "network_options.width=8", "--set", "network_options.depth=1",
    "--set", "validate_every=5", "--set", "validation_count=20", "--set", "preview_every=4",
    "--set", "preview_count=4", "--set", "preview_steps=3", "--set", "checkpoint_seconds=0",
)  # fmt: skip
FILM = ("--timesteps", 6, "--frames", 3, "--size", "320x180", "--count", 4)
FILMS = (".gif", ".webp", ".apng", ".html", ".mp4", ".zip", ".frames")
STILLS = (".png", ".svg", ".pdf", ".npz")


@dataclass(frozen=True)
class Specimens:
    """Where they are."""

    root: Path

    @property
    def run(self) -> Path:
        return self.root / "run"

    def export(self, suffix: str) -> Path:
        return self.root / "exports" / f"a{suffix}"


def export_words(suffix: str) -> tuple[object, ...]:
    """The command that writes a small file of a format, without where to."""
    if suffix in FILMS:
        return ("export", "forward", *FILM)
    if suffix == ".csv":
        return ("export", "schedule", "--timesteps", 6)
    view = ("--view", "strip") if suffix in (".svg", ".pdf") else ()
    return ("export", "forward", *FILM, *view)


def make_specimens(root: Path) -> Specimens:
    """Make all of them.

    Raises:
        RuntimeError: one cannot be made even when nothing is wrong.
    """
    made = Specimens(root)
    (root / "exports").mkdir(parents=True)
    _do("train", *TRAIN, "--steps", 12, "--out", made.run)
    for suffix in (*FILMS, *STILLS, ".csv"):
        _do(*export_words(suffix), "--out", made.export(suffix))
    recipe = _recipe_of(made.export(".png"))
    made.export(".json").write_text(json.dumps(recipe))
    schedule = {"format": "diffvis schedule", "version": 1, "kind": "own", "T": 6}
    schedule["beta"] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
    (root / "schedule.json").write_text(json.dumps(schedule))
    (root / "preset.json").write_text((made.run / "run.json").read_text())
    _make_data(root / "data")
    return made


def _do(*words: object) -> None:
    ended = in_child(command(*words))
    if ended.status != 0:
        raise RuntimeError(f"{words}: {ended.status} {ended.err}")


def _recipe_of(path: Path) -> dict:
    with Image.open(path) as picture:
        return json.loads(picture.info["recipe"])


def _make_data(root: Path) -> None:
    draw = np.random.default_rng(0)
    images = draw.integers(0, 255, (12, 6, 6), np.uint8)
    labels = (np.arange(12) % 3).astype(np.uint8)
    for folder, suffix, pack in (("idx", "", bytes), ("idx-gz", ".gz", gzip.compress)):
        (root / folder).mkdir(parents=True)
        for part in ("train", "t10k"):
            for what, array in (("images-idx3", images), ("labels-idx1", labels)):
                path = root / folder / f"{part}-{what}-ubyte{suffix}"
                path.write_bytes(pack(_idx(array)))
    np.save(root / "images.npy", images)
    np.save(root / "points.npy", draw.normal(size=(30, 2)))
    np.savez(root / "images.npz", x0=images, labels=labels)
    np.savez_compressed(root / "packed.npz", x0=images, labels=labels)
    rows = "".join(
        f"{x:.4f},{y:.4f},{'ab'[i % 2]}\n" for i, (x, y) in enumerate(draw.normal(size=(30, 2)))
    )
    (root / "points.csv").write_text("x,y,class\n" + rows)
    (root / "cifar").mkdir()
    for number in range(6):
        name = "test_batch" if number == 5 else f"data_batch_{number + 1}"
        pixels = draw.integers(0, 255, (3, 3072), np.uint8)
        batch = {b"data": pixels, b"labels": [0, 1, 2], b"batch_label": b"one"}
        (root / "cifar" / name).write_bytes(pickle.dumps(batch, protocol=2 + number % 3))
    names = {b"label_names": [f"class {n}".encode() for n in range(10)]}
    (root / "cifar" / "batches.meta").write_bytes(pickle.dumps(names, protocol=2))
    for suffix in ("png", "jpg", "gif", "webp", "bmp", "tiff"):
        folder = root / f"pictures-{suffix}"
        folder.mkdir()
        for number in range(3):
            pixels = draw.integers(0, 255, (24, 24, 3), np.uint8)
            buffer = io.BytesIO()
            kind = {"jpg": "JPEG"}.get(suffix, suffix.upper())
            Image.fromarray(pixels).save(buffer, kind)
            (folder / f"{number}.{suffix}").write_bytes(buffer.getvalue())


def _idx(array: np.ndarray) -> bytes:
    return (
        bytes([0, 0, 8, array.ndim])
        + struct.pack(f">{array.ndim}I", *array.shape)
        + array.tobytes()
    )
