"""Many chains of one model, one after another, each evaluated as ``diffvis evaluate`` does."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.evaluation.classifier import classifier_for
from diffvis.evaluation.compared import share_classes
from diffvis.evaluation.evaluate import Plan, Working, evaluate
from diffvis.evaluation.figures import Evaluation
from diffvis.models.model import Model
from diffvis.sampling.settings import ChainSettings

IMAGES, POINTS = 200, 2_000
USUAL = "frechet", "sliced_wasserstein"
"""What is measured where nothing is named: the first that there is."""
TIME = "ms"
"""The measure of what a sample takes, in milliseconds."""
FEW = 100  # parts of a chain that progress tells


def usual_count(model: Model) -> int:
    """Samples of each chain of a model, unless told."""
    return POINTS if model.is_points else IMAGES


@dataclass(frozen=True)
class Measured:
    """One chain of many, and what was found of its samples."""

    settings: ChainSettings
    evaluation: Evaluation


def evaluate_each(
    model: Model,
    dataset: Dataset,
    chains: Sequence[ChainSettings],
    plan: Plan | None = None,
    device: str = "cpu",
    clock: Callable[[], float] = time.perf_counter,
    skip: int = 0,
) -> Iterator[Working | Measured]:
    """Evaluate ``chains`` in their order, but the first to ``skip``, which were measured before.
    ``clock`` tells the seconds that a sample takes.

    Raises:
        UserError: as ``evaluate``, of any of them; at once.
    """
    works = [evaluate(model, dataset, chain, plan, device, clock) for chain in chains]
    weights = [FEW * (len(chain.times(model.schedule)) - 1) for chain in chains]
    return _in_turn(chains, works, weights, skip)


def _in_turn(
    chains: Sequence[ChainSettings],
    works: Sequence[Iterator[Working | Evaluation]],
    weights: Sequence[int],
    skip: int,
) -> Iterator[Working | Measured]:
    before, total = sum(weights[:skip]), sum(weights)
    for number in range(skip, len(chains)):
        chain = chains[number]
        for found in works[number]:
            if isinstance(found, Evaluation):
                yield Measured(chain, found)
            else:
                done = before + weights[number] * found.done // max(1, found.total)
                yield Working(done, total, f"{number + 1} of {len(chains)}: {found.what}")
        before += weights[number]


def measures_of(
    model: Model, dataset: Dataset, settings: ChainSettings, plan: Plan
) -> tuple[str, ...]:
    """The keys of what ``evaluate`` finds of such chains, and ``TIME``."""
    if model.is_points:
        keys = ["sliced_wasserstein", "wasserstein", "energy", "coverage", "precision", "recall"]
    else:
        keys = ["sliced_wasserstein", "energy"]
        if classifier_for(dataset.fingerprint) is not None:
            asked = settings.label is not None and share_classes(model, dataset)
            keys += ["frechet", "precision", "recall", "accuracy" if asked else "balance"]
        keys += ["fid"] * plan.fid + ["nearest", "nearest_1"] + ["bits"] * (plan.bits > 0)
    return (*keys, *["likelihood"] * (plan.likelihood > 0), TIME)


def chosen_measures(
    model: Model, dataset: Dataset, chains: Sequence[ChainSettings], plan: Plan,
    wanted: Sequence[str] = (),
) -> tuple[str, ...]:  # fmt: skip
    """The ``wanted`` measures, or the usual one, once it is sure that there are these.

    Raises:
        UserError: one of them is not measured of any of the chains.
    """
    known = {key for chain in chains for key in measures_of(model, dataset, chain, plan)}
    if not wanted:
        return (next(key for key in USUAL if key in known),)
    for key in wanted:
        if key not in known:
            raise UserError(
                f"{key} is not measured of {model.name} and {dataset.title}",
                f"choose from {', '.join(sorted(known))}",
            )
    return tuple(dict.fromkeys(wanted))
