"""The tools of the Bench: their time against the bare calls of the network, and how good they are.

Times are of the shipped MNIST model on one thread, each tool in turn with as many bare calls of its
denoiser as it says that it needs, on as many pictures. Quality, with ``--quality``: of held-out
pictures with a quarter hidden, the share whose class the shipped classifier still reads, for
RePaint, the naive way and the exact denoiser of the training set; and the area under the ROC curve
of planted strokes, for three strengths and both samplers.

Usage: python -m benchmarks.tools [--quality FOLDER OF MNIST] [--count 200] [--rounds 5]
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from diffvis.bench.registry import TOOLS
from diffvis.bench.task import Task
from diffvis.bench.walks.anomaly import area_under_roc, plant_stroke, scores
from diffvis.bench.walks.inpaint import repaint_places, replaced
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion.seeds import seeded
from diffvis.evaluation.classifier import Classifier, classifier_of_shape
from diffvis.models.model import exact_model, open_model
from diffvis.models.sampleable import Model
from diffvis.sampling.settings import ChainSettings

STEPS, COUNT = 10, 4
OPTIONS = {
    "inpaint": {"jump": 3, "resamplings": 2},
    "invert": {"step_counts": (5, 10)},
    "edit": {"strengths": (100, 200)},
    "one-step": {"strengths": (100, 200)},
}
EXACT_LIMIT = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quality", metavar="FOLDER", help="measure quality on this MNIST instead")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.quality is None:
        times(open_model("mnist"), arguments.rounds)
    else:
        quality(open_model("mnist"), arguments.quality, arguments.count)


# --- time ------------------------------------------------------------------------------------


def times(model: Model, rounds: int) -> None:
    """A line for each tool: its time over that of the bare calls, the median of pairs."""
    x0, other = torch.rand((2, *model.shape), generator=seeded(0)) * 2 - 1
    known = torch.ones(model.shape[1:], dtype=torch.bool)
    known[14:] = False
    print(f"{'tool':12} calls  tool / bare calls")
    for name, tool in TOOLS.items():
        made = tool(**OPTIONS.get(name, {}))
        chain = ChainSettings(sampler="ddim", steps=STEPS, count=COUNT)
        task = Task(model, chain, x0, other, known)
        calls = made.calls(task)
        count = 7 if name == "interpolate" else COUNT
        ratios = []
        for _ in range(rounds):
            bare = timed(lambda count=count, calls=calls, name=name: ask(model, count, calls, name))
            whole = timed(lambda made=made, task=task: exhaust(made.walk(task)))
            ratios.append(whole / bare)
        print(f"{name:12} {calls:5}  {statistics.median(ratios):.3f}", flush=True)


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


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


# --- quality ---------------------------------------------------------------------------------


def quality(model: Model, folder: str, count: int) -> None:
    data = open_dataset(folder)
    judge = classifier_of_shape(model.shape)
    assert judge is not None
    assert data.labels is not None
    rows = data.test[:: max(1, len(data.test) // count)][:count]
    x0, labels = model.seen(data.x0(rows), data.scaling), data.labels[rows]
    print(f"{len(x0)} held-out pictures; read rightly as they are: {read(judge, x0, labels):.1%}")
    known = torch.ones(model.shape[1:])
    known[14:, 14:] = 0
    exact = exact_model(data, model.schedule, EXACT_LIMIT)
    for words, one, resamplings in (
        ("naive", model, 1), ("RePaint, jump 5, 5 times", model, 5),
        ("exact denoiser of 10,000, jump 5, 5 times", exact, 5),
    ):  # fmt: skip
        chain = ChainSettings(sampler="ddpm", steps=50, count=len(x0), seed=1)
        task = Task(one, chain, x0)
        for step in replaced(task, x0, known, repaint_places(50, 5, resamplings)):
            made = step.x_s
        print(f"a quarter hidden, {words}: {read(judge, made, labels):.1%}", flush=True)
    strokes(model, x0)


def read(judge: Classifier, x0: Tensor, labels: Tensor) -> float:
    found = judge.classify_features(judge.features(x0.clamp(-1, 1)))
    return float((found == labels).double().mean())


def strokes(model: Model, x0: Tensor) -> None:
    """Area under the ROC curve of pictures with a stroke of grey against the same without."""
    odd = torch.stack([plant_stroke(x, k, 0.2) for k, x in enumerate(x0)])
    T = model.schedule.T
    for sampler in ("ddim", "ddpm"):
        for part in (0.2, 0.4, 0.6):
            chain = ChainSettings(sampler=sampler, steps=25, count=len(x0), seed=2)
            task, t = Task(model, chain), round(part * T)
            both = [scores(task, x, t) for x in (x0, odd)]
            kept = float(model.schedule.alpha_bar[t]) ** (0.5 if sampler == "ddim" else 1)
            print(
                f"planted strokes, {sampler}, t = {t} (keeps {kept:.2f}): "
                f"area under ROC {area_under_roc(*both):.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
