"""How long data takes to open: MNIST, a folder of photographs, and that folder again.

    DIFFVIS_TEST_DATA=FOLDER python -m benchmarks.data_opening

MNIST stands beside what reading and unpacking its files costs anybody; the folder, which is decoded
to 32 x 32, beside decoding the same pictures one after the other in full size with Pillow.
"""

import argparse
import gzip
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from diffvis.data import open_dataset

FOLDER = Path(os.environ.get("DIFFVIS_TEST_DATA", "data"))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(wall seconds, CPU seconds)."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def say(what: str, spent: tuple[float, float]) -> None:
    print(f"{what:44} {spent[0]:6.2f} s, {spent[1]:6.2f} s of CPU time", flush=True)


def unpack(folder: Path) -> None:
    for path in folder.iterdir():
        raw = path.read_bytes()
        np.frombuffer(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw, np.uint8)


def decode(paths: list[Path]) -> None:
    for path in paths:
        with Image.open(path) as picture:
            picture.convert("RGB").resize((32, 32), Image.Resampling.BICUBIC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=500, help="how many to decode")
    limit = parser.parse_args().pictures
    mnist, flowers = FOLDER / "mnist", FOLDER / "flowers"
    if mnist.is_dir():
        unpack(mnist)  # into the machine's own cache of files
        say("MNIST, 70,000 images, ready to train", timed(lambda: open_dataset(mnist)))
        say("  its files read and unpacked", timed(lambda: unpack(mnist)))
    if flowers.is_dir():
        paths = sorted(flowers.rglob("*.jpg"))
        paths = [paths[i * len(paths) // limit] for i in range(limit)]
        with tempfile.TemporaryDirectory() as home:
            os.environ["DIFFVIS_HOME"] = home  # nothing is cached there
            say(
                f"{limit} photographs to 32 x 32",
                timed(lambda: open_dataset(flowers, size=32, limit=limit)),
            )
            say(
                "  the same again, from the cache",
                timed(lambda: open_dataset(flowers, size=32, limit=limit)),
            )
        say(f"  {limit} of them by Pillow alone", timed(lambda: decode(paths)))
    if not (mnist.is_dir() or flowers.is_dir()):
        print("nothing to open: set DIFFVIS_TEST_DATA to a folder that has mnist/ or flowers/")


if __name__ == "__main__":
    main()
