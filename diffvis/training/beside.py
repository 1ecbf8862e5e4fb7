"""A run beside another: the same data, seed, network and batches, another path or prediction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.training.asked import blueprint_of
from diffvis.training.config import TrainConfig, bug_of


@dataclass(frozen=True)
class Other:
    """In what a run differs from the one that it is beside."""

    title: str
    tip: str
    values: Mapping[str, Any] = field(repr=False)


def _other(title: str, tip: str, **values: object) -> Other:
    return Other(title, tip, MappingProxyType(values))


BESIDE = {
    "flow": _other(
        "flow matching  (flow, velocity)",
        "The straight path, and its velocity: Lipman et al. 2023",
        schedule="flow",
        predict="velocity",
        zero_snr=False,
    ),
    "ddpm": _other(
        "DDPM  (cosine, ε)",
        "The cosine schedule, and the noise: Ho et al. 2020; Nichol & Dhariwal 2021",
        schedule="cosine",
        predict="eps",
        zero_snr=False,
    ),
    "eps": _other("the same path, ε", "Only what the network answers differs", predict="eps"),
    "x0": _other("the same path, x_0", "Only what the network answers differs", predict="x0"),
    "v": _other("the same path, v", "Only what the network answers differs", predict="v"),
}


def beside(config: TrainConfig, name: str, dataset: Dataset) -> TrainConfig:
    """The configuration of ``name`` of ``BESIDE``, beside the run of ``config`` on ``dataset``.

    Raises:
        UserError: there is no such run; it would be the same one, or is not possible; the run has
            a bug; or the steps follow from the minutes, which would be another number for each.
    """
    if name not in BESIDE:
        raise UserError(
            f"no run can be beside as {name}", f"choose one of {', '.join(BESIDE)}", field="beside"
        )
    if bug_of(config):
        raise UserError(
            "a run with a bug in its code is trained alone",
            "choose no bug, or nothing beside it",
            field="beside",
        )
    if config.minutes:
        raise UserError(
            "two runs beside each other take the same number of steps, which minutes would plan "
            "for each by its own pace",
            "set minutes to 0 and give the steps",
            field="minutes",
        )
    values = BESIDE[name].values
    if all(getattr(config, key) == value for key, value in values.items()):
        words = ", ".join(str(value) for value in values.values() if isinstance(value, str))
        raise UserError(
            f"the run beside would be the same one: it is {words} already",
            "choose another beside it, or nothing",
            field="beside",
        )
    try:
        other = config.changed(**values)
        blueprint_of(other, dataset)
    except UserError as error:
        raise UserError(
            f"the run beside is not possible: {error.problem}",
            "choose another beside it, or nothing",
            field="beside",
        ) from error
    return other
