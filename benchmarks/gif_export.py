"""GIF export beside imageio.mimsave and Pillow's own writer, for the same frames; other formats.

    python -m benchmarks.gif_export [--data FOLDER] [--frames 60] [--quick]

FOLDER holds MNIST's IDX files; without one it is looked for below DIFFVIS_TEST_DATA, and in its
place the digits of scikit-learn are used. For each film it
prints the time and the size of the three files, and the ratios to imageio. The target: at least
three times faster than imageio, and no larger. ``psnr`` compares all frames with what was drawn.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import imageio
import numpy as np
import torch
from PIL import Image, ImageSequence

from diffvis.data import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.models.model import exact_model
from diffvis.rendering.formats.gif import GifWriter
from diffvis.rendering.formats.registry import FORMATS
from diffvis.rendering.forward_film import forward_frames
from diffvis.rendering.frames import even_timesteps, reverse_frames
from diffvis.rendering.palette import Palette, grey_palette, picture_palette, points_palette
from diffvis.rendering.scatter import colour_of_origin
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import DARK

FRAME_MS, HOLD_MS = 60, 2000
OTHERS = (".webp", ".apng", ".html", ".mp4", ".zip")
GROWTH = """
import resource, sys, tempfile
from pathlib import Path
import numpy as np
from diffvis.rendering.formats.registry import FORMATS
suffix, few, many = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rng = np.random.default_rng(0)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
with tempfile.TemporaryDirectory() as folder:
    with FORMATS[suffix].writer(Path(folder) / f"film{suffix}") as writer:
        for place in range(many):
            small = rng.integers(0, 256, (72, 128, 1), dtype=np.uint8)
            writer.add(np.ascontiguousarray(small.repeat(10, 0).repeat(10, 1).repeat(3, 2)))
            if place == few - 1:
                before = peak()
    print(peak() - before)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default=default_data(), help="a folder of MNIST's IDX files")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="few frames, and only one film")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    count = 10 if asked.quick else asked.frames
    print(f"{count} frames of 1280x720, images of {Path(asked.data).name}")
    print("seconds of one core, MB, ratios to imageio")
    head = ("film", "diffvis", "imageio", "Pillow", "faster", "size", "psnr diffvis", "imageio")
    print("{:24}{:>16}{:>16}{:>16}{:>9}{:>8}{:>14}{:>9}".format(*head))
    shown: list[tuple[str, list[np.ndarray]]] = []
    for name, frames, palette in films(asked.data, count):
        compare(name, frames, palette)
        shown.append((name, frames))
        if asked.quick:
            break
    print("\nother formats: seconds of all threads, MB")
    print("{:24}".format("film") + "".join(f"{suffix:>16}" for suffix in OTHERS))
    for name, frames in shown:
        other_formats(name, frames)
    few, many = (20, 60) if asked.quick else (60, 600)
    print(f"\nmemory that is held more after {many} frames than after {few}, MB")
    for suffix in (".gif", *OTHERS):
        print(f"{suffix:24}{memory_growth(suffix, few, many):16.1f}", flush=True)


def default_data() -> str:
    """MNIST where the test data has it."""
    mnist = Path(os.environ.get("DIFFVIS_TEST_DATA", ".")) / "mnist"
    return str(mnist) if mnist.is_dir() else "digits"


def films(data: str, count: int) -> Iterator[tuple[str, list[np.ndarray], Palette | None]]:
    """Name, frames and palette of what lecturers export."""
    images = open_dataset(data)
    schedule = make_schedule("cosine", 300)
    times = even_timesteps(schedule, count)
    for samples in (1, 16, 64):
        spec = ExportSpec(count=samples)
        made = drawn(forward_frames(images, schedule, spec, times))
        yield f"forward, {samples} images", made, grey_palette(DARK)
    model = exact_model(images, schedule, limit=300)
    for samples in (16, 64):
        spec = ExportSpec(count=samples, sampler="ddim", steps=100)
        visited = even_timesteps(schedule, count, spec.chain_settings(False).times(300)[::-1])
        made = drawn(reverse_frames(model, spec, visited[::-1]))
        yield f"reverse, {samples} images", made, grey_palette(DARK)
    grey = [np.ascontiguousarray(frame[..., 0]) for frame in made]
    yield "the same, only grey", grey, None
    roll = open_dataset("swiss-roll")
    made = drawn(forward_frames(roll, schedule, ExportSpec(), times))
    colours = None if roll.colour is None else colour_of_origin(roll.colour[:2000])
    yield "forward, 2,000 points", made, points_palette(DARK, colours)
    made = colour_film(count)
    yield "64 colour images", made, picture_palette(DARK, np.stack(made[:: max(1, count // 4)]))


def drawn(frames: Iterator[np.ndarray | None]) -> list[np.ndarray]:
    return [frame for frame in frames if frame is not None]


def colour_film(count: int) -> list[np.ndarray]:
    """Smooth colour pictures of 32 x 32 that emerge from noise."""
    from diffvis.rendering.samples import draw_samples

    rng = np.random.default_rng(0)
    coarse = torch.from_numpy(rng.uniform(-1.2, 1.2, (64, 3, 4, 4)).astype(np.float32))
    x0 = torch.nn.functional.interpolate(coarse, (32, 32), mode="bicubic").clamp(-1, 1)
    eps = torch.from_numpy(rng.standard_normal(x0.shape).astype(np.float32))
    angles = np.linspace(np.pi / 2, 0, count)
    return [draw_samples(np.cos(a) * x0 + np.sin(a) * eps, (1280, 720), DARK) for a in angles]


def compare(name: str, frames: list[np.ndarray], palette: Palette | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs, pillows = (Path(folder) / f"{who}.gif" for who in ("o", "t", "p"))

        def write_ours() -> None:
            with GifWriter(ours, FRAME_MS, HOLD_MS, palette=palette) as writer:
                for frame in frames:
                    writer.add(frame)

        def write_theirs() -> None:
            durations = [FRAME_MS] * (len(frames) - 1) + [HOLD_MS]
            imageio.mimsave(theirs, frames, duration=durations, loop=0)

        def write_pillows() -> None:
            pictures = [Image.fromarray(frame) for frame in frames]
            pictures[0].save(
                pillows, save_all=True, append_images=pictures[1:], duration=FRAME_MS, loop=0
            )

        took = [seconds(write) for write in (write_ours, write_theirs, write_pillows)]
        sizes = [path.stat().st_size / 1e6 for path in (ours, theirs, pillows)]
        cells = [f"{t:7.2f} s {mb:5.2f}" for t, mb in zip(took, sizes, strict=True)]
        quality = [psnr(path, frames) for path in (ours, theirs)]
        print(
            f"{name:24}{cells[0]:>16}{cells[1]:>16}{cells[2]:>16}{took[1] / took[0]:8.1f}x"
            f"{sizes[0] / sizes[1]:8.2f}{quality[0]:11.1f} dB{quality[1]:6.1f} dB",
            flush=True,
        )


def other_formats(name: str, frames: list[np.ndarray]) -> None:
    coloured = [f if f.ndim == 3 else np.repeat(f[..., None], 3, 2) for f in frames]
    cells = []
    with tempfile.TemporaryDirectory() as folder:
        for suffix in OTHERS:
            path = Path(folder) / f"film{suffix}"

            def write(path: Path = path) -> None:
                with FORMATS[path.suffix].writer(path, FRAME_MS, HOLD_MS) as writer:
                    for frame in coloured:
                        writer.add(frame)

            took = seconds(write)
            cells.append(f"{took:7.2f} s {path.stat().st_size / 1e6:5.2f}")
    print(f"{name:24}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


def memory_growth(suffix: str, few: int, many: int) -> float:
    """What a writer holds, Python and encoder together, measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, suffix, str(few), str(many)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def seconds(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def psnr(path: Path, frames: list[np.ndarray]) -> float:
    """Of all frames together; inf where they are exact."""
    error = 0.0
    with Image.open(path) as film:
        read = 0
        for shown, frame in zip(ImageSequence.Iterator(film), frames, strict=False):
            mode = "L" if frame.ndim == 2 else "RGB"
            error += float(((np.asarray(shown.convert(mode), np.float32) - frame) ** 2).mean())
            read += 1
    error /= read
    return float("inf") if error == 0 else 10 * np.log10(255**2 / error)


if __name__ == "__main__":
    main()
