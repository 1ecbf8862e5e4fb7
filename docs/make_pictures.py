"""Draws the pictures in docs/pictures again: python docs/make_pictures.py [MNIST FOLDER]

Those of live training come from: python -m benchmarks.live_training --pictures docs/pictures
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "pictures"

PICTURES = {
    "forward-dark": ["--t", "13"],
    "forward-light": ["--theme", "light", "--data", "digits", "--t", "60"],
    "forward-presentation": ["--presentation", "--t", "13"],
    "reverse-dark": ["--workspace", "reverse", "--data", "digits", "--t", "60"],
    "reverse-light": ["--workspace", "reverse", "--theme", "light", "--t", "6"],
    "schedules-dark": ["--workspace", "schedules", "--t", "13"],
    "training-light": ["--workspace", "training", "--theme", "light"],
}
OF_MNIST = {
    "forward-mnist": ["--t", "100"],
    "reverse-mnist": ["--workspace", "reverse", "--t", "100"],
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    wanted = dict(PICTURES)
    if len(sys.argv) > 1:
        wanted |= {name: [*how, "--data", sys.argv[1]] for name, how in OF_MNIST.items()}
    for name, how in wanted.items():
        file = FOLDER / f"{name}.png"
        subprocess.run(
            [sys.executable, "-m", "diffvis", *how, "--screenshot", str(file)], check=True
        )
        print(file)  # noqa: T201


if __name__ == "__main__":
    main()
