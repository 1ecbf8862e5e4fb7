"""How good inpainting and the anomaly map are, on pictures that no model has learned."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor

from diffvis.bench.task import Task
from diffvis.bench.walks.anomaly import area_under_roc, plant_stroke, scores
from diffvis.bench.walks.inpaint import repaint_places, replaced
from diffvis.data import Dataset
from diffvis.data.dataset import sampled
from diffvis.evaluation.classifier import Classifier, classifier_of_shape
from diffvis.models.model import exact_model
from diffvis.models.sampleable import Model
from diffvis.sampling.settings import ChainSettings
from diffvis.training.config import preset_for
from diffvis.training.loop import train
from diffvis.training.snapshot import snapshot
from diffvis.training.state import new_state

STRENGTHS = (0.2, 0.4, 0.6)  # of T
STROKE = 0.2  # grey: as a stroke of a pen is white
EXACT_LIMIT = 10_000
HELD_OUT = {
    "network_options": {"channels": [32, 64], "blocks": 1, "attention": False, "patch": 2},
    "batch_size": 64,
    "ema_decay": 0.99,
}
"""What the preset images-small is made small by: four minutes of one thread for 1,000 steps."""
INPAINT_STEPS, JUMP, RESAMPLINGS = 25, 5, 4
ANOMALY_STEPS = 25


@contextmanager
def told(words: str) -> Iterator[None]:
    """Say at the end what a part took of the processor."""
    begun = time.process_time()
    yield
    print(f"  {words}: {time.process_time() - begun:.0f} s of processor time", flush=True)


# --- inpainting ------------------------------------------------------------------------------


def inpainting(model: Model, data: Dataset, count: int) -> Tensor:
    """The share of pictures with a quarter made anew that the classifier reads rightly. Returns
    the pictures as they were, (count, ...).
    """
    judge = classifier_of_shape(model.shape)
    assert judge is not None
    assert data.labels is not None
    rows = sampled(data.test, count)
    x0, labels = model.seen(data.x0(rows), data.scaling), data.labels[rows]
    known = torch.ones(model.shape[1:])
    known[known.shape[0] // 2 :, known.shape[1] // 2 :] = 0
    dark = torch.where(known > 0, x0, model.range[0])
    print(f"{len(x0)} held-out pictures, read rightly as they are: {read(judge, x0, labels)}")
    print(f"a quarter left black: {read(judge, dark, labels)}", flush=True)
    exact = exact_model(data, model.schedule, EXACT_LIMIT)
    plain = repaint_places(INPAINT_STEPS, 1, 1)
    back = repaint_places(INPAINT_STEPS, JUMP, RESAMPLINGS)
    for words, one, places in (
        ("naive", model, plain), ("RePaint", model, back),
        ("naive, exact denoiser", exact, plain), ("RePaint, exact denoiser", exact, back),
    ):  # fmt: skip
        chain = ChainSettings(sampler="ddpm", steps=INPAINT_STEPS, count=len(x0), seed=1)
        calls, made = 0, x0
        with told(words):
            for step in replaced(Task(one, chain, x0), x0, known, places):
                calls, made = calls + step.calls, step.x_s
        print(f"a quarter made anew, {words}, {calls} calls: {read(judge, made, labels)}")
    return x0


def read(judge: Classifier, x0: Tensor, labels: Tensor) -> str:
    """The share, and its standard error."""
    found = judge.classify_features(judge.features(x0.clamp(-1, 1)))
    share = float((found == labels).double().mean())
    return f"{share:.1%} ± {(share * (1 - share) / len(labels)) ** 0.5:.1%}"


# --- anomalies -------------------------------------------------------------------------------


def strokes(model: Model, x0: Tensor) -> None:
    """The areas for x0 (N, ...) with a stroke of grey against the same without."""
    odd = torch.stack([plant_stroke(x, k, STROKE) for k, x in enumerate(x0)])
    areas(model, x0, odd, "planted strokes")


def held_out(data: Dataset, digit: str, count: int, steps: int) -> None:
    """Train without one class, and tell it from the others: areas for pictures of the test split,
    beside that of the mean brightness, which needs no model.
    """
    model = trained(without(data, digit), steps)
    parts = []
    for one in (False, True):
        rows = data.test[of_class(data, data.test, digit) == one]
        parts.append(model.seen(data.x0(sampled(rows, count)), data.scaling))
    normal, odd = parts
    words = f"{digit} held out"
    ink = [x.flatten(1).mean(1) for x in parts]
    area = area_under_roc(*ink)
    print(f"{words}, {len(odd)} against {len(normal)}: area by brightness alone {area:.3f}")
    areas(model, normal, odd, words)


def of_class(data: Dataset, rows: Tensor, name: str) -> Tensor:
    """bool (len(rows),): which of them are of the class."""
    assert data.labels is not None
    return data.labels[rows] == data.classes.index(name)


def without(data: Dataset, name: str) -> Dataset:
    """The data with no picture of one class in what is learned and validated."""
    return replace(
        data,
        train=data.train[~of_class(data, data.train, name)],
        validation=data.validation[~of_class(data, data.validation, name)],
    )


def trained(data: Dataset, steps: int) -> Model:
    """A small U-Net after that many steps, told no classes."""
    config = preset_for(data, "images-small").changed(
        steps=steps, conditional=False, device="cpu", **HELD_OUT
    )
    state = new_state(config, data)
    with told(f"{steps:,} steps of training"):
        for step in train(state, data):
            if step.step % 100 == 0:
                print(f"  step {step.step:,}: loss {float(step.loss):.3f}", flush=True)
    return snapshot(state, "without a class")


def areas(model: Model, normal: Tensor, odd: Tensor, words: str) -> None:
    """The area under the ROC curve for each strength and sampler."""
    T = model.schedule.T
    for sampler in ("ddim", "ddpm"):
        for part in STRENGTHS:
            chain = ChainSettings(sampler=sampler, steps=ANOMALY_STEPS, count=len(normal), seed=2)
            task, t = Task(model, chain), round(part * T)
            area = area_under_roc(*(scores(task, x, t) for x in (normal, odd)))
            kept = float(model.schedule.alpha_bar[t]) ** (0.5 if sampler == "ddim" else 1)
            print(
                f"{words}, {sampler}, t = {t} (keeps {kept:.2f}): area under ROC {area:.3f}",
                flush=True,
            )
