"""Training speed: the monitored loop against a bare one, on one and two threads; surviving kills.

    python -m benchmarks.training_loop                       # digits, the Swiss roll and MNIST
    python -m benchmarks.training_loop --data PATH/TO/MNIST  # any data set
    python -m benchmarks.training_loop --quick               # a look, in a minute or two
    python -m benchmarks.training_loop --threads 2           # on two threads only
    python -m benchmarks.training_loop --rounds 1            # of each loop one block: minutes
    python -m benchmarks.training_loop --data PATH/TO/MNIST --preset mnist-live    # as that says
    python -m benchmarks.training_loop --parts               # where a step's time goes
    python -m benchmarks.training_loop --kills 20            # kill -9 and resume, bit-identical

The bare loop has the same network, optimiser, precision, clipping and weight average, and nothing
else: no run folder, metrics, validation, previews or checkpoints. The two alternate in blocks, so
that other programs disturb both alike; the ratio is also given in CPU time, which they disturb
less. A block has as many steps as lie between two previews, so that each has its share of them; as
many go before, with the few early previews of a run.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from diffvis.data import Dataset, batches, open_dataset
from diffvis.models.weights import read_header
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.loop import train
from diffvis.training.run import RunFolder, train_run
from diffvis.training.state import TrainState, new_state

MNIST = Path(os.environ.get("DIFFVIS_TEST_DATA", "data")) / "mnist"
TARGET = 0.97
QUICK = 6  # steps in a block
TURN = 25  # steps of a loop until it is the other's turn
RESUME = """
import sys, torch
torch.set_num_threads(1)
from diffvis.training.run import RunFolder, train_run
folder = RunFolder.open(sys.argv[1])
print("ready", flush=True)
for progress in train_run(folder.config, folder, resume=True):
    pass
"""


def bare_loop(state: TrainState, dataset: Dataset) -> Iterator[None]:
    """What one would write by hand for the same result."""
    config, network, ema = state.config, state.network, state.ema.module
    T = state.blueprint.schedule.T
    signal_ = state.blueprint.schedule.sqrt_alpha_bar.float()
    noise = state.blueprint.schedule.sqrt_one_minus_alpha_bar.float()
    pairs = list(zip(ema.parameters(), network.parameters(), strict=True))
    for x0, labels in batches(dataset, config.batch_size, state.generators.data):
        t = torch.randint(1, T + 1, (len(x0),))
        eps = torch.randn_like(x0)
        shape = (-1,) + (1,) * (x0.ndim - 1)
        x_t = signal_[t].view(shape) * x0 + noise[t].view(shape) * eps
        with torch.autocast("cpu", state.autocast, enabled=state.autocast is not None):
            told = labels if config.conditional else None
            loss = (network(x_t, t, told) - eps).square().mean()
        state.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), config.gradient_clip)
        state.optimizer.step()
        with torch.no_grad():
            for average, weight in pairs:
                average.lerp_(weight, 1 - config.ema_decay)
        yield


def monitored_loop(config: TrainConfig, dataset: Dataset, path: Path) -> Iterator[None]:
    """The run as the window drives it, everything on; yields once for each optimiser step."""
    run = train_run(config, RunFolder.create(path, config), dataset=dataset)
    for progress in run:
        if progress.kind == "step":
            yield
    run.close()


def timed(loop: Iterator[None], steps: int, clock: Callable[[], float]) -> tuple[float, float]:
    """(wall seconds, CPU seconds) of some steps."""
    wall, cpu = time.perf_counter(), clock()
    for _ in range(steps):
        next(loop)
    return time.perf_counter() - wall, clock() - cpu


def pieces(block: int) -> list[int]:
    """A block in turns of at most ``TURN`` steps, so that both loops are disturbed alike."""
    whole, rest = divmod(block, TURN)
    return [TURN] * whole + [rest] * (rest > 0)


def compare(
    source: str, rounds: int, block: int | None, threads: int, preset_network: bool,
    preset: str | None = None,
) -> None:  # fmt: skip
    """Print the speed of both loops on ``threads`` threads, and their ratio."""
    torch.set_num_threads(threads)
    dataset = open_dataset(source)
    config = preset_for(dataset, preset).changed(
        steps=10**6, minutes=0, predict="eps", lr=1e-4, flip=False, device="cpu"
    )
    if preset is None:
        config = config.changed(conditional=False)
        if not preset_network:
            config = config.changed(network_options={})
    block = block or config.preview_every
    with tempfile.TemporaryDirectory() as folder:
        bare = bare_loop(new_state(config, dataset), dataset)
        monitored = monitored_loop(config, dataset, Path(folder) / "run")
        for loop in (bare, monitored):
            timed(loop, block, time.process_time)  # warm up, and past the early previews
        spent = {"bare": [0.0, 0.0], "monitored": [0.0, 0.0]}
        for steps in rounds * pieces(block):
            for name, loop in (("bare", bare), ("monitored", monitored)):
                for i, seconds in enumerate(timed(loop, steps, time.process_time)):
                    spent[name][i] += seconds
        monitored.close()
    steps = rounds * block
    wall, cpu = (spent["bare"][i] / spent["monitored"][i] for i in (0, 1))
    print(
        f"{dataset.title}, {config.network}, batch {config.batch_size}, {threads} thread"
        f"{'s' * (threads > 1)}: bare {steps / spent['bare'][0]:.2f} steps/s, "
        f"monitored {steps / spent['monitored'][0]:.2f} steps/s, "
        f"ratio {wall:.3f} (CPU time {cpu:.3f}), target {TARGET}",
        flush=True,
    )


def parts(source: str, steps: int) -> None:
    """Print which operations the CPU time of the monitored loop's steps goes to."""
    torch.set_num_threads(1)
    dataset = open_dataset(source)
    config = preset_for(dataset).changed(steps=10**6, device="cpu")
    state = new_state(config, dataset)
    loop = train(state, dataset)
    for _ in range(2):
        next(loop)
    with torch.profiler.profile() as profile:
        for _ in range(steps):
            next(loop)
    print(f"{dataset.title}, {config.network}, batch {config.batch_size}, {steps} steps")
    print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=15))


def survive(kills: int) -> None:
    """Kill a run at random moments and compare its last checkpoint with an undisturbed one."""
    dataset = open_dataset("swiss-roll")
    config = preset_for(dataset).changed(steps=200 * kills, checkpoint_seconds=0.1, seed=1)
    with tempfile.TemporaryDirectory() as root:
        folders = [RunFolder.create(Path(root) / name, config) for name in ("whole", "killed")]
        command = [sys.executable, "-c", RESUME]
        subprocess.run([*command, folders[0].path], check=True, stdout=subprocess.DEVNULL)
        moments, killed = random.Random(0), 0
        for attempt in range(kills + 1):
            with subprocess.Popen(
                [*command, folders[1].path], stdout=subprocess.PIPE, text=True
            ) as process:
                process.stdout.readline()
                if attempt == kills:
                    break  # and wait for its end
                time.sleep(moments.uniform(0.05, 0.6))
                killed += process.poll() is None
                process.send_signal(signal.SIGKILL)
        sums = [read_header(folder.checkpoints()[0])["checksum"] for folder in folders]
    print(f"killed {killed} times and resumed: {'' if sums[0] == sums[1] else 'NOT '}bit-identical")
    if sums[0] != sums[1]:
        raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="*", default=["digits", "swiss-roll", str(MNIST)])
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--block", type=int, help="steps between changes of loop")
    parser.add_argument("--quick", action="store_true", help="short blocks, without previews")
    parser.add_argument("--preset-network", action="store_true", help="not its default options")
    parser.add_argument("--preset", help="all of it, classes and network too, but for eps")
    parser.add_argument("--parts", action="store_true", help="where a step's time goes")
    parser.add_argument("--kills", type=int, default=0)
    options = parser.parse_args()
    if options.kills:
        torch.set_num_threads(1)
        survive(options.kills)
        return
    for source in options.data:
        if source == str(MNIST) and not MNIST.is_dir():
            print(f"left out: there is no {MNIST}; set DIFFVIS_TEST_DATA to a folder that has it")
        elif options.parts:
            parts(source, QUICK)
        else:
            for threads in options.threads:
                block = QUICK if options.quick else options.block
                compare(
                    source, options.rounds, block, threads, options.preset_network, options.preset
                )


if __name__ == "__main__":
    main()
