"""How good a model is: samples of several seeds, and every figure that suits them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset, to_model_units
from diffvis.diffusion.decoder import LEVELS
from diffvis.diffusion.likelihood import bound_terms
from diffvis.diffusion.seeds import seeded
from diffvis.diffusion.variance import Variance
from diffvis.errors import UserError
from diffvis.evaluation.batched import Batched
from diffvis.evaluation.classifier import classifier_for
from diffvis.evaluation.compared import (
    LEAST,
    held_out,
    is_toy,
    points_to_compare,
    real_samples,
    share_classes,
)
from diffvis.evaluation.figures import SAMPLES, Evaluation, Figures
from diffvis.evaluation.flow_bits import image_bits, point_bits
from diffvis.evaluation.inception import ENOUGH
from diffvis.evaluation.pictures import Judge
from diffvis.evaluation.points import measure_points
from diffvis.models.model import Model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.guides import guided
from diffvis.sampling.idle import notes_on
from diffvis.sampling.noise import initial_noise
from diffvis.sampling.samplers.ddpm import DDPM
from diffvis.sampling.settings import SEEDS, ChainSettings, next_seed

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
    levels: int | None = None
    """How many values a pixel can have, for bits/dim; None: as the data tell."""
    fid: bool = False
    likelihood: int = 0
    """Held-out samples whose bits/dim the probability-flow ODE knows."""


def evaluate(
    model: Model,
    dataset: Dataset,
    settings: ChainSettings,
    plan: Plan | None = None,
    device: str = "cpu",
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Working | Evaluation]:
    """Measure ``settings.count`` samples of each seed against data that nobody trained on.
    ``clock`` tells the seconds that a sample takes.

    Yields ``Working`` while it goes on, and at last the ``Evaluation``. What samples are compared
    with is measured beside them: ``data``, as many points drawn afresh or images of the training
    set, of the same classes, is about the best there can be, ``noise`` about the worst. Samples of
    one class are compared with data of that class.

    Raises:
        UserError: the data are not of the model's shape, the settings do not fit the model, or
            samples or data are too few. At once.
    """
    if tuple(dataset.shape) != tuple(model.shape):
        raise UserError(
            f"{dataset.title} has samples of {tuple(dataset.shape)}, {model.name} makes "
            f"{tuple(model.shape)}",
            "give --data of the same shape",
        )
    settings.times(model.schedule)
    guided(model, settings, settings.labels_for(model) is not None, device)
    if settings.count < LEAST:
        raise UserError(f"{settings.count} samples are too few to judge", f"take {LEAST} or more")
    reference = None if is_toy(dataset) else held_out(model, dataset, settings)
    return _evaluate(model, dataset, settings, plan or Plan(), device, reference, clock)


def _evaluate(
    model: Model,
    dataset: Dataset,
    settings: ChainSettings,
    plan: Plan,
    device: str,
    reference: Tensor | None,
    clock: Callable[[], float],
) -> Iterator[Working | Evaluation]:
    figures = Figures()
    judge = None if model.is_points else _judge(dataset, reference, plan, device)
    asked = _labels(model, settings) if share_classes(model, dataset) else None
    calls = len(_batches(model, settings)) * (len(settings.times(model.schedule)) - 1)
    total, done, seconds = calls * plan.seeds, 0, 0.0
    for number in range(plan.seeds):
        seeded = settings.changed(seed=(settings.seed + number) % SEEDS)
        parts: list[Tensor] = []
        for part in _batches(model, seeded):
            started = clock()
            for step in run_chain(model, part, device):
                done += 1
                x0 = step.x_s
                yield Working(done, total, "sampling")
            parts.append(x0.float().cpu())
            seconds += clock() - started
        samples = torch.cat(parts)
        yield Working(done, total, "measuring")
        if judge is None:
            _measure_points(figures, model, dataset, samples, seeded, asked)
        else:
            _measure_images(figures, model, dataset, samples, seeded, asked, judge)
    if judge is not None:
        judge.measure_balance(figures)
        if plan.bits:
            index = reference[: plan.bits]
            levels = plan.levels or dataset.levels or LEVELS
            yield from _measure_bits(figures, model, dataset, settings, index, device, levels)
    if plan.likelihood:
        yield from _measure_likelihood(figures, model, dataset, settings, plan, device, reference)
    notes = _notes(model, dataset, settings, plan, judge)
    described = {
        "sampler": settings.sampler,
        "steps": len(settings.times(model.schedule)) - 1,
        "shift": settings.shift,
        "variance": settings.variance,
        "clip": settings.clip,
        "eta": settings.eta,
        "guidance": settings.guidance,
        **({"guide_by": settings.guide_by} if settings.guide_by else {}),
        "label": settings.label,
        "count": settings.count,
        "seed": settings.seed,
        "seeds": plan.seeds,
    }
    each = seconds / (settings.count * plan.seeds)
    yield Evaluation(model.name, dataset.source, described, dict(figures), each, tuple(notes))


def _notes(
    model: Model, dataset: Dataset, settings: ChainSettings, plan: Plan, judge: Judge | None
) -> list[str]:
    notes = []
    if judge is None:
        notes += [f"--{name} is of images only" for name in ("bits", "fid") if getattr(plan, name)]
    elif judge.classifier is None:
        notes.append("no classifier of this data set is shipped: no Fréchet distance")
    if judge is not None and plan.bits and plan.levels is None and dataset.levels is None:
        notes.append(
            f"the few values in {dataset.title} do not tell its levels: bits/dim count {LEVELS}; "
            "--levels changes it"
        )
    if judge is not None and plan.fid and settings.count < ENOUGH:
        notes.append(f"the FID of fewer than {ENOUGH:,} samples is too large")
    if settings.label is not None and not share_classes(model, dataset):
        notes.append(f"{dataset.title} has other classes than {model.name}: all are compared with")
    on_chain = notes_on(settings, model.schedule)
    if judge is not None and plan.bits:
        on_chain.pop("variance", None)  # the bound has it, whatever the sampler
    return [*notes, *on_chain.values()]


def _batches(model: Model, settings: ChainSettings) -> list[ChainSettings]:
    """The settings in parts that fit into memory, each but the last with all classes equally."""
    size = _batch_size(model)
    starts = range(0, settings.count, size)
    return [
        settings.changed(
            seed=(settings.seed + _SEED_STEP * number) % SEEDS,
            count=min(size, settings.count - start),
        )
        for number, start in enumerate(starts)
    ]


def _batch_size(model: Model) -> int:
    size = BATCH_POINTS if model.is_points else BATCH_IMAGES
    return size - size % model.num_classes if model.num_classes else size


def _labels(model: Model, settings: ChainSettings) -> Tensor | None:
    """The classes asked for, in the order of the samples."""
    if settings.label is None:
        return None
    return torch.cat([part.labels_for(model) for part in _batches(model, settings)])


def _measure_points(
    figures: Figures,
    model: Model,
    dataset: Dataset,
    samples: Tensor,
    settings: ChainSettings,
    asked: Tensor | None,
) -> None:
    seed = next_seed(settings.seed)
    reference, other = points_to_compare(model, dataset, settings, asked, seed)
    noise = torch.randn(samples.shape, generator=seeded(seed))
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
    asked: Tensor | None,
    judge: Judge,
) -> None:
    real = real_samples(dataset, len(samples), asked, next_seed(settings.seed))
    noise = initial_noise(model.shape, len(samples), settings.seed)[0]
    compared = {
        SAMPLES: rounded(model.stored(samples, dataset.scaling)),
        "data": dataset.x0(real),
        "noise": rounded(model.stored(noise, dataset.scaling)),
    }
    judge.measure(figures, compared, asked)


def rounded(x: Tensor) -> Tensor:
    """Images in [-1, 1] as they look when they are stored in 8 bits."""
    return to_model_units(((x.clamp(-1, 1) + 1) * 127.5).round().byte())


def _judge(dataset: Dataset, reference: Tensor, plan: Plan, device: str) -> Judge:
    labels = dataset.labels
    return Judge(
        reference=dataset.x0(reference),
        reference_labels=None if labels is None else labels[reference],
        train=dataset.x0(dataset.train),
        train_labels=None if labels is None else labels[dataset.train],
        classifier=classifier_for(dataset.fingerprint),
        fid=plan.fid,
        device=device,
    )


def bound_variance(model: Model, settings: ChainSettings) -> Variance:
    """Of p(x_{t-1} | x_t) in the bound: that of DDPM, whichever sampler walks."""
    return DDPM(**settings.own("ddpm")).fitted(model).variance


def _measure_likelihood(
    figures: Figures,
    model: Model,
    dataset: Dataset,
    settings: ChainSettings,
    plan: Plan,
    device: str,
    reference: Tensor | None,
) -> Iterator[Working]:
    if model.is_points:
        fresh = settings.changed(count=plan.likelihood)
        asked = _labels(model, fresh) if share_classes(model, dataset) else None
        points, _ = points_to_compare(model, dataset, fresh, asked, next_seed(settings.seed))
        work = point_bits(figures, model, points[: plan.likelihood], dataset, device)
    else:
        assert reference is not None, "images are held out"
        index = reference[: plan.likelihood]
        x0 = model.seen(dataset.x0(index), dataset.scaling).to(device)
        levels = plan.levels or dataset.levels or LEVELS
        labels = _told(model, dataset, settings, index, device)
        work = image_bits(figures, model, x0, levels, labels, settings.seed)
    for done, total in work:
        yield Working(done, total, "solving for bits/dim")


def _told(
    model: Model, dataset: Dataset, settings: ChainSettings, index: Tensor, device: str
) -> Tensor | None:
    """The classes of the data, where the model is asked for them."""
    if settings.label is None or not share_classes(model, dataset):
        return None
    return dataset.labels[index].to(device)


def _measure_bits(
    figures: Figures,
    model: Model,
    dataset: Dataset,
    settings: ChainSettings,
    index: Tensor,
    device: str,
    levels: int,
) -> Iterator[Working]:
    """The variational bound of images, whose pixels have so many ``levels``; their classes are told
    to a model that is asked for them.
    """
    labels = _told(model, dataset, settings, index, device)
    generator = seeded(settings.seed)
    bits = torch.zeros(len(index), dtype=torch.float64)
    terms = bound_terms(
        Batched(model.denoiser, _batch_size(model)),
        model.schedule,
        model.seen(dataset.x0(index), dataset.scaling).to(device),
        generator=generator,
        variance=bound_variance(model, settings),
        levels=levels,
        clip=settings.clip_for(model),
        labels=labels,
        span=model.range,
    )
    for number, term in enumerate(terms):
        bits += term.bits.double().cpu()
        yield Working(number, model.schedule.T, "bounding bits/dim")
    given = "" if labels is None else ", their classes given"
    for value in bits.tolist():  # so that the deviation is that of the images
        figures.add(
            "bits",
            f"bits/dim of {len(index)} test images (variational bound, {levels} levels{given})",
            measured={SAMPLES: value},
            digits=3,
        )
