"""Trains the classifiers that judge samples: ``python -m recipes classifier NAME [--data D]``."""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.evaluation.classifier import Classifier, ClassifierNetwork
from diffvis.files import shipped_models


@dataclass(frozen=True)
class ClassifierRecipe:
    """What decides a classifier, beside its data."""

    data: str
    channels: tuple[int, ...]
    epochs: int
    batch: int = 250
    lr: float = 4e-3
    shift: float = 0.07
    """Of the side, at most, in both directions."""
    turn: float = 12.0
    """Degrees, at most, to both sides."""
    stretch: float = 0.1
    flip: bool = False


RECIPES = {
    "mnist": ClassifierRecipe("mnist", (32, 64, 128), epochs=8),
    "digits": ClassifierRecipe("digits", (32, 64), epochs=60, batch=64, shift=0.1, turn=8.0),
    "flowers": ClassifierRecipe(
        "flowers?size=32", (32, 64, 128), epochs=40, batch=64, stretch=0.2, flip=True
    ),
}


def make_classifier(name: str, data: str | None, epochs: int | None) -> Path:
    """Train the classifier ``name`` and save it where diffvis looks for it."""
    recipe = RECIPES[name]
    dataset = open_dataset(data or recipe.data)
    torch.manual_seed(0)
    shape, classes = tuple(dataset.shape), len(dataset.classes)
    network = ClassifierNetwork(shape, classes, recipe.channels)
    started = time.perf_counter()
    for epoch, loss in enumerate(_train(network, dataset, recipe, epochs or recipe.epochs), 1):
        wrong = _wrong(network, dataset, dataset.validation)
        print(f"epoch {epoch}: loss {loss:.4f}, validation errors {wrong:.2%}", flush=True)
    accuracy = 1 - _wrong(network, dataset, dataset.test)
    made = Classifier(
        name=dataset.title if name != "flowers" else "flowers",
        network=network,
        shape=shape,
        classes=dataset.classes,
        channels=recipe.channels,
        fingerprint=dataset.fingerprint,
        accuracy=accuracy,
    )
    path = shipped_models() / "classifiers" / f"{name}.safetensors"
    path.parent.mkdir(exist_ok=True)
    made.save(path)
    seconds = time.perf_counter() - started
    print(f"{path}: {accuracy:.2%} of {len(dataset.test):,} test images right, {seconds:.0f} s")
    return path


def _train(network: ClassifierNetwork, dataset: Dataset, recipe: ClassifierRecipe, epochs: int):
    """Yields the mean loss of each epoch; the learning rate rises and falls once."""
    per_epoch = math.ceil(len(dataset.train) / recipe.batch)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.lr, total_steps=per_epoch * epochs
    )
    generator = torch.Generator().manual_seed(1)
    for _ in range(epochs):
        network.train()
        total = 0.0
        order = dataset.train[torch.randperm(len(dataset.train), generator=generator)]
        for part in order.split(recipe.batch):
            x = _varied(dataset.x0(part), recipe, generator)
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(x)
            loss = functional.cross_entropy(
                logits.float(), dataset.labels[part], label_smoothing=0.02
            )
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            rates.step()
            total += float(loss.detach()) * len(part)
        network.eval()
        yield total / len(order)


def _varied(x: Tensor, recipe: ClassifierRecipe, generator: torch.Generator) -> Tensor:
    """Images shifted, turned and stretched at random."""
    n = len(x)

    def uniform(limit: float) -> Tensor:
        return limit * (2 * torch.rand(n, generator=generator) - 1)

    angle = uniform(math.radians(recipe.turn))
    across, down = 1 + uniform(recipe.stretch), 1 + uniform(recipe.stretch)
    if recipe.flip:
        across = across * torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    cos, sin = angle.cos(), angle.sin()
    shift = 2 * recipe.shift
    rows = (cos * across, -sin * down, uniform(shift), sin * across, cos * down, uniform(shift))
    grid = functional.affine_grid(torch.stack(rows, 1).view(n, 2, 3), x.shape, align_corners=False)
    return functional.grid_sample(x, grid, padding_mode="border", align_corners=False)


@torch.no_grad()
def _wrong(network: ClassifierNetwork, dataset: Dataset, index: Tensor) -> float:
    network.eval()
    wrong = sum(
        int((network(dataset.x0(part)).argmax(1) != dataset.labels[part]).sum())
        for part in index.split(500)
    )
    return wrong / len(index)
