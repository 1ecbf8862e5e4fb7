"""Where a chain of the command line begins, if not with noise."""

from collections.abc import Sequence
from pathlib import Path

from diffvis.cli.opening import open_with_bar
from diffvis.data.own_picture import read_x0
from diffvis.errors import UserError
from diffvis.training.beginning import Beginning, branch_settings, freeze
from diffvis.training.model import Model
from diffvis.training.sampling import ChainSettings, run_chain


def beginning_of(model: Model, begin: str, t: int | None) -> Beginning:
    """Sample number ``begin`` of the model's data, from 1, or a picture file; noised to ``t``, or
    half way.

    Raises:
        UserError: there is none, or it does not fit the model.
    """
    T = model.schedule.T
    t = max(1, round(T / 2)) if t is None else t
    if not 1 <= t <= T:
        raise UserError(f"a chain cannot begin at t = {t}", f"choose 1 to {T}")
    if not begin.isdecimal():
        if model.is_points:
            raise UserError(f"{model.name} makes points", "give --begin the number of one")
        return Beginning(read_x0(Path(begin), tuple(model.shape)), t, Path(begin).name)
    data = open_with_bar(model.data)
    if tuple(data.shape) != tuple(model.shape) or not 1 <= int(begin) <= len(data):
        raise UserError(
            f"there is no sample {begin} to begin with", f"{data.title} has {len(data):,} samples"
        )
    return Beginning(data.x0([int(begin) - 1])[0], t, f"sample {begin}")


def branches_of(
    model: Model,
    settings: ChainSettings,
    beginning: Beginning | None,
    sample: int,
    t: int,
    count: int,
    device: str,
) -> tuple[Beginning, ChainSettings]:
    """Where ``count`` branches of one sample of a chain begin: at the time above ``t`` that the
    chain visits; and their settings, with the noise of the seed after the chain's.

    Raises:
        UserError: the chain has no such sample, or does not come to ``t``.
    """
    if sample >= settings.count:
        raise UserError(
            f"there is no sample {sample + 1}", f"the chain has {settings.count} samples"
        )
    begin = None if beginning is None else beginning.t
    visited = settings.times(model.schedule.T, begin)
    if not 1 <= t <= visited[0]:
        raise UserError(f"the chain cannot branch at t = {t}", f"choose 1 to {visited[0]}")
    at = _above(visited, t)
    x = None if beginning is None else beginning.noised(model.schedule, settings)
    for step in run_chain(model, settings, model.device or device, x=x, begin=begin):
        if step.t == at:
            other = branch_settings(model, settings, sample, count, settings.seed + 1)
            return freeze(step.x_t, sample, at), other
    raise AssertionError("a chain visits its times")


def _above(visited: Sequence[int], t: int) -> int:
    return min(v for v in visited if v >= t)
