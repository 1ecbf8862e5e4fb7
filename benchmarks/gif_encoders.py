"""GIFs beside those of ffmpeg and ImageMagick, of four films of ours: size and time at which error.

    python -m benchmarks.gif_encoders [--data FOLDER] [--frames 30]

The films: 16 images noised, 16 images denoised, 2,000 points, and flowers that the shipped model
makes. ffmpeg makes a palette of all frames (``palettegen``) and takes the nearest colour, or mixes
by Bayer's matrix; ImageMagick optimises layers. Error: of the shown values, mean and largest, in
levels of 0 to 255. Those of ffmpeg and ImageMagick that are not installed are left out.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageSequence

from benchmarks.gif_export import FRAME_MS, HOLD_MS, default_data, drawn, films
from diffvis.models.model import open_model
from diffvis.rendering.formats.gif import GifWriter
from diffvis.rendering.palette import Palette
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.reverse import Reverse

SHOWN = ("forward, 16 images", "reverse, 16 images", "forward, 2,000 points")
DITHERS = {"nearest": "none", "bayer": "bayer:bayer_scale=3"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=default_data(), help="a folder of MNIST's IDX files")
    parser.add_argument("--frames", type=int, default=30)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'film':22} {'by':20} {'kB':>7} {'seconds':>8} {'mean':>6} {'most':>5}")
    wanted = (film for film in films(asked.data, asked.frames) if film[0] in SHOWN)
    for name, frames, palette in (*wanted, flowers(asked.frames)):
        with tempfile.TemporaryDirectory() as folder:
            for encoder, path, took in encoded(frames, palette, Path(folder)):
                mean, most = error(path, frames)
                print(
                    f"{name:22} {encoder:20} {path.stat().st_size / 1000:7.0f} {took:8.1f} "
                    f"{mean:6.2f} {most:5.0f}", flush=True,
                )  # fmt: skip


def flowers(count: int) -> tuple[str, list[np.ndarray], Palette | None]:
    """Samples of the shipped model on their way, as ``diffvis export reverse flowers`` has them."""
    spec = ExportSpec(count=9, frames=count, sampler="ddim", steps=count, size=(640, 640))
    content = Reverse(open_model("flowers")).content("film", spec)
    return "reverse, 9 flowers", drawn(content.pieces()), content.palette()


def encoded(
    frames: list[np.ndarray], palette: Palette | None, folder: Path
) -> Iterator[tuple[str, Path, float]]:
    """Who wrote the film, where, and in how many seconds."""
    ours = folder / "diffvis.gif"
    start = time.perf_counter()
    with GifWriter(ours, FRAME_MS, HOLD_MS, palette=palette) as writer:
        for frame in frames:
            writer.add(frame)
    yield "diffvis", ours, time.perf_counter() - start
    height, width = frames[0].shape[:2]
    pixels = np.stack(frames).tobytes()
    if shutil.which("ffmpeg"):
        for name, dither in DITHERS.items():
            path = folder / f"{name}.gif"
            source = f"-f rawvideo -pix_fmt rgb24 -s {width}x{height} -r {1000 / FRAME_MS:.3f} -i -"
            use = f"split[a][b];[a]palettegen[p];[b][p]paletteuse=dither={dither}"
            command = ["ffmpeg", "-loglevel", "error", *source.split(), "-filter_complex", use]
            yield f"ffmpeg, {name}", path, seconds([*command, str(path)], pixels)
    if shutil.which("convert"):
        path = folder / "magick.gif"
        command = f"convert -size {width}x{height} -depth 8 -delay 6 rgb:- +dither -colors 256"
        yield (
            "ImageMagick",
            path,
            seconds([*command.split(), "-layers", "OptimizeTransparency", str(path)], pixels),
        )


def seconds(command: list[str], pixels: bytes) -> float:
    start = time.perf_counter()
    subprocess.run(command, input=pixels, check=True)
    return time.perf_counter() - start


def error(path: Path, frames: list[np.ndarray]) -> tuple[float, float]:
    """How far all that is shown is from what was drawn: the mean and the most."""
    with Image.open(path) as film:
        shown = [np.asarray(f.convert("RGB"), np.int16) for f in ImageSequence.Iterator(film)]
    away = [np.abs(a - b) for a, b in zip(shown, frames, strict=True)]
    return float(np.mean([a.mean() for a in away])), float(max(a.max() for a in away))


if __name__ == "__main__":
    main()
