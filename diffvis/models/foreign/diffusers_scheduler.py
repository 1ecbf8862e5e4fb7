"""What the scheduler of a diffusers folder says of the network beside it.

A scheduler of that library is a sampler and a table of betas at once. The network was trained with
the table; how it is sampled is a choice. Read here is what belongs to the network, and what of the
rest this program has as settings of its chains.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diffvis.diffusion.clipping import DYNAMIC_QUANTILE, Clip
from diffvis.diffusion.prediction import Prediction
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.variance import Variance
from diffvis.errors import UserError
from diffvis.models.foreign.diffusers_library import library
from diffvis.models.reading import Time

_WITH_BETAS = frozenset((
    "DDPMScheduler", "DDPMParallelScheduler", "DDIMScheduler", "DDIMParallelScheduler",
    "DDIMInverseScheduler", "PNDMScheduler", "LMSDiscreteScheduler", "EulerDiscreteScheduler",
    "EulerAncestralDiscreteScheduler", "HeunDiscreteScheduler", "KDPM2DiscreteScheduler",
    "KDPM2AncestralDiscreteScheduler", "DPMSolverMultistepScheduler",
    "DPMSolverMultistepInverseScheduler", "DPMSolverSinglestepScheduler", "DPMSolverSDEScheduler",
    "DEISMultistepScheduler", "UniPCMultistepScheduler", "LCMScheduler", "TCDScheduler",
    "SASolverScheduler", "RePaintScheduler",
))  # fmt: skip
_WITHOUT = {
    "EDM": "preconditioned networks that see a noise level sigma (Karras et al. 2022)",
    "Karras": "networks that see a noise level sigma (Karras et al. 2022)",
    "ScoreSdeVe": "the variance-exploding process, whose x_t is x_0 with more and more noise",
    "ScoreSdeVp": "a process in continuous time",
    "FlowMatch": "another kind of flow matching, along a straight path",
    "FlowMap": "flow maps, whose network predicts where a whole stretch of a path leads",
    "CMStochasticIterative": "consistency models, which see a noise level sigma",
    "ConsistencyDecoder": "the decoder of a latent model",
    "CosineDPMSolver": "networks that see a noise level sigma",
    "IPNDM": "a process in continuous time",
    "UnCLIP": "the pictures' embeddings of a text-to-image model",
    "VQDiffusion": "diffusion over discrete codes",
}  # how the name of a class begins, and what it is for
_FLOW = "FlowMatchEulerDiscreteScheduler"
_PREDICTS: dict[str, Prediction] = {"epsilon": "eps", "sample": "x0", "v_prediction": "v"}
_VARIANCES: dict[str, Variance] = {
    "fixed_small": "small",
    "fixed_small_log": "small",
    "fixed_large": "large",
    "fixed_large_log": "large",  # of which diffusers itself takes the square root of a logarithm
    "learned_range": "learned",
}
_LEARNED = "learned"  # not between two bounds, but the variance itself
_PLAIN_RANGE = 1.0


@dataclass(frozen=True)
class SchedulerSays:
    """``scheduler_config.json`` in the words of this program."""

    schedule: NoiseSchedule
    predicts: Prediction
    variance: Variance | None
    """None: the variance itself is learned, which no sampler here reads."""
    clip: Clip | None
    clip_range: float
    """Of static clipping."""
    sample_max_value: float
    """The largest quantile by which dynamic clipping divides."""
    quantile: float
    said: tuple[str, ...]
    """What a person should know: what was assumed, and what goes otherwise here."""
    time: Time = "index"
    """What the network is told of t."""


def read_scheduler(config: Mapping[str, Any] | None) -> SchedulerSays:
    """What a scheduler's config says; None: there is none, and the library's defaults are taken.

    Raises:
        UserError: it is no scheduler with betas, or says what cannot be followed.
    """
    name = "DDPMScheduler" if config is None else str(config.get("_class_name"))
    if name == _FLOW:
        return _read_flow({**_defaults(getattr(library(), name)), **(config or {})})
    if name not in _WITH_BETAS:
        raise _refused(name)
    says = {**_defaults(getattr(library(), name)), **(config or {})}
    if says.get("rescale_betas_zero_snr"):
        raise UserError(
            "its schedule ends in noise alone (rescale_betas_zero_snr: alpha_bar_T = 0), where no "
            "x0_hat follows from eps_hat",
            "diffvis needs a rest of the data at t = T: give a model that was trained without",
        )
    try:
        schedule = _schedule(says)
        clip, clip_range = _clipping(says)
        quantile = float(says.get("dynamic_thresholding_ratio", DYNAMIC_QUANTILE))
        largest = float(says.get("sample_max_value", _PLAIN_RANGE))
    except (TypeError, ValueError, OverflowError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UserError(f"its scheduler is not sound ({reason})", "save it again") from None
    return SchedulerSays(
        schedule=schedule,
        predicts=_predicts(says),
        variance=_variance(says),
        clip=clip,
        clip_range=clip_range,
        sample_max_value=largest,
        quantile=quantile,
        said=_said(says, schedule, config is None),
    )


def _read_flow(says: Mapping[str, Any]) -> SchedulerSays:
    """The straight path: the network is told sigma T, which is t, and predicts eps - x0. What else
    its scheduler says is where its chains have their times.
    """
    if says.get("invert_sigmas"):
        raise UserError(
            f"its scheduler is {_FLOW} with invert_sigmas: its time runs from noise at 0 to data",
            "diffvis reads those whose sigma = 1 is noise",
        )
    try:
        schedule = NoiseSchedule.flow(int(says["num_train_timesteps"]))
        shift = float(says.get("shift") or 1.0)
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f"its scheduler is not sound ({error})", "save it again") from None
    said = []
    if shift != 1:
        said.append(
            f"its own chains have a shift of {shift:g}: --shift {shift:g} lays the steps so here, "
            "but that diffusers shifts the smallest time twice"
        )
    if says.get("use_dynamic_shifting"):
        said.append("its own chains are shifted by the size of the picture; here by --shift alone")
    return SchedulerSays(
        schedule=schedule,
        predicts="velocity",
        variance="small",
        clip=None,
        clip_range=_PLAIN_RANGE,
        sample_max_value=_PLAIN_RANGE,
        quantile=DYNAMIC_QUANTILE,
        said=tuple(said),
        time="count",
    )


def _refused(name: str) -> UserError:
    for begins, what in _WITHOUT.items():
        if name.startswith(begins):
            return UserError(
                f"its scheduler is {name}, for {what}: it has no betas",
                "diffvis reads models of discrete time with a table of betas, as of DDPM or DDIM",
            )
    return UserError(
        f"its scheduler is {name}, which diffvis does not know",
        "give one with a table of betas, such as DDPMScheduler or DDIMScheduler",
    )


def _defaults(scheduler: type) -> dict[str, Any]:
    """What a class takes where its config does not say it; saved configs say all."""
    given = inspect.signature(scheduler.__init__).parameters.values()  # type: ignore[misc]
    return {p.name: p.default for p in given if p.default is not p.empty}


def _schedule(says: Mapping[str, Any]) -> NoiseSchedule:
    """Its betas by the library's own formulas, as it rounds them; never one of our kinds, some of
    which are rescaled where T is not 1000.
    """
    keys = ("num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas")
    try:
        made = library().DDPMScheduler(**{key: says[key] for key in keys if key in says})
    except NotImplementedError:
        raise ValueError(f"beta_schedule {says['beta_schedule']}") from None
    T = int(says["num_train_timesteps"])
    betas = made.betas[:T]
    if len(betas) < T:
        raise ValueError(f"{len(betas)} trained_betas, but num_train_timesteps is {T}")
    kind = "trained_betas" if says.get("trained_betas") is not None else says["beta_schedule"]
    return NoiseSchedule.from_betas(betas.double(), f"diffusers {kind}")


def _predicts(says: Mapping[str, Any]) -> Prediction:
    word = says.get("prediction_type", "epsilon")
    if word not in _PREDICTS:
        raise UserError(
            f"its network predicts {word}",
            f"diffvis reads {', '.join(_PREDICTS)}",
        )
    return _PREDICTS[word]


def _variance(says: Mapping[str, Any]) -> Variance | None:
    word = says.get("variance_type") or "fixed_small"
    if word == _LEARNED:
        return None
    if word not in _VARIANCES:
        raise UserError(
            f"its variance_type is {word}", f"choose one of {', '.join((*_VARIANCES, _LEARNED))}"
        )
    return _VARIANCES[word]


def _clipping(says: Mapping[str, Any]) -> tuple[Clip | None, float]:
    """Thresholding goes before clipping; up to a largest value of 1 it is the same as clipping."""
    if says.get("thresholding"):
        most = float(says.get("sample_max_value", _PLAIN_RANGE))
        return ("dynamic" if most > _PLAIN_RANGE else "static"), _PLAIN_RANGE
    if not says.get("clip_sample"):
        return None, _PLAIN_RANGE
    limit = float(says.get("clip_sample_range", _PLAIN_RANGE))
    if not (limit > 0 and math.isfinite(limit)):
        raise ValueError(f"clip_sample_range {limit:g}")
    return "static", limit


def _said(says: Mapping[str, Any], schedule: NoiseSchedule, assumed: bool) -> tuple[str, ...]:
    words = []
    if assumed:
        words.append(
            f"it has no scheduler: as by DDPMScheduler, eps, betas from 1e-4 to 0.02 on a line and "
            f"T = {schedule.T} are assumed"
        )
    if not says.get("set_alpha_to_one", True):
        rest = float(schedule.noise[1])
        words.append(
            f"its own chains end at t = 1, with noise of {rest:.2g} left (set_alpha_to_one is "
            "false); here they end at x_0"
        )
    return tuple(words)
