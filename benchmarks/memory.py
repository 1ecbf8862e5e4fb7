"""Memory of the window: idle, and after it has played for some minutes.

The window plays Forward to and fro, first 64 images of 28x28 and then 10,000 points, and Reverse
along a recorded chain. What it holds at the end, beyond what it held when it had played for a few
seconds, is what it loses.

    python -m benchmarks.memory [--minutes 10] [--data FOLDER] [--quick]

FOLDER holds MNIST as IDX files; without one it is looked for below DIFFVIS_TEST_DATA, and failing
that the built-in digits are played.
"""

import argparse
import gc
import sys
import time
from pathlib import Path

from benchmarks._brought import mnist
from benchmarks._window import choose, control, open_window, private_home, wait, wait_until
from diffvis.app.shell.window import MainWindow
from diffvis.sampling.timeline import Repeat

GROWTH_TARGET_MB = 20
"""Ten minutes of play lose at most so much."""
SETTLE_S = 3.0


def resident_mb() -> float:
    """Memory that this process holds now."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    import resource  # elsewhere only the largest so far is known

    unit = 2**20 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def play(window: MainWindow, seconds: float) -> tuple[float, float, int]:
    """Memory soon after the beginning and at the end of playing, and how many steps were shown."""
    steps = []
    count = steps.append
    window.session.t_changed.connect(count)
    window.player.set_speed(120)
    window.player.set_repeat(Repeat.PING_PONG)
    window.player.play()
    wait(min(SETTLE_S, seconds / 2))
    begin = resident_mb()
    wait(max(0.0, seconds - SETTLE_S))
    window.player.pause()
    window.session.t_changed.disconnect(count)
    shown = len(steps)
    gc.collect()
    return begin, resident_mb(), shown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="of play, all together")
    parser.add_argument("--data", type=Path, help="folder of MNIST as IDX files")
    parser.add_argument("--quick", action="store_true", help="half a minute of play")
    asked = parser.parse_args()
    seconds = 60 * (0.5 if asked.quick else asked.minutes) / 3
    print(f"{'imports':34} {resident_mb():7.0f} MB", flush=True)
    with private_home(), open_window("swiss-roll", "forward") as window:
        wait(2)
        print(f"{'window idle':34} {resident_mb():7.0f} MB", flush=True)
        lost = 0.0
        for title, prepare in (
            ("Forward, 64 images", lambda: show_images(window, mnist(asked.data))),
            ("Forward, 10,000 points", lambda: show_points(window)),
            ("Reverse, a recorded chain", lambda: show_chain(window)),
        ):
            prepare()
            started = time.perf_counter()
            begin, end, shown = play(window, seconds)
            lost += max(0.0, end - begin)
            took = time.perf_counter() - started
            print(f"{title:34} {begin:7.0f} MB  then {end:.0f} MB after {took:.0f} s"
                  f" and {shown:,} changes of t", flush=True)  # fmt: skip
    minutes = seconds * 3 / 60
    print(f"lost while playing: {lost:.1f} MB in {minutes:.1f} min"
          f"   target: at most {GROWTH_TARGET_MB} MB")  # fmt: skip
    return 0


def show_images(window: MainWindow, folder: Path | None) -> None:
    source = "digits" if folder is None or not folder.is_dir() else str(folder)
    window.sources.open_data(source)
    wait_until(lambda: not window.session.data.is_points, what=f"opening {source}")
    choose_count(window, 64)


def show_points(window: MainWindow) -> None:
    window.sources.open_data("swiss-roll")
    wait_until(lambda: window.session.data.is_points, what="opening points")
    choose_count(window, 10_000)


def show_chain(window: MainWindow) -> None:
    window.show_workspace("reverse")
    window.workspaces["reverse"].run(play=False)
    wait_until(lambda: window.idle, 120, what="the chain")


def choose_count(window: MainWindow, count: int) -> None:
    box = control(window, "forward.count")
    choose(box, box.findData(count))
    wait_until(lambda: window.idle, what="drawing")


if __name__ == "__main__":
    sys.exit(main())
