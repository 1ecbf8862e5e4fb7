"""How good a model is: samples of several seeds, and every figure that suits them."""

import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.data.catalogue import fresh_points
from diffvis.data.dataset import Dataset, to_model_units
from diffvis.data.options import split_source
from diffvis.data.points import TOYS
from diffvis.diffusion.likelihood import bound_terms
from diffvis.errors import UserError
from diffvis.evaluation.classifier import classifier_for
from diffvis.evaluation.figures import SAMPLES, Evaluation, Figures
from diffvis.evaluation.pictures import Judge
from diffvis.evaluation.points import measure_points
from diffvis.training.model import Model, initial_noise
from diffvis.training.sampling import ChainSettings, run_chain

BATCH_IMAGES, BATCH_POINTS = 250, 10_000
_SEED_STEP = 1_000_003  # between the seeds of batches, so that no two seeds share one


@dataclass(frozen=True)
class Working:
    """``done`` of ``total`` network calls, or other bounded pieces of work."""

    done: int
    total: int
    what: str


@dataclass(frozen=True)
class Plan:
    """What is measured, beside the samples' own settings."""

    seeds: int = 1
    """How many, counted from the settings' own."""
    bits: int = 0
    """Test images whose bits/dim are bounded; each costs T network calls."""
    fid: bool = False


def evaluate(
    model: Model,
    dataset: Dataset,
    settings: ChainSettings,
    plan: Plan | None = None,
    device: str = "cpu",
) -> Iterator[Working | Evaluation]:
    """Measure ``settings.count`` samples of each seed against data that nobody trained on.

    Yields ``Working`` while it goes on, and at last the ``Evaluation``. What samples are compared
    with is measured beside them: ``data``, as many points drawn afresh or images of the training
    set, is about the best there can be, ``noise`` about the worst.

    Raises:
        UserError: the data are not of the model's shape, or the settings do not fit the model. At
            once.
    """
    if tuple(dataset.shape) != tuple(model.shape):
        raise UserError(
            f"{dataset.title} has samples of {tuple(dataset.shape)}, {model.name} makes "
            f"{tuple(model.shape)}",
            "give --data of the same shape",
        )
    settings.times(model.schedule.T), settings.labels_for(model)
    return _evaluate(model, dataset, settings, plan or Plan(), device)


def _evaluate(
    model: Model, dataset: Dataset, settings: ChainSettings, plan: Plan, device: str
) -> Iterator[Working | Evaluation]:
    figures = Figures()
    judge = None if model.is_points else _judge(dataset, plan, device)
    calls = len(_batches(model, settings)) * (len(settings.times(model.schedule.T)) - 1)
    total, done, seconds = calls * plan.seeds, 0, 0.0
    for number in range(plan.seeds):
        seeded = dataclasses.replace(settings, seed=settings.seed + number)
        parts: list[Tensor] = []
        for part in _batches(model, seeded):
            started = time.perf_counter()
            for step in run_chain(model, part, device):
                done += 1
                x0 = step.x_s
                yield Working(done, total, "sampling")
            parts.append(x0.float().cpu())
            seconds += time.perf_counter() - started
        samples = torch.cat(parts)
        yield Working(done, total, "measuring")
        if judge is None:
            _measure_points(figures, model, dataset, samples, seeded.seed)
        else:
            _measure_images(figures, model, dataset, samples, seeded, judge)
    notes = []
    if judge is not None:
        if plan.bits:
            yield from _measure_bits(figures, model, dataset, settings, plan, device)
        if judge.classifier is None:
            notes.append("no classifier of this data set is shipped: no Fréchet distance")
    described = {
        "sampler": settings.sampler,
        "steps": len(settings.times(model.schedule.T)) - 1,
        "variance": settings.variance,
        "eta": settings.eta,
        "guidance": settings.guidance,
        "label": settings.label,
        "count": settings.count,
        "seed": settings.seed,
        "seeds": plan.seeds,
    }
    each = seconds / (settings.count * plan.seeds)
    yield Evaluation(model.name, dataset.source, described, dict(figures), each, tuple(notes))


def _batches(model: Model, settings: ChainSettings) -> list[ChainSettings]:
    """The settings in parts that fit into memory, each but the last with all classes equally."""
    size = BATCH_POINTS if model.is_points else BATCH_IMAGES
    if model.num_classes:
        size -= size % model.num_classes
    starts = range(0, settings.count, size)
    return [
        dataclasses.replace(
            settings,
            seed=(settings.seed + _SEED_STEP * number) % 2**63,
            count=min(size, settings.count - start),
        )
        for number, start in enumerate(starts)
    ]


def _labels(model: Model, settings: ChainSettings) -> Tensor | None:
    """The classes asked for, in the order of the samples."""
    if settings.label is None:
        return None
    return torch.cat([part.labels_for(model) for part in _batches(model, settings)])


def _measure_points(
    figures: Figures, model: Model, dataset: Dataset, samples: Tensor, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed + 1)
    name, _ = split_source(dataset.source)
    if name in TOYS:
        reference = fresh_points(dataset.source, len(samples), generator)
        other = fresh_points(dataset.source, len(samples), generator)
    else:
        reference = model.scaling.to_data(dataset.x0(dataset.test))
        order = torch.randperm(len(dataset.train), generator=generator)
        other = model.scaling.to_data(dataset.x0(dataset.train[order[: len(samples)]]))
    noise = torch.randn(samples.shape, generator=generator)
    compared = {
        SAMPLES: model.scaling.to_data(samples),
        "data": other,
        "noise": model.scaling.to_data(noise),
    }
    measure_points(figures, compared, reference)


def _measure_images(
    figures: Figures,
    model: Model,
    dataset: Dataset,
    samples: Tensor,
    settings: ChainSettings,
    judge: Judge,
) -> None:
    generator = torch.Generator().manual_seed(settings.seed + 1)
    order = torch.randperm(len(dataset.train), generator=generator)[: len(samples)]
    compared = {
        SAMPLES: rounded(samples),
        "data": dataset.x0(dataset.train[order]),
        "noise": rounded(initial_noise(model.shape, len(samples), settings.seed)[0]),
    }
    judge.measure(figures, compared, _labels(model, settings))


def rounded(x: Tensor) -> Tensor:
    """Images in [-1, 1] as they look when they are stored in 8 bits."""
    return to_model_units(((x.clamp(-1, 1) + 1) * 127.5).round().byte())


def _judge(dataset: Dataset, plan: Plan, device: str) -> Judge:
    labels = dataset.labels
    return Judge(
        reference=dataset.x0(dataset.test),
        reference_labels=None if labels is None else labels[dataset.test],
        train=dataset.x0(dataset.train),
        train_labels=None if labels is None else labels[dataset.train],
        classifier=classifier_for(dataset.fingerprint),
        fid=plan.fid,
        device=device,
    )


def _measure_bits(
    figures: Figures,
    model: Model,
    dataset: Dataset,
    settings: ChainSettings,
    plan: Plan,
    device: str,
) -> Iterator[Working]:
    """The variational bound of test images, their classes told to a model that knows them."""
    index = dataset.test[: plan.bits]
    labels = dataset.labels[index].to(device) if model.num_classes else None
    generator = torch.Generator().manual_seed(settings.seed)
    bits = torch.zeros(len(index), dtype=torch.float64)
    terms = bound_terms(
        model.denoiser,
        model.schedule,
        dataset.x0(index).to(device),
        generator=generator,
        variance=settings.variance_for(model),
        clip=settings.clip_for(model),
        labels=labels,
    )
    for number, term in enumerate(terms):
        bits += term.bits.double().cpu()
        yield Working(number, model.schedule.T, "bounding bits/dim")
    figures.add(
        "bits",
        f"bits/dim of {len(index)} test images (variational bound)",
        measured={"data": float(bits.mean())},
        digits=3,
    )
