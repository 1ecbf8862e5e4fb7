"""A live network as a model: to look at, sample, export and evaluate."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from diffvis.data.arrays import dataset_of
from diffvis.data.dataset import Dataset
from diffvis.data.scaling import Scaling
from diffvis.diffusion.schedule_advice import MAX_CONTRAST_LEFT
from diffvis.errors import UserError
from diffvis.models.foreign.arguments import Calling, calling_of
from diffvis.models.foreign.calling import Call, ForeignNetwork
from diffvis.models.foreign.carriers import carrier_of
from diffvis.models.foreign.probing import answers_without_class, probe
from diffvis.models.foreign.schedules import carried_by
from diffvis.models.foreign.units import as_they_are, units_of
from diffvis.models.read_network import denoiser_of
from diffvis.models.reading import Reading
from diffvis.models.sampleable import Model

MOST_CHANNELS = 4


def wrap(
    net: Callable[..., Any],
    shape: tuple[int, ...] | None = None,
    schedule: object = None,
    T: int | None = None,
    predicts: str | None = None,
    time: str | Callable[..., Tensor] | None = None,
    *,
    call: Call | None = None,
    output: Callable[[Any], Tensor] | None = None,
    range: tuple[float, float] | None = None,
    classes: int | tuple[str, ...] | list[str] | None = None,
    null: int | None = None,
    learns_variance: bool | None = None,
    clip: str | None = "auto",
    clip_range: float | None = None,
    alpha_bar: object = None,
    data: str | Path | Dataset | Tensor | np.ndarray | None = None,
    name: str | None = None,
    say: Callable[[str], None] | None = print,
) -> Model:
    """A model of any network: ``wrap(net, shape=(1, 28, 28), schedule=betas)``.

    The network is copied, and the copy is asked twice, at t = 1 and t = T, before anything else.
    What was not given is assumed: linear betas as published, T = 1000, eps, t = 0..T-1, images in
    [-1, 1]; how the network is read is said in one line.

    Args:
        net: an ``nn.Module``, or a function (x, t) or (x, t, labels) that returns a tensor. Also
            what holds a network and its schedule: a GaussianDiffusion of lucidrains, the DDPM of
            minDiffusion.
        shape: of one sample, (C, H, W) or (2,).
        schedule: a kind, T betas, a scheduler of diffusers ...: see ``schedules.carried_by``;
            or ``alpha_bar``.
        predicts: "eps", "x0" or "v", also as libraries call them.
        time: "index" (0..T-1), "count" (1..T), "unit" (t/T), "sigma", "log_snr", or a function of
            t (N,) int64 in 1..T and the schedule.
        call: how the network is called, where that is unusual: ``call(net, x, t, c)``.
        output: the prediction in what it returns, where that is unusual.
        range: of images as the network sees them.
        classes: their names or number; without them it is never given a label.
        null: the label that means no class; without one, guidance is off.
        clip: None, "static" or "dynamic"; "auto" is static for images.
        clip_range: where static clipping cuts off, in halves of the range.
        data: what it learned: a name, a path, a data set or an array of samples.
        say: what prints the line; None: nothing is said.

    Raises:
        UserError: the network cannot be called so, or an argument does not fit. One sentence, with
            the line to write.
    """
    data = dataset_of(data) if isinstance(data, Tensor | np.ndarray) else data
    held = carrier_of(net)
    net = held.net
    shape = _shape(shape or held.shape)
    found = carried_by(
        schedule if schedule is not None or alpha_bar is not None else held.schedule,
        T, alpha_bar=alpha_bar, predicts=predicts,
    )  # fmt: skip
    told = {**found.told, **held.told}
    given = {
        "predicts": predicts, "time": time, "range": range, "classes": classes, "null": null,
        "learns_variance": learns_variance, "clip_range": clip_range,
    }  # fmt: skip
    told |= {field: value for field, value in given.items() if value is not None}
    if clip != "auto":
        told["clip"] = clip
    elif len(shape) == 1:
        told["clip"] = None
    calling = Calling() if call is not None else calling_of(net, bool(told.get("classes")))
    calling = replace(calling, wide_time=held.wide_time)
    sigma = calling.is_told_sigma and "time" not in told
    reading = Reading(found.schedule, **(told | {"time": "sigma"} if sigma else told))
    network, reading = _network(net, calling, reading, shape, call, output)
    notes = probe(network, reading, shape)
    assumed = [field for field in ("predicts", "time", "range") if field not in told]
    if schedule is None and alpha_bar is None and held.schedule is None:
        assumed.append("schedule")
    points = len(shape) == 1
    if points and "range" in assumed:
        assumed.remove("range")
    scaling = reading.scaling
    if points:
        scaling, units = _units(network, reading, data, shape)
        notes += units
    left = float(reading.schedule.signal_share[-1]) ** 0.5
    if left > MAX_CONTRAST_LEFT:
        notes += (f"chains begin with noise alone, but x_T keeps {left:.0%} of the data",)
    words = [network.calling.said(), *found.notes, *notes]
    words += [f"assumed: {', '.join(assumed)}"] if assumed else []
    model = Model(
        name=name or held.name or _name_of(net),
        denoiser=denoiser_of(network, reading),
        schedule=reading.schedule,
        shape=shape,
        data=data.source if isinstance(data, Dataset) else str(data or ""),
        scaling=scaling,
        num_classes=len(reading.classes),
        classes=reading.classes,
        reading=reading,
        reach=_reach(data, scaling, shape) if points else None,
        notes=tuple(word for word in words if word),
    )
    if say is not None:
        say(f"{model.name}: {model.said}")
    return model


def _network(
    net: Callable[..., Any],
    calling: Calling,
    reading: Reading,
    shape: tuple[int, ...],
    call: Call | None,
    output: Callable[[Any], Tensor] | None,
) -> tuple[ForeignNetwork, Reading]:
    """The network as it is called, and its reading with the label that it has for no class."""
    network = ForeignNetwork(net, calling, null=reading.null, call=call, output=output)
    if calling.optional and not (
        reading.null is None and answers_without_class(network, reading, shape)
    ):
        network.calling = replace(calling, optional="")
    if network.calling.has_own_null and reading.null is None:
        network.null = len(reading.classes)
    return network, reading.with_(null=network.null)


def _shape(given: object) -> tuple[int, ...]:
    problem = f"samples cannot be of shape {given!r}"
    remedy = "write shape=(1, 28, 28), channels first, or shape=(2,) for points"
    if given is None:
        raise UserError("the shape of a sample is not known", remedy, field="shape")
    try:
        shape = tuple(int(size) for size in given)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise UserError(problem, remedy, field="shape") from None
    sound = len(shape) in (1, 3) and min(shape) > 0
    if sound and len(shape) == 1:
        sound = shape in ((1,), (2,), (3,))
    if sound and len(shape) == 3 and shape[0] not in (1, 3):
        if shape[0] == MOST_CHANNELS:
            problem += " (4 channels are those of a latent, or of an alpha channel)"
        sound = False
    if not sound:
        raise UserError(problem, remedy, field="shape")
    return shape


def _units(
    network: ForeignNetwork, reading: Reading, data: object, shape: tuple[int, ...]
) -> tuple[Scaling, tuple[str, ...]]:
    """Points are what the network sees, unless data are known that it sees otherwise."""
    if isinstance(data, Dataset) and tuple(data.shape) == shape:
        return units_of(network, reading, data)
    return as_they_are(shape), ()


def _reach(data: object, scaling: Scaling, shape: tuple[int, ...]) -> float | None:
    """How far from 0 the points of the data lie, as the network sees them."""
    if not isinstance(data, Dataset) or tuple(data.shape) != shape:
        return None
    return float(scaling.to_model(data.scaling.to_data(data.x0())).abs().max())


def _name_of(net: Callable[..., Any]) -> str:
    if isinstance(net, nn.Module):
        return type(net).__name__
    named = getattr(net, "__name__", type(net).__name__)
    return "own function" if named == "<lambda>" else named
