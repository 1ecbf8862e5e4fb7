"""``diffvis export``: processes, comparisons, runs and schedules as files."""

from pathlib import Path
from typing import Annotated

import typer

from diffvis.cli.before import refuse_before
from diffvis.cli.bench import TOOLS
from diffvis.cli.export_options import (
    FILM,
    LOG,
    PICTURE,
    Begin,
    BeginT,
    Data,
    Fields,
    Out,
    Quantity,
    RunView,
    Source,
    Timesteps,
)
from diffvis.cli.export_processes import forward, nearest, reverse, true_reverse, walks
from diffvis.cli.options import (
    Device,
    Force,
    Options,
    chain_options,
    part_options,
    with_options,
)
from diffvis.cli.output import may_write, with_poster
from diffvis.errors import UserError


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
    force: Force = False,
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


@with_options(
    chain=Options(chain_options(), panel="The chains", each_side=True),
    shown=Options(part_options("Shown", "t")),
    film=FILM, picture=PICTURE, plot=LOG,
)  # fmt: skip
def compare(
    out: Out,
    chain: Fields,
    shown: Fields,
    film: Fields,
    picture: Fields,
    plot: Fields,
    models: Annotated[
        list[str] | None, typer.Argument(help="One model or several, by name or path.")
    ] = None,
    data: Data = None,
    schedule: Annotated[
        list[str] | None, typer.Option(help="For each side, with the exact denoiser of --data.")
    ] = None,
    timesteps: Timesteps = None,
    bug: Annotated[
        str | None,
        typer.Option(help="One chain beside itself with this error of diffvis bugs in its code."),
    ] = None,
    begin: Begin = None,
    begin_t: BeginT = None,
    device: Device = "auto",
    force: Force = False,
) -> None:
    """Chains side by side from the same noise: samplers, models or schedules; or right and wrong.

    An option that is given twice says what the two sides have; given once it holds for all. Where
    none is given twice: DDPM beside the sampler that is given, or beside DDIM.
    """
    may_write(force, *with_poster(out, film))
    fields = {**film, **picture, **plot, **shown}
    sides = {**chain, "model": list(models or ()), "schedule": list(schedule or ())}
    if bug is None:
        from diffvis.cli.figures import compare_figure

        compare_figure(out, sides, data, timesteps, device, fields, (begin, begin_t))
    else:
        from diffvis.cli.bug_figure import bug_figure

        bug_figure(out, bug, sides, data, timesteps, device, fields, (begin, begin_t))


@with_options(
    shown=Options(part_options("Shown", "count")),
    plot=Options(part_options("OfPlot", "log", "marks"), panel="The picture"),
    film=FILM, picture=PICTURE,
)  # fmt: skip
def training(
    out: Out,
    shown: Fields,
    film: Fields,
    picture: Fields,
    plot: Fields,
    run: Annotated[str, typer.Argument(help="The folder of a run.")],
    view: Annotated[
        RunView, typer.Option(help="Samples on fixed noise as they improve, or the loss.")
    ] = RunView.samples,
    step: Annotated[int | None, typer.Option(help="The step that one picture shows.")] = None,
    floor: Annotated[
        bool, typer.Option("--floor", help="Of the loss: what no network can get below.")
    ] = False,
    force: Force = False,
) -> None:
    """A run learns: its samples over the steps, or its loss."""
    from diffvis.cli.figures import training_figure

    may_write(force, *with_poster(out, film))
    fields = {**film, **picture, **plot, **shown, "view": view.value, "t": step}
    training_figure(out, run, floor, fields)


@with_options(
    axis=Options(part_options("OfPlot", "axis")),
    shown=Options(part_options("Shown", "count", "seed", "t", "times")),
    film=FILM, picture=PICTURE, plot=LOG,
)  # fmt: skip
def schedule(
    out: Out,
    shown: Fields,
    axis: Fields,
    film: Fields,
    picture: Fields,
    plot: Fields,
    kinds: Annotated[
        list[str] | None, typer.Argument(help="Kinds (cosine, ...), .json files or models.")
    ] = None,
    timesteps: Annotated[int, typer.Option(help="T.")] = 1000,
    view: Annotated[
        Quantity, typer.Option(help="What is plotted over t; or strips of --data, under each.")
    ] = Quantity.alpha_bar,
    data: Data = None,
    force: Force = False,
) -> None:
    """A plot of noise schedules, or their numbers."""
    from diffvis.cli.figures import schedule_figure

    may_write(force, *with_poster(out, film))
    fields = {**film, **picture, **plot, **axis, **shown, "view": view.value}
    schedule_figure(out, list(kinds or ()), timesteps, data, fields)


@with_options(picture=PICTURE, plot=LOG)
def sweep(
    out: Out,
    picture: Fields,
    plot: Fields,
    folder: Annotated[str, typer.Argument(help="A folder that diffvis sweep has made.")],
    measure: Annotated[
        str, typer.Option(help="What is drawn: a column of its table; the first if none.")
    ] = "",
    force: Force = False,
) -> None:
    """A chart of a sweep, as far as it has come, or its table."""
    from diffvis.cli.figures import sweep_figure

    may_write(force, out)
    sweep_figure(out, folder, {**picture, **plot, "view": measure})


@with_options(
    shown=Options(part_options("Shown", "count", "seed", "times")),
    study=Options(part_options("OfStudy")), picture=PICTURE,
)  # fmt: skip
def figure(
    out: Out,
    shown: Fields,
    study: Fields,
    picture: Fields,
    name: Annotated[
        str | None, typer.Argument(help="Which figure: docs/course-map.md; all are named if none.")
    ] = None,
    model: Source = None,
    data: Data = None,
    table: Annotated[
        Path | None, typer.Option(help="A .csv as well, with the numbers that are drawn.")
    ] = None,
    device: Device = "auto",
    force: Force = False,
) -> None:
    """A figure of a paper or a course over its caption, of a model or of digits."""
    from diffvis.cli.course import course_figure

    may_write(force, *filter(None, (out, table)))
    course_figure(out, table, name, model, data, device, {**picture, **shown, **study})


EXPORTS = (
    forward, walks, true_reverse, reverse, nearest, compare, training, schedule, sweep, figure,
    *TOOLS,
)  # fmt: skip
