"""The tools of the Bench: their time against the bare calls of the network, and how good they are.

    python -m benchmarks.tools                            # times, six minutes
    python -m benchmarks.tools --quality FOLDER OF MNIST  # some six minutes
    python -m benchmarks.tools --held-out 4 FOLDER OF MNIST  # some six minutes

Times are of the shipped MNIST model on one thread: of each tool over those of its own calls of the
network, and, in turn with as many bare calls on as many pictures as it says that it needs, over
those (on a machine whose speed changes from second to second only the first means much).

Quality: of held-out pictures with a quarter hidden, the share whose class the shipped classifier
still reads, for RePaint, the naive way and the exact denoiser of the training set; and the area
under the ROC curve of planted strokes, for three strengths and both samplers. Held out: the same
area for a class that a model was trained without.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

from benchmarks._brought import mnist
from benchmarks._tool_quality import held_out, inpainting, strokes
from diffvis.bench.registry import TOOLS
from diffvis.bench.task import Task
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion.seeds import seeded
from diffvis.models.model import open_model
from diffvis.models.sampleable import Model
from diffvis.sampling.settings import ChainSettings

STEPS, COUNT = 50, 4  # as Bench begins, with few pictures
OPTIONS = {
    "inpaint": {"jump": 3, "resamplings": 2},
    "invert": {"step_counts": (5, 10)},
    "edit": {"strengths": (100, 200)},
    "one-step": {"strengths": (100, 200)},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="of MNIST; below DIFFVIS_TEST_DATA")
    parser.add_argument("--quality", action="store_true", help="inpainting and planted strokes")
    parser.add_argument("--held-out", metavar="DIGIT", help="train without it, and tell it")
    parser.add_argument("--steps", type=int, default=1_000, help="of that training")
    parser.add_argument("--count", type=int, default=200, help="of pictures")
    parser.add_argument("--rounds", type=int, default=5, help="of the times")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if not asked.quality and asked.held_out is None:
        times(open_model("mnist"), asked.rounds)
        return
    folder = mnist(asked.folder)
    if folder is None:
        parser.error("give the folder of MNIST")
    data = open_dataset(folder)
    if asked.held_out is not None:
        held_out(data, asked.held_out, asked.count, asked.steps)
    else:
        model = open_model("mnist")
        strokes(model, inpainting(model, data, asked.count))


def times(model: Model, rounds: int) -> None:
    """A line for each tool: its time over that of its own calls and of bare ones, medians."""
    x0, other = torch.rand((2, *model.shape), generator=seeded(0)) * 2 - 1
    known = torch.ones(model.shape[1:], dtype=torch.bool)
    known[14:] = False
    print(f"{'tool':12} calls  tool / own calls  tool / bare calls")
    for name, tool in TOOLS.items():
        made = tool(**OPTIONS.get(name, {}))
        chain = ChainSettings(sampler="ddim", steps=STEPS, count=COUNT)
        task = Task(model, chain, x0, other, known)
        calls = made.calls(task)
        count = 7 if name == "interpolate" else COUNT
        own, bare = [], []
        for _ in range(rounds):
            alone = timed(
                lambda count=count, calls=calls, name=name: ask(model, count, calls, name)
            )
            with watched(model.denoiser.network) as inside:
                whole = timed(lambda made=made, task=task: exhaust(made.walk(task)))
            own.append(whole / sum(inside))
            bare.append(whole / alone)
        gradients = "" if name != "guide" else "  (its gradients are not among its own calls)"
        print(
            f"{name:12} {calls:5}  {statistics.median(own):16.3f}  {statistics.median(bare):17.3f}"
            f"{gradients}", flush=True,
        )  # fmt: skip


@contextmanager
def watched(network: nn.Module) -> Iterator[list[float]]:
    """Seconds of the processor of each call of the network."""
    inside: list[float] = []
    before = network.register_forward_pre_hook(lambda *_: inside.append(-time.process_time()))
    after = network.register_forward_hook(lambda *_: inside.append(time.process_time()))
    try:
        yield inside
    finally:
        before.remove()
        after.remove()


def timed(work: Callable[[], object]) -> float:
    """Seconds of the processor, of which other programs take none."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def exhaust(boards) -> None:
    for _ in boards:
        pass


def ask(model: Model, count: int, calls: int, name: str) -> None:
    """As many bare calls; those of ``guide`` with a gradient, which half of its own have."""
    x = torch.randn((count, *model.shape), generator=seeded(1))
    t = torch.full((count,), model.schedule.T // 2)
    label = torch.zeros(count, dtype=torch.int64) if name in ("anagram", "hybrid") else None
    for k in range(calls):
        if name == "guide" and 2 * k >= calls:
            asked = x.clone().requires_grad_()
            torch.autograd.grad(model.denoiser(asked, t, label).sum(), asked)
        else:
            with torch.no_grad():
                model.denoiser(x, t, label)


if __name__ == "__main__":
    main()
