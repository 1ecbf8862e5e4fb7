"""Schedules that others bring: numbers, objects of their libraries, buffers of a checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from diffvis.diffusion.schedule import SCHEDULE_KINDS, NoiseSchedule, make_schedule
from diffvis.errors import UserError
from diffvis.models.reading import prediction_named

NEARLY_ONE = 1 - 2**-53
"""For beta_T = 1 of a zero terminal SNR: in float32 nothing tells the two apart."""
USUAL_KIND, USUAL_T = "linear-unscaled", 1000
_NO_BETAS = {
    "EDM": "EDM (sigma from 80 to 0.002, preconditioned)",
    "ScoreSdeVe": "variance exploding (x0 + sigma eps)",
    "KarrasVe": "variance exploding (x0 + sigma eps)",
    "ScoreSdeVp": "a continuous VP process",
    "FlowMatch": "flow matching (a straight path from data to noise)",
    "ScheduleFlow": "flow matching (a straight path from data to noise)",
    "ScheduleLogNormalFlow": "flow matching (a straight path from data to noise)",
    "VQDiffusion": "of discrete codes",
}
_OWN_KINDS = {"squaredcos_cap_v2": "cosine", "cosine_beta_schedule": "cosine"}


@dataclass(frozen=True)
class Carried:
    """A schedule, and what came with it of how a network is read."""

    schedule: NoiseSchedule
    told: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a ``Reading``."""
    notes: tuple[str, ...] = ()


def carried_by(
    given: object = None,
    T: int | None = None,
    *,
    alpha_bar: object = None,
    predicts: str | None = None,
) -> Carried:
    """The schedule in what a person gave, and what else that says.

    Args:
        given: a kind by name (with T), a ``NoiseSchedule``, T betas, a scheduler of diffusers, a
            GaussianDiffusion of lucidrains, an object with ``alphabar_t`` or ``sigmas``, or the
            tensors of a checkpoint by name.
        alpha_bar: instead of it, alpha_bar_1 .. alpha_bar_T, also with a leading 1.
        predicts: what the network predicts, if that is known; otherwise as ``given`` says.

    Raises:
        UserError: there is no schedule in it, or not one that a network can be sampled by.
    """
    try:
        found = _carried(given, T, alpha_bar, predicts)
    except ValueError as error:
        raise UserError(
            f"no schedule can be made of this ({error})",
            "give a kind, T betas or alpha_bar=...",
            field="schedule",
        ) from error
    if T is not None and found.schedule.T != T:
        raise UserError(
            f"this schedule has {found.schedule.T} steps, not T = {T}", "leave T out", field="T"
        )
    return found


def _carried(given: object, T: int | None, alpha_bar: object, predicts: str | None) -> Carried:
    if alpha_bar is not None:
        return _of_alpha_bar(_numbers(alpha_bar), predicts, "custom")
    if given is None:
        return Carried(make_schedule(USUAL_KIND, USUAL_T if T is None else T))
    if isinstance(given, NoiseSchedule):
        return Carried(given)
    if isinstance(given, str):
        return Carried(_by_name(given, T))
    if isinstance(given, Mapping):
        found = in_tensors(given, predicts)
        if found is None:
            raise UserError(
                f"none of the {len(given)} tensors is a schedule",
                "name one, such as schedule=state['betas']",
                field="schedule",
            )
        return found
    if isinstance(given, Tensor | list | tuple) or hasattr(given, "__array__"):
        return _of_betas(_numbers(given), predicts, "custom")
    return _of_object(given, predicts)


def in_tensors(tensors: Mapping[str, Any], predicts: str | None = None) -> Carried | None:
    """The schedule among the tensors of a checkpoint by name; None where there is none.

    lucidrains keeps ``betas`` (T,), and its ``loss_weight`` tells what is predicted; minDiffusion
    keeps ``alphabar_t`` (T+1,), whose index 0 is 1 - beta_0 and belongs to no step.

    Raises:
        UserError: it is none that a network can be sampled by.
    """
    named = {
        name.rpartition(".")[2]: value
        for name, value in tensors.items()
        if isinstance(value, Tensor) and value.ndim == 1 and value.is_floating_point()
    }
    if "betas" in named:
        weight = named.get("loss_weight")
        told: dict[str, Any] = {}
        if weight is not None and len(weight) == len(named["betas"]):
            told["predicts"] = objective_of(weight, named["betas"])
            told = {name: value for name, value in told.items() if value is not None}
        return _of_betas(named["betas"], predicts or told.get("predicts"), "betas", told)
    if "alphabar_t" in named and len(named["alphabar_t"]) > 1:
        told = {"time": "unit"}
        return _of_alpha_bar(named["alphabar_t"][1:], predicts, "alphabar_t", told)
    if "alphas_cumprod" in named:
        return _of_alpha_bar(named["alphas_cumprod"], predicts, "alphas_cumprod")
    return None


def objective_of(loss_weight: Tensor, betas: Tensor) -> str | None:
    """What a model of lucidrains' library predicts, by the weights (T,) of its loss: 1 for eps,
    the SNR for x0, SNR / (SNR + 1) for v; with min-SNR weighting the SNR is cut off. None where
    they are none of these.
    """
    alpha_bar = (1 - betas.double()).cumprod(0)
    snr = alpha_bar / (1 - alpha_bar)
    weight = loss_weight.double()
    for cut in (None, 5.0):
        clipped = snr if cut is None else snr.clamp(max=cut)
        for predicts, wanted in (
            ("eps", clipped / snr),
            ("x0", clipped),
            ("v", clipped / (snr + 1)),
        ):
            if torch.allclose(weight, wanted, rtol=1e-2, atol=1e-6):
                return predicts
    return None


def _of_object(given: object, predicts: str | None) -> Carried:
    name = type(given).__name__
    for begins, what in _NO_BETAS.items():
        if name.startswith(begins):
            raise UserError(
                f"{name} is {what}, and has no betas",
                "diffvis samples networks of a discrete schedule: DDPM, DDIM, DPM-Solver ...",
                field="schedule",
            )
    told = told_by(given)
    predicts = predicts or told.get("predicts")
    alphabar_t, betas = getattr(given, "alphabar_t", None), getattr(given, "betas", None)
    if isinstance(alphabar_t, Tensor) and len(alphabar_t) > 1:
        return _of_alpha_bar(alphabar_t[1:], predicts, name, told)
    if isinstance(betas, Tensor):
        return _of_betas(betas, predicts, f"{name} {_kind_of(given)}".strip(), told)
    if isinstance(alphas := getattr(given, "alphas_cumprod", None), Tensor):
        return _of_alpha_bar(alphas, predicts, name, told)
    if isinstance(sigmas := getattr(given, "sigmas", None), Tensor):
        alpha_bar = 1 / (1 + sigmas.double().square())
        return _of_alpha_bar(alpha_bar.sort(descending=True).values, predicts, name, told)
    raise UserError(
        f"{name} is no schedule that diffvis knows",
        "give a kind, T betas, or alpha_bar=...",
        field="schedule",
    )


def told_by(given: object) -> dict[str, Any]:
    """What an object of another library says of how its network is read: a scheduler of diffusers
    by its config, a GaussianDiffusion of lucidrains by its attributes.
    """
    config = getattr(given, "config", None)
    if isinstance(config, Mapping):
        return told_by_config(config)
    told: dict[str, Any] = {}
    if isinstance(objective := getattr(given, "objective", None), str):
        told |= {"predicts": prediction_named(objective), "time": "index"}
        normalize = getattr(getattr(given, "normalize", None), "__name__", "")
        told["range"] = (0.0, 1.0) if normalize == "identity" else (-1.0, 1.0)
    elif hasattr(given, "alphabar_t"):
        told |= {"predicts": "eps", "time": "unit"}
    elif hasattr(given, "sigmas"):
        told |= {"predicts": "eps", "time": "sigma", "clip": None}
    return told


def told_by_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the config of a scheduler of diffusers says of how its network is read."""
    told: dict[str, Any] = {}
    if "prediction_type" in config:
        told["predicts"] = prediction_named(config["prediction_type"])
    most = float(config.get("sample_max_value", 1.0))
    if config.get("thresholding") and most > 1:
        told |= {"clip": "dynamic", "most": most}
        told["quantile"] = float(config.get("dynamic_thresholding_ratio", 0.995))
    elif config.get("thresholding"):  # its threshold is then 1 whatever the sample is
        told["clip"] = "static"
    elif "clip_sample" in config:
        told["clip"] = "static" if config["clip_sample"] else None
        told["clip_range"] = float(config.get("clip_sample_range", 1.0))
    if config.get("variance_type") == "learned":
        raise UserError(
            "the network learned the logarithm of its variance itself (variance_type learned)",
            "diffvis knows learned_range, the place between two bounds",
            field="learns_variance",
        )
    if config.get("variance_type") == "learned_range":
        told["learns_variance"] = True
    return told


def _kind_of(given: object) -> str:
    config = getattr(given, "config", None)
    return str(config.get("beta_schedule", "")) if isinstance(config, Mapping) else ""


def _by_name(name: str, T: int | None) -> NoiseSchedule:
    if name not in SCHEDULE_KINDS:
        meant = _OWN_KINDS.get(name)
        raise UserError(
            f"there is no schedule {name}",
            f"it is called {meant} here" if meant else f"choose one of {', '.join(SCHEDULE_KINDS)}",
            field="schedule",
        )
    return make_schedule(name, USUAL_T if T is None else T)


def _numbers(given: object) -> Tensor:
    try:
        values = torch.as_tensor(given, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"it must be a list of numbers: {error}") from error
    if values.ndim != 1 or not len(values):
        raise ValueError(f"it must be a list of T numbers, not {tuple(values.shape)}")
    return values.detach().cpu()


def _of_betas(
    betas: Tensor, predicts: str | None, kind: str, told: Mapping[str, Any] | None = None
) -> Carried:
    betas = betas.detach().cpu().double().clone()
    if float(betas.min()) > 0.9 and len(betas) > 1:
        raise UserError(
            f"these are no betas: they begin with {betas[0]:g}",
            "write schedule=1 - alphas, or alpha_bar=alphas_cumprod",
            field="schedule",
        )
    if betas[0] > betas[-1] and betas[0] > 0.9:
        raise UserError(
            f"these fall from {betas[0]:g} to {betas[-1]:g}, as alpha_bar does",
            "write alpha_bar= instead of schedule=",
            field="schedule",
        )
    notes: tuple[str, ...] = ()
    if betas[-1] == 1:
        notes = _zero_terminal(predicts)
        betas[-1] = NEARLY_ONE
    return Carried(NoiseSchedule.from_betas(betas, kind), told or {}, notes)


def _of_alpha_bar(
    alpha_bar: Tensor, predicts: str | None, kind: str, told: Mapping[str, Any] | None = None
) -> Carried:
    alpha_bar = alpha_bar.detach().cpu().double().clone()
    if alpha_bar[0] == 1 and len(alpha_bar) > 1:
        alpha_bar = alpha_bar[1:]
    notes: tuple[str, ...] = ()
    if alpha_bar[-1] == 0 and len(alpha_bar) > 1:
        notes = _zero_terminal(predicts)
        alpha_bar[-1] = alpha_bar[-2] * (1 - NEARLY_ONE)
    return Carried(NoiseSchedule.from_alpha_bar(alpha_bar, kind), told or {}, notes)


def _zero_terminal(predicts: str | None) -> tuple[str, ...]:
    """What is said of alpha_bar_T = 0 (Lin et al. 2024, "Common diffusion noise schedules").

    Raises:
        UserError: the network predicts eps, from which nothing follows where there is no signal.
    """
    if predicts is None or prediction_named(predicts) == "eps":
        raise UserError(
            "alpha_bar_T is 0: x_T is noise alone, and no x0 follows from eps there",
            'write predicts="v" or "x0" if that is what it predicts',
            field="predicts",
        )
    return ("alpha_bar_T = 0 is taken as 1e-16 of the step before",)
