"""Reflow: a run on pairs of noise and the sample that a trained model made of it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.model import Model, open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.noise import initial_noise
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.config import TrainConfig
from diffvis.training.progress import Working

AT_ONCE = 5_000  # samples of the model
HELD_BACK = 10  # one of so many pairs is for validation


def check_reflow(config: TrainConfig, dataset: Dataset) -> Model | None:
    """The model whose pairs a run learns; None where it learns data.

    Raises:
        UserError: there is no such model, or it makes something else.
    """
    if not config.reflow:
        return None
    model = open_model(config.reflow)
    if tuple(model.shape) != tuple(dataset.shape):
        raise UserError(
            f"{config.reflow} makes samples of {tuple(model.shape)}, {dataset.title} has "
            f"{tuple(dataset.shape)}",
            "choose a model of the same data",
            field="reflow",
        )
    if config.conditional and model.num_classes != dataset.num_classes:
        raise UserError(
            f"{config.reflow} has not learned the classes of {dataset.title}",
            "choose one that has, or do not learn the classes",
            field="reflow",
        )
    return model


def pairs_of(model: Model, config: TrainConfig, dataset: Dataset) -> Iterator[Working | Dataset]:
    """Make the pairs: x_T and what the model's ODE makes of it (Liu et al. 2023), by Heun's method
    along t over all its times. The same configuration gives the same pairs.

    Yields:
        Working after each piece, then a data set whose values (N, 2, ...) are the samples, in the
        units of ``dataset``, and eps.
    """
    count, values, labels = config.reflow_pairs, [], []
    eps, _ = initial_noise(tuple(model.shape), count, config.seed)
    classes = torch.arange(count) % dataset.num_classes if config.conditional else None
    chosen: dict[str, Any] = {"sampler": "heun", "slopes": "t", "seed": config.seed}
    settings = ChainSettings(**chosen, label=None if classes is None else EVERY_CLASS)
    step = AT_ONCE - AT_ONCE % max(1, dataset.num_classes)  # so that the classes go round
    for start in range(0, count, step):
        part = eps[start : start + step]
        x = part * model.schedule.prior_std
        chain = run_chain(model, settings.changed(count=len(part)), x=x, begin=model.schedule.T)
        for place, made in enumerate(chain):
            x0 = made.x_s
            done = (start + len(part) * place / model.schedule.T) / count
            yield Working(0, config.steps, "pairs", done)
        found = model.stored(x0.float().cpu(), dataset.scaling)
        values.append(torch.stack([found, part], dim=1))
        if classes is not None:
            labels.append(classes[start : start + step])
    held = torch.arange(count) % HELD_BACK == HELD_BACK - 1
    yield replace(
        dataset,
        values=torch.cat(values),
        labels=torch.cat(labels) if labels else None,
        colour=None,
        train=(~held).nonzero()[:, 0],
        validation=held.nonzero()[:, 0],
        test=torch.empty(0, dtype=torch.int64),
    )
