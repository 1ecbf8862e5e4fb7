"""Where a chain of the command line begins, if not with noise."""

from diffvis.bench.pictures import picture_of
from diffvis.cli.opening import open_data_of
from diffvis.cli.output import with_bar
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.sampling.beginning import (
    Beginning,
    begin_of,
    branch_settings,
    freeze,
    run_chain_from,
)
from diffvis.sampling.settings import ChainSettings, check_sample, next_seed, shown_time


def beginning_of(
    model: Model, begin: str | None, t: int | None, data: str | None = None
) -> Beginning | None:
    """Sample number ``begin`` of the data (the model's own if not named), from 0, a picture file,
    or ``sample``, one that the model makes; noised to ``t``, or half way. None where nothing is
    asked for.

    Raises:
        UserError: there is none, or it does not fit the model.
    """
    if begin is None:
        if t is not None:
            raise UserError("--begin-t is of what the chain begins with", "add --begin")
        return None
    T = model.schedule.T
    t = max(1, round(T / 2)) if t is None else t
    if not 1 <= t <= T:
        raise UserError(f"a chain cannot begin at t = {t}", f"choose 1 to {T}")
    dataset = open_data_of(model, data) if begin.isdecimal() else None
    x0, words = picture_of(model, begin, dataset)
    return Beginning(x0, t, words)


def check_branches(
    model: Model, settings: ChainSettings, beginning: Beginning | None, sample: int, t: int
) -> int:
    """The time above ``t`` that the chain visits, at which one of its samples can branch.

    Raises:
        UserError: the chain has no such sample, does not come to ``t``, or adds no noise.
    """
    if not settings.adds_noise:
        raise UserError(
            "branches of a sampler that adds no noise are all the same",
            "choose --sampler ddpm, or ddim with an --eta above 0",
        )
    check_sample(settings, sample)
    visited = settings.times(model.schedule, begin_of(beginning))
    if not 1 <= t <= visited[0]:
        raise UserError(f"the chain cannot branch at t = {t}", f"choose 1 to {visited[0]}")
    return shown_time(visited, t)


def branches_of(
    model: Model,
    settings: ChainSettings,
    beginning: Beginning | None,
    sample: int,
    t: int,
    count: int,
    device: str,
) -> tuple[Beginning, ChainSettings]:
    """Where ``count`` branches of one sample of a chain begin, and their settings, with the noise
    of the seed after the chain's. The chain is walked as far as that, behind a bar.

    Raises:
        UserError: as ``check_branches``.
    """
    at = check_branches(model, settings, beginning, sample, t)
    chain = run_chain_from(beginning, model, settings, device)
    T = model.schedule.T
    steps = with_bar(chain, "to the branch", T - at, lambda step: T - step.t, lambda _: "")
    for step in steps:
        if step.t == at:
            other = next_seed(settings.seed)
            return freeze(step.x_t, sample, at), branch_settings(
                model, settings, sample, count, other
            )
    raise AssertionError("a chain visits its times")
