"""A chain that is watched while it is walked, against the bare sampler: steps a second.

The bare sampler is a loop over ``run_chain`` with nothing else in the process to do. The window
walks the same chain in its worker, records every step, and paints each frame that the display can
take. Both are measured in turn, several times, so that other programs disturb them alike, and
the ratio is also given without the time in which other programs had the sampler's core.

    python -m benchmarks.live_chain [--model NAME] [--count 64] [--rounds 5] [--quick]
    python -m benchmarks.live_chain --engine --model mnist --count 16    # and the way it is asked

With --engine there is no window: a chain whose network is asked as it is in files goes on in turns,
ten steps each, with the one that the window walks, which asks it as this machine finds faster, and
with one of channels last whether or not that is chosen; on one thread and on all.
"""

import argparse
import copy
import statistics
import sys
import time
from dataclasses import replace

import torch

from benchmarks._core_time import Stopwatch, thread_called
from benchmarks._window import conditions, control, open_window, private_home, wait_until

TARGET = 0.9
FASTEST = 240  # steps a second that the transport shows


def bare(model, settings) -> Stopwatch:
    """Walk the chain without a window."""
    from diffvis.sampling.chain import run_chain

    watch = Stopwatch()
    for _ in run_chain(model, settings):
        pass
    return watch.stop()


def watched(window) -> tuple[Stopwatch, int]:
    """From pressing Run until the last step, and how many frames were painted meanwhile."""
    reverse = window.workspaces["reverse"]
    frames: list[int] = []

    def count() -> None:
        frames.append(window.session.t)

    reverse.painted.connect(count)
    watch = Stopwatch(thread_called("reverse"))
    control(window, "reverse.run").click()
    wait_until(lambda: reverse.recording.complete, 600, 0.02, "the chain")
    watch.stop()
    reverse.painted.disconnect(count)
    wait_until(lambda: window.idle, what="the end")
    return watch, len(frames)


def engines(model, settings, threads: int) -> None:
    """Print what the engine chose, and each chain's time over that of the network as it is."""
    from diffvis.models.engine import choose
    from diffvis.models.tracing import PATIENCE, TracedDenoiser
    from diffvis.sampling.chain import run_chain

    torch.set_num_threads(threads)
    laid = copy.deepcopy(model.denoiser.network).to(memory_format=torch.channels_last)
    denoiser = TracedDenoiser(replace(model.denoiser, network=laid))
    ways = {
        "as it is": replace(model, denoiser=TracedDenoiser(model.denoiser)),
        "in the window": model.hurried,
        "channels last": replace(model, denoiser=denoiser),
    }
    chains = {way: run_chain(asked, settings) for way, asked in ways.items()}
    spent: dict[str, list[float]] = {way: [] for way in ways}
    last = {}
    for turn in range(settings.steps // PATIENCE):
        for way, chain in chains.items():
            begun = time.perf_counter()
            for _ in range(PATIENCE):
                last[way] = next(chain).x_s
            if turn > 1:  # in the first two it is tried and recorded
                spent[way].append((time.perf_counter() - begun) / PATIENCE)
    given = last["as it is"], torch.ones(settings.count, dtype=torch.int64)
    print(f"{threads} threads: images lie {choose(model.denoiser, given).words}")
    for way, seconds in spent.items():
        ratio = statistics.median(a / b for a, b in zip(seconds, spent["as it is"], strict=True))
        apart = float((last[way] - last["as it is"]).abs().max())
        step = 1e3 * statistics.median(seconds)
        print(f"{way:18}{step:8.1f} ms a step, ratio {ratio:.3f}; samples {apart:.0e} apart")


def ask_engines(asked: argparse.Namespace) -> int:
    from diffvis.models.model import open_model
    from diffvis.sampling.settings import ChainSettings

    T = open_model(asked.model).schedule.T
    settings = ChainSettings(
        count=asked.count, steps=min(60 if asked.quick else asked.steps or T, T)
    )
    print(f"{conditions()}; {asked.model}, {settings.count} samples, {settings.steps} steps")
    for threads in (1, 2):
        engines(open_model(asked.model), settings, threads)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="digits", help="a shipped model, run folder, checkpoint")
    parser.add_argument("--count", type=int, default=64, help="samples of the chain")
    parser.add_argument("--rounds", type=int, default=5, help="how often both are measured")
    parser.add_argument("--steps", type=int, help="of the chain; those of the model without it")
    parser.add_argument("--quick", action="store_true", help="two rounds of 60 steps")
    parser.add_argument("--engine", action="store_true", help="ways to ask the network alone")
    asked = parser.parse_args()
    if asked.engine:
        return ask_engines(asked)
    torch.set_num_threads(1)
    rounds = 2 if asked.quick else asked.rounds
    alone, beside, frames = [], [], []
    with private_home(), open_window("swiss-roll", "reverse", asked.model) as window:
        model = window.session.model
        steps = min(60 if asked.quick else asked.steps or model.schedule.T, model.schedule.T)
        window.session.preferences.change(memory_mb=4096)
        window.player.set_speed(FASTEST)
        control(window, "reverse.count").setValue(asked.count)
        control(window, "reverse.steps").setValue(steps)
        settings = window.workspaces["reverse"].settings()
        bare(model, settings)  # warm up
        watched(window)
        for _ in range(rounds):
            alone.append(bare(model, settings))
            watch, painted = watched(window)
            beside.append(watch)
            frames.append(painted / watch.clock())
    print(f"{conditions()}; {model.name}, {asked.count} samples, {steps} steps, 1 thread")
    print(f"{'':18}{'steps/s':>10}{'with a core':>14}   median of {rounds}")
    for name, watches in (("bare sampler", alone), ("in the window", beside)):
        clock = statistics.median(steps / watch.clock() for watch in watches)
        own = statistics.median(steps / watch.with_core() for watch in watches)
        print(f"{name:18}{clock:10.1f}{own:14.1f}")
    pairs = list(zip(alone, beside, strict=True))
    clock = statistics.median(a.clock() / b.clock() for a, b in pairs)
    own = statistics.median(a.with_core() / b.with_core() for a, b in pairs)
    print(f"{'ratio':18}{clock:10.3f}{own:14.3f}   (target {TARGET})")
    print(f"{statistics.median(frames):.1f} frames/s painted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
