"""``diffvis export``: processes, comparisons, runs and schedules as files."""

from pathlib import Path
from typing import Annotated

import typer

from diffvis.cli.before import refuse_before
from diffvis.cli.choices import Sampler
from diffvis.cli.export_options import (
    Axis,
    Count,
    Data,
    Device,
    Label,
    Looks,
    Moment,
    Quantity,
    RunView,
    Seed,
    Timesteps,
)
from diffvis.cli.export_processes import forward, nearest, reverse, walks
from diffvis.cli.looks import with_looks
from diffvis.errors import UserError

export_app = typer.Typer(
    help="Write films, pictures, plots and numbers for slides and papers.",
    invoke_without_command=True,
)


@export_app.callback()
def export(
    context: typer.Context,
    recipe: Annotated[
        Path | None, typer.Option(help="Make this exported file again, from its own recipe.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where --recipe writes; over the file if not given.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option(help="A folder for the standard lecture set of --model.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="The model of --figures; that of --recipe, where it has moved."),
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="The data of --recipe, where they have moved.")
    ] = None,
    device: Device = "auto",
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write films, pictures, plots and numbers for slides and papers."""
    if context.invoked_subcommand is not None:
        if recipe is not None or figures is not None:
            raise UserError("--recipe and --figures stand alone", "give no other command")
        refuse_before(context)
        return
    if recipe is not None and figures is not None:
        raise UserError("--recipe and --figures do not go together", "give one of them")
    if recipe is None and figures is None:
        raise UserError("Missing command", "give forward, reverse, ..., or --recipe, or --figures")
    if recipe is not None:
        from diffvis.cli.figures import remake_figure

        remake_figure(recipe, out or recipe, model, data, device, force)
        return
    assert figures is not None
    from diffvis.cli.figures import standard_set

    standard_set(figures, model, device, force)


for command in (forward, walks, reverse, nearest):
    export_app.command()(command)


@export_app.command()
@with_looks
def compare(
    out: Path,
    looks: Looks,
    models: Annotated[
        list[str] | None, typer.Argument(help="One model or several, by name or path.")
    ] = None,
    data: Data = None,
    sampler: Annotated[
        list[Sampler] | None, typer.Option(help="For each side, such as --sampler ddpm ...")
    ] = None,
    steps: Annotated[list[int] | None, typer.Option(help="For each side.")] = None,
    shift: Annotated[list[float] | None, typer.Option(help="For each side.")] = None,
    eta: Annotated[list[float] | None, typer.Option(help="For each side.")] = None,
    guidance: Annotated[list[float] | None, typer.Option(help="For each side.")] = None,
    schedule: Annotated[
        list[str] | None, typer.Option(help="For each side, with the exact denoiser of --data.")
    ] = None,
    timesteps: Timesteps = None,
    label: Label = "each",
    count: Count = None,
    seed: Seed = 0,
    t: Moment = None,
    device: Device = "auto",
) -> None:
    """Chains side by side from the same noise: samplers, models or schedules.

    An option that is given twice says what the two sides have; given once it holds for all. Where
    none is given twice: DDPM beside the sampler that is given, or beside DDIM.
    """
    from diffvis.cli.figures import compare_figure

    sides = {
        "sampler": [made.value for made in sampler or ()], "steps": list(steps or ()),
        "shift": list(shift or ()),
        "eta": list(eta or ()), "guidance": list(guidance or ()), "model": list(models or ()),
        "schedule": list(schedule or ()),
    }  # fmt: skip
    common = {"seed": seed, "count": count, "t": t}
    compare_figure(out, sides, data, timesteps, label, device, {**looks, **common})


@export_app.command()
@with_looks
def training(
    out: Path,
    looks: Looks,
    run: Annotated[str, typer.Argument(help="The folder of a run.")],
    view: Annotated[
        RunView, typer.Option(help="Samples on fixed noise as they improve, or the loss.")
    ] = RunView.samples,
    count: Count = None,
    step: Annotated[int | None, typer.Option(help="The step that one picture shows.")] = None,
) -> None:
    """A run learns: its samples over the steps, or its loss."""
    from diffvis.cli.figures import training_figure

    training_figure(out, run, {**looks, "view": view.value, "count": count, "t": step})


@export_app.command()
@with_looks
def schedule(
    out: Path,
    looks: Looks,
    kinds: Annotated[
        list[str] | None, typer.Argument(help="Kinds (cosine, ...), .json files or models.")
    ] = None,
    timesteps: Annotated[int, typer.Option(help="T.")] = 1000,
    view: Annotated[Quantity, typer.Option(help="What is plotted over t.")] = Quantity.alpha_bar,
    axis: Annotated[Axis, typer.Option(help="Over t, over log t or over t / T.")] = Axis.t,
) -> None:
    """A plot of noise schedules, or their numbers."""
    from diffvis.cli.figures import schedule_figure

    fields = {**looks, "view": view.value, "axis": axis.value}
    schedule_figure(out, list(kinds or ()), timesteps, fields)
