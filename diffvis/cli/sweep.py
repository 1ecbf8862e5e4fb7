"""``diffvis sweep``: samples under lists of settings, measured."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import typer

from diffvis.cli.figure_files import follow
from diffvis.cli.idle import note_idle
from diffvis.cli.opening import open_data_of
from diffvis.cli.output import note, table, with_bar
from diffvis.cli.setting_lists import read_lists
from diffvis.evaluation.evaluate import Plan
from diffvis.evaluation.sweeping.folder import TABLE, SweepFolder
from diffvis.evaluation.sweeping.found import Found
from diffvis.evaluation.sweeping.grid import Grid
from diffvis.evaluation.sweeping.sweep import chosen_measures, usual_count
from diffvis.models.model import open_model
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.sweep import Sweep, new_sweep
from diffvis.sampling.registry import sampler_settings
from diffvis.training.device import resolve_device

DRAWN = ".svg", ".png"


def sweep_command(
    source: str,
    out: Path,
    lists: Mapping[str, str],
    measure: str | None,
    data: str | None,
    plan: Plan,
    device: str,
) -> None:
    """Walk and measure what the folder ``out`` has not yet; write its charts and print its table.

    Raises:
        UserError: the lists do not fit the model or the folder, or something is not measured.
    """
    where = str(resolve_device(device))
    model = open_model(source, where)
    dataset = open_data_of(model, data)
    usual = {"count": str(usual_count(model)), "label": "each"}
    if "sampler" not in lists and (of := _owner(lists)) is not None:
        usual["sampler"] = of
    grid = Grid.of(read_lists(model, {**lists, **{n: usual[n] for n in usual if n not in lists}}))
    words = [part.strip() for part in (measure or "").split(",") if part.strip()]
    plan = Plan(plan.seeds, plan.bits, fid="fid" in words, likelihood=plan.likelihood)
    chains = grid.chains()
    measures = chosen_measures(model, dataset, chains, plan, words)
    note_idle(model, chains[-1])
    folder = SweepFolder.begin(out, new_sweep(model, dataset, grid, plan))
    if there := len(folder.found.rows):
        note(f"{out} has {there} of {len(grid)} already")
    with closing(folder.run(model, dataset, where)) as work:
        for _ in with_bar(
            work, model.name, 1, lambda w: w.done, lambda w: w.what, lambda w: w.total
        ):
            pass
    table(_rows(folder.found, measures))
    typer.echo(f"wrote {out / TABLE} ({len(grid)} rows)")
    for name in measures:
        for ending in DRAWN:
            follow(out / f"{name}{ending}", Sweep(folder.found), ExportSpec(view=name))


def _owner(lists: Mapping[str, str]) -> str | None:
    """The sampler that has the first of the settings as its own."""
    own = sampler_settings()
    return next((own[name][0] for name in lists if name in own), None)


def _rows(found: Found, measures: tuple[str, ...]) -> list[list[str]]:
    """The lists and what is drawn, for people."""
    columns = found.table()
    names = [*found.grid.axes, *measures]
    rows = zip(*(columns[name] for name in names), strict=True)
    return [names, *([w if isinstance(w, str) else f"{w:.4g}" for w in row] for row in rows)]
