"""Training on a GPU: steps/s and utilisation, eager against compiled, by precision.

    python -m benchmarks.gpu_training                        # MNIST's U-Net, if there is a GPU
    python -m benchmarks.gpu_training --data digits --batch-size 512
    python -m benchmarks.gpu_training --all                  # all that is asked of a GPU: 8 minutes
    python -m benchmarks.gpu_training --all --device cpu     # the same questions, for a try

Each way trains for the same number of steps after as many that do not count, with validation and
previews off. Utilisation is the share of the time in which a kernel was running, from PyTorch's
profiler over some of the steps; memory is the most that was allocated.

With --all the GPU is first compared with the CPU (answers, samples and the losses of a run's first
steps, in float32 without TF32 and in bfloat16), the window's workers use it, networks answer as
they are and as CUDA graphs captured by hand, mnist-live and mnist train until 95 % of their samples
are read as asked, and then comes the table. The status is 1 where something is not as it should be.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import torch

from benchmarks import _gpu
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


def ask_all(device: str, seconds: float) -> bool:
    """Every question of ``_gpu``, printed as it is answered; whether all is as it should be."""
    questions = [("agreement", _gpu.agreement(device)), ("window", _gpu.window(device))]
    if MNIST.is_dir():
        data = open_dataset(str(MNIST))
        if device != "cpu":
            questions.append(("graphs", _gpu.graphs(data, device)))
        questions.append(("quality", _gpu.quality(data, device, seconds)))
    good = True
    for title, answers in questions:
        start = time.perf_counter()
        for sound, words in answers:
            print(f"{'  ' if sound is not False else '! '}{words}", flush=True)
            good &= sound is not False
        print(f"{title}: {time.perf_counter() - start:.0f} s\n", flush=True)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=str(MNIST) if MNIST.is_dir() else "digits")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--all", action="store_true", help="all that is asked of a GPU")
    parser.add_argument("--device", default="cuda", help="of --all: cpu tries the questions")
    parser.add_argument("--seconds", type=float, default=90.0, help="of --all: for each preset")
    options = parser.parse_args()
    if not torch.cuda.is_available() and not (options.all and options.device == "cpu"):
        print("there is no GPU here, so that there is nothing to measure")
        return 0
    good = not options.all or ask_all(options.device, options.seconds)
    if torch.cuda.is_available():
        compare(options)
    return 0 if good else 1


def compare(options: argparse.Namespace) -> None:
    """The table: each precision, eager and compiled."""
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
    sys.exit(main())
