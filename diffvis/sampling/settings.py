"""What decides a reverse chain, beside the model: one declaration for all who ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import ConfigDict, model_validator

from diffvis.errors import UserError
from diffvis.sampling.registry import SAMPLERS, sampler_settings, sampler_titles
from diffvis.sampling.sampler import Sampled, Sampler
from diffvis.settings import Setting, Settings, setting, settings_of
from diffvis.settings.declare import unknown

if TYPE_CHECKING:  # the command line asks for these settings before torch is worth loading
    from torch import Tensor

    from diffvis.diffusion.clipping import Clip, Clipping
    from diffvis.diffusion.schedule import NoiseSchedule
    from diffvis.models.model import Model

SEEDS = 2**63
MAX_COUNT = 100_000
MAX_GUIDANCE = 20.0
MAX_SHIFT = 10.0
EVERY_CLASS = -1
"""The label that asks for the classes in turn, sample by sample."""
GROUPS = WAY, PREDICTION, BEGINNING = "Way back", "Prediction", "Beginning"
"""Of the settings. Chains that are compared have one beginning."""


class ChainSettings(Settings):
    """What decides a reverse chain, beside the model; the sampler's own settings among them.

    What ``applies`` of one gets by name are all of them, and the model's ``T``.

    Raises:
        UserError: a setting is unknown or out of range.
    """

    model_config = ConfigDict(strict=True, extra="allow")
    called: ClassVar[str] = "setting of a chain"

    sampler: str = setting(
        "ddpm",
        choices=sampler_titles,
        label="Sampler",
        help="The way back from noise.",
        group=WAY,
    )
    steps: int | None = setting(
        None,
        ge=1,
        label="Steps",
        spoken="Steps of the chain",
        none="T",
        help="Steps of the chain; T if not given.",
        tip="How many steps: 1 to T. Fewer stride over t, from t to s < t − 1",
        group=WAY,
    )
    shift: float = setting(
        1.0,
        ge=1 / MAX_SHIFT,
        le=MAX_SHIFT,
        label="Shift",
        help="Above 1 the steps lie closer near the noise, below near the data.",
        tip="Where fewer steps than T lie: above 1 closer together near the noise, below 1 near "
        "the data;\na part u of the way from 0 to T becomes s u / (1 + (s − 1) u) "
        "(Esser et al. 2024)",
        group=WAY,
        rare=True,
        words=lambda shift: "" if shift == 1 else f"shift {shift:g}",
        applies=lambda others: (
            f"with {others['T']} of {others['T']} steps, shift changes nothing"
            if others["steps"] in (None, others["T"])
            else "with another spacing than even, shift changes nothing"
            if others["spacing"] != "even"
            else ""
        ),
    )
    spacing: Literal["even", "leading", "leading+1", "linspace", "karras"] = setting(
        "even",
        choices={
            "even": "evenly from T",
            "leading": "leading",
            "leading+1": "leading, offset 1",
            "linspace": "linspace",
            "karras": "by σ (Karras)",
        },
        label="Spacing",
        help="Where fewer steps than T lie: evenly from T, as chains of diffusers have them, or as "
        "Karras et al. 2022 do.",
        tip="Where fewer steps than T lie: evenly from T to 0, which diffusers calls trailing;\n"
        "leading: the multiples of T // steps, from 1 on, so that the chain begins below T;\n"
        "linspace: evenly from T to 1 (Lin et al. 2024, table 2);\n"
        "by σ: evenly in the ρ-th root of σ, noise over signal (Karras et al. 2022, eq. 5)",
        group=WAY,
        rare=True,
        words=lambda spacing: "" if spacing == "even" else f"{spacing} spacing",
        applies=lambda others: (
            f"with {others['T']} of {others['T']} steps, spacing changes nothing"
            if others["steps"] in (None, others["T"])
            else ""
        ),
    )
    rho: float = setting(
        7.0,
        ge=1,
        le=100,
        label="ρ of the spacing",
        help="How much closer near the data the steps of the karras spacing lie.",
        tip="ρ of the spacing by σ: 1 is even in σ, 7 that of Karras et al. 2022, more is closer\n"
        "together near the data, at last even in log σ",
        group=WAY,
        rare=True,
        words=lambda rho: "" if rho == 7 else f"ρ = {rho:g}",
        applies=lambda others: (
            "with another spacing than karras, rho changes nothing"
            if others["spacing"] != "karras"
            else f"with {others['T']} of {others['T']} steps, rho changes nothing"
            if others["steps"] in (None, others["T"])
            else ""
        ),
    )
    label: int | None = setting(
        None,
        ge=EVERY_CLASS,
        label="Class",
        none="no class",
        help="A class by name or number, each in turn if not given, or none.",
        tip="The class that the network is told: ε̂(x_t, t, class)",
        group=PREDICTION,
    )
    guidance: float = setting(
        1.0,
        ge=0,
        le=MAX_GUIDANCE,
        label="Guidance",
        help="How much the class counts, or what guides instead of it; 1 as trained.",
        tip="w of ε̂ = ε̂(x_t) + w (ε̂(x_t, class) − ε̂(x_t)): 0 ignores the class, 1 is as trained,\n"
        "more is more typical and less varied (Ho & Salimans 2022)",
        group=PREDICTION,
        words=lambda guidance: "" if guidance == 1 else f"guidance {guidance:g}",
        applies=lambda others: (
            "without a class, guidance changes nothing"
            if others["label"] is None and not others["guide_by"]
            else ""
        ),
    )
    guide_by: str = setting(
        "",
        free="a step of the model's own run, a checkpoint, or a model",
        label="Guide by",
        spoken="What guides away from it",
        help="A weaker model to guide away from, instead of from no class: a step of the model's "
        "own run that has a checkpoint, a checkpoint or a model.",
        tip="What guidance w leads away from: ε̂ = ε̂_weak + w (ε̂ − ε̂_weak), where the weak one is\n"
        "the network without a class, or an earlier checkpoint of the same run (autoguidance,\n"
        "Karras et al. 2024), which errs in the same places, only more",
        group=PREDICTION,
        rare=True,
        words=lambda source: f"guided by {guide_name(source)}" if source else "",
    )
    clip: Literal["auto", "none", "static", "dynamic"] = setting(
        "auto",
        label="Clip x̂_0",
        spoken="Clipping of x̂₀",
        help="How x0_hat is kept in range.",
        tip="How x̂_0 is kept in range: static cuts it off; dynamic scales each sample by its own\n"
        "quantile (Saharia et al. 2022). auto: static for images, none for points",
        group=PREDICTION,
        rare=True,
        words=lambda clip: {"auto": "", "none": "not clipped"}.get(clip, f"{clip} clipping"),
    )
    count: int = setting(
        16,
        ge=1,
        le=MAX_COUNT,
        label="Samples",
        spoken="Number of samples",
        help="How many samples.",
        tip="How many chains at once",
        group=BEGINNING,
    )
    seed: int = setting(
        0,
        ge=0,
        lt=SEEDS,
        label="Seed",
        help="The same seed gives the same samples.",
        tip="Fixes x_T and every z: the same seed gives the same samples",
        group=BEGINNING,
    )
    noise: Literal["each", "together"] = setting(
        "each",
        choices={"each": "each its own", "together": "all together"},
        label="Noise",
        help="Each sample has noise of its own, or all draw from one stream, as they once did.",
        tip="each: sample k has noise of its own, which stays when the number of samples changes;\n"
        "together: all draw from one stream, as in files of earlier versions",
        group=BEGINNING,
        rare=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _with_those_of_samplers(cls, given: Any) -> Any:
        """Every sampler's own settings are there, checked, whichever sampler is chosen."""
        own = sampler_settings()
        for name in given:
            if name not in cls.model_fields and name not in own:
                raise unknown(name, cls.called, chain_settings())
        checked = {
            name: setting.check(given[name]) if name in given else setting.default
            for name, (_, setting) in own.items()
        }
        common = {name: value for name, value in given.items() if name not in own}
        return {**common, **checked}

    def own(self, sampler: str) -> dict[str, Any]:
        """What is chosen of a sampler's own settings."""
        return {name: self[name] for name in settings_of(SAMPLERS[sampler])}

    def __getitem__(self, name: str) -> Any:
        """One of the settings by its name; that of a sampler that joined later by its default."""
        if name in type(self).model_fields:
            return getattr(self, name)
        extra = self.__pydantic_extra__ or {}
        return extra[name] if name in extra else chain_settings()[name].default

    def make_sampler(self) -> Sampler:
        """The sampler with its own settings, before it has seen a model."""
        return SAMPLERS[self.sampler](**self.own(self.sampler))

    def sampler_for(self, model: Sampled) -> Sampler:
        """The sampler as it samples this model.

        Raises:
            UserError: the model does not have what one of its settings asks for.
        """
        return self.make_sampler().fitted(model)

    @property
    def adds_noise(self) -> bool:
        """Whether the seed matters once the chain has begun."""
        return self.make_sampler().adds_noise

    def times(self, path: int | NoiseSchedule, begin: int | None = None) -> list[int]:
        """The times that the chain visits, from T, or from the time ``begin``, down to 0.

        ``path`` is a schedule, or T alone, which is enough unless the spacing is that of sigma. A
        chain that begins later visits what the whole chain would visit from there on.

        Raises:
            UserError: more steps are asked for than there are timesteps.
        """
        from diffvis.diffusion.reverse import karras_timesteps, spaced_timesteps, timesteps

        T = path if isinstance(path, int) else path.T
        if self.steps is not None and self.steps > T:
            raise UserError(
                f"{self.steps} steps are not possible", f"this model has T = {T}", field="steps"
            )
        if self.spacing == "even":
            whole = timesteps(T, self.steps or T, self.shift)
        elif self.spacing == "karras":
            if isinstance(path, int):
                raise TypeError("a spacing by sigma needs a schedule")
            whole = karras_timesteps(path, self.steps or T, self.rho)
        else:
            whole = spaced_timesteps(T, self.steps or T, self.spacing)
        if begin is None:
            return whole
        if not 1 <= begin <= T:
            raise UserError(f"a chain cannot begin at t = {begin}", f"choose 1 to {T}")
        return [begin, *(t for t in whole if t < begin)]

    def clip_for(self, model: Model) -> Clip | Clipping | None:
        """How x0_hat is kept in the model's range; None where it is not."""
        if self.clip == "auto":
            return model.clipping(model.clip)
        return None if self.clip == "none" else model.clipping(self.clip)

    def labels_for(self, model: Model) -> Tensor | None:
        """The class of each sample (count,) int64, or None where no class is given; each in turn
        where none is and the network must be told one.

        Raises:
            UserError: the model has no such class, or none without one to guide away from.
        """
        import torch

        if model.needs_class and self.guidance != 1 and not self.guide_by:
            raise UserError(
                f"{model.name} cannot be guided: it has no label for no class",
                "set guidance to 1, or say which label that is: null=...",
                field="guidance",
            )
        label = EVERY_CLASS if self.label is None and model.needs_class else self.label
        if label is None:
            return None
        if not model.num_classes:
            raise UserError(
                f"{model.name} knows no classes", "sample it without one", field="label"
            )
        if label >= model.num_classes:
            raise UserError(
                f"{model.name} knows no class {label}",
                f"choose 0 to {model.num_classes - 1}",
                field="label",
            )
        if label == EVERY_CLASS:
            return torch.arange(self.count) % model.num_classes
        return torch.full((self.count,), label)


def chain_settings() -> Mapping[str, Setting]:
    """All that can be chosen of a chain, in their groups; what samplers have of their own belongs
    to the way back, and applies to them alone.
    """
    return _with_those_of(tuple(SAMPLERS.items()))


@lru_cache(maxsize=2)  # it is asked for each value of each export
def _with_those_of(_samplers: tuple[tuple[str, type[Sampler]], ...]) -> Mapping[str, Setting]:
    common = settings_of(ChainSettings)
    own = {
        name: replace(setting, group=WAY, applies=partial(_applies, name, sampler, setting.applies))
        for name, (sampler, setting) in sampler_settings().items()
    }
    last = len(GROUPS)
    place = {group: number for number, group in enumerate(GROUPS)}
    every = {**common, **own}
    ordered = sorted(every.items(), key=lambda item: place.get(item[1].group, last))
    return MappingProxyType(dict(ordered))


def _applies(
    name: str, sampler: str, further: Callable[[Any], str] | None, others: Mapping[str, Any]
) -> str:
    """Why a setting that a sampler has of its own changes nothing."""
    if others["sampler"] != sampler:
        return f"with {others['sampler']}, {name} changes nothing"
    return "" if further is None else further(others)


def guide_name(source: str) -> str:
    """What ``guide_by`` names, for people: ``step 1,200``."""
    return f"step {int(source):,}" if source.isdecimal() else PurePath(source).stem


def next_seed(seed: int) -> int:
    """The one after it, and round the end."""
    return (seed + 1) % SEEDS


def check_sample(settings: ChainSettings, number: int | None) -> None:
    """Raises UserError unless the chain has a sample of this ``number``, from 0; None: of all."""
    if number is not None and number >= settings.count:
        raise UserError(
            f"there is no sample {number + 1}", f"the chain has {settings.count} samples"
        )


def shown_time(visited: Sequence[int], t: int) -> int:
    """What of a chain that visits these times is shown at ``t``: the samples at ``t`` itself or at
    the time above it; before the chain begins, those it begins with.
    """
    return min((v for v in visited if v >= t), default=max(visited))
