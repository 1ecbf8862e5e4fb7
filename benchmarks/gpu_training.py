"""Training on a GPU: steps/s and utilisation, eager against compiled, by precision.

    python -m benchmarks.gpu_training                        # MNIST's U-Net, if there is a GPU
    python -m benchmarks.gpu_training --data digits --batch-size 512

Each way trains for the same number of steps after as many that do not count, with validation and
previews off. Utilisation is the share of the time in which a kernel was running, from PyTorch's
profiler over some of the steps; memory is the most that was allocated.
"""

import argparse
import os
import time
from pathlib import Path

import torch

from diffvis.data import Dataset, open_dataset
from diffvis.training.compiling import compile_network
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.loop import train
from diffvis.training.state import new_state

MNIST = Path(os.environ.get("DIFFVIS_TEST_DATA", "data")) / "mnist"
PROFILED = 20  # steps


def measure(dataset: Dataset, config: TrainConfig, steps: int) -> dict[str, float | str]:
    """Figures of one way to train."""
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    state = new_state(config, dataset)
    note = compile_network(state) or "" if config.compile else ""
    loop = train(state, dataset)
    for _ in range(steps):
        next(loop)
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(steps):
        next(loop)
    torch.cuda.synchronize()
    seconds = time.perf_counter() - start
    return {
        "steps/s": steps / seconds,
        "images/s": steps * config.batch_size / seconds,
        "busy": _busy(loop),
        "MB": torch.cuda.max_memory_allocated() / 1e6,
        "note": note,
    }


def _busy(loop) -> float:
    """The share of the time in which the GPU had something to do."""
    torch.cuda.synchronize()
    kinds = [torch.profiler.ProfilerActivity.CUDA]
    with torch.profiler.profile(activities=kinds) as profile:
        start = time.perf_counter()
        for _ in range(PROFILED):
            next(loop)
        torch.cuda.synchronize()
        seconds = time.perf_counter() - start
    busy = sum(event.self_device_time_total for event in profile.key_averages())  # microseconds
    return min(1.0, busy / 1e6 / seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=str(MNIST) if MNIST.is_dir() else "digits")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("there is no GPU here, so that there is nothing to measure")
        return
    dataset = open_dataset(options.data)
    begin = preset_for(dataset).changed(batch_size=options.batch_size, steps=10**6, device="cuda")
    print(f"{torch.cuda.get_device_name()}: {dataset.title}, batch {options.batch_size}")
    eager = {}
    for precision in ("float32", "float16", "bfloat16"):
        for compiled in (False, True):
            config = begin.changed(precision=precision, compile=compiled)
            found = measure(dataset, config, options.steps)
            way = "compiled" if compiled else "eager"
            eager.setdefault(precision, found["steps/s"])
            print(
                f"{precision:9} {way:9} {found['steps/s']:7.1f} steps/s "
                f"({found['steps/s'] / eager[precision]:.2f} of eager), "
                f"{found['images/s']:9,.0f} images/s, busy {found['busy']:.0%}, "
                f"{found['MB']:,.0f} MB {found['note']}",
                flush=True,
            )


if __name__ == "__main__":
    main()
