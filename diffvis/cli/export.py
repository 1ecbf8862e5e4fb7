"""``diffvis export``: processes, comparisons, runs and schedules as files."""

from pathlib import Path
from typing import Annotated

import typer

from diffvis.cli.choices import Clip, Sampler, Variance
from diffvis.cli.export_options import (
    Axis,
    ClipOf,
    Count,
    Data,
    Device,
    Eta,
    FieldOf,
    ForwardView,
    Guidance,
    Kind,
    Label,
    Looks,
    Moment,
    Quantity,
    ReverseView,
    RunView,
    Seed,
    Source,
    Steps,
    Times,
    Timesteps,
    VarianceOf,
)
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
    device: Device = "auto",
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write films, pictures, plots and numbers for slides and papers."""
    if context.invoked_subcommand is not None:
        if recipe is not None or figures is not None:
            raise UserError("--recipe and --figures stand alone", "give no other command")
        return
    if recipe is not None and figures is not None:
        raise UserError("--recipe and --figures do not go together", "give one of them")
    if recipe is None and figures is None:
        raise UserError("Missing command", "give forward, reverse, ..., or --recipe, or --figures")
    if recipe is not None:
        from diffvis.cli.figures import remake_figure

        remake_figure(recipe, out or recipe, model, device, force)
        return
    assert figures is not None
    from diffvis.cli.figures import standard_set

    standard_set(figures, model, device, force)


@export_app.command()
@with_looks
def forward(
    out: Path,
    looks: Looks,
    model: Source = None,
    data: Data = None,
    schedule: Kind = None,
    timesteps: Timesteps = None,
    view: Annotated[
        ForwardView,
        typer.Option(
            help="x_t term by term; x_t alone: images large, points as a cloud or their density; "
            "or moments side by side."
        ),
    ] = ForwardView.equation,
    paths: Annotated[
        bool, typer.Option("--paths", help="The ways of some points, over cloud or density.")
    ] = False,
    kernel: Annotated[
        int | None, typer.Option(help="The point, from 1, whose q(x_t | x_0) is drawn there.")
    ] = None,
    count: Count = None,
    first: Annotated[int, typer.Option(help="The number of the first sample.")] = 0,
    of_class: Annotated[
        str | None, typer.Option("--class", help="Samples of this class only: name or number.")
    ] = None,
    seed: Seed = 0,
    chain: Annotated[
        bool, typer.Option("--chain", help="The true Markov chain, not the closed form.")
    ] = False,
    t: Moment = None,
    times: Times = None,
) -> None:
    """Data drowns in noise: x_t = √ᾱ x_0 + √(1−ᾱ) ε, term by term.

    With a model, its schedule and its data; else --data (the Swiss roll) and the schedule that
    suits it.
    """
    from diffvis.cli.figures import forward_figure, moments

    chosen = {
        "view": view.value, "count": count, "first": first, "seed": seed, "chain": chain, "t": t,
        "times": moments(times), "paths": paths, "kernel": None if kernel is None else kernel - 1,
    }  # fmt: skip
    forward_figure(out, model, data, schedule, timesteps, of_class, {**looks, **chosen})


@export_app.command()
@with_looks
def reverse(
    out: Path,
    looks: Looks,
    model: Source = None,
    data: Data = None,
    view: Annotated[
        ReverseView,
        typer.Option(help="Samples, also where they go, one step in full, moments, one sample."),
    ] = ReverseView.samples,
    sampler: Annotated[Sampler, typer.Option(help="The way back from noise.")] = Sampler.ddpm,
    steps: Steps = None,
    eta: Eta = 0.0,
    variance: VarianceOf = Variance.auto,
    clip: ClipOf = Clip.auto,
    label: Label = "each",
    guidance: Guidance = 1.0,
    count: Count = None,
    seed: Seed = 0,
    selected: Annotated[int, typer.Option(help="The sample that is shown, from 1.")] = 1,
    paths: Annotated[
        bool, typer.Option("--paths", help="Points: the ways of some of them so far.")
    ] = False,
    field: Annotated[
        FieldOf, typer.Option(help="Points: eps_hat or the score at every place, as arrows.")
    ] = FieldOf.none,
    shade: Annotated[
        bool, typer.Option("--shade", help="Points: the density of the data at the same t.")
    ] = False,
    begin: Annotated[
        str | None,
        typer.Option(help="Begin with this sample of the data, from 1, or a picture file."),
    ] = None,
    begin_t: Annotated[
        int | None, typer.Option(help="The t to which it is noised; half of T if not given.")
    ] = None,
    branch: Annotated[
        int | None,
        typer.Option(help="Freeze the sample --selected at this t, and go on with other noise."),
    ] = None,
    branches: Annotated[int, typer.Option(help="How often it goes on.")] = 16,
    t: Moment = None,
    times: Times = None,
    device: Device = "auto",
) -> None:
    """Samples emerge from noise, as the model steps back from T to 0.

    Without a model, the exact denoiser of --data (the Swiss roll).
    """
    from diffvis.cli.figures import moments, reverse_figure

    chosen = {
        "view": view.value, "sampler": sampler.value, "steps": steps, "eta": eta,
        "variance": variance.value, "clip": clip.value, "guidance": guidance, "count": count,
        "seed": seed, "selected": selected - 1, "t": t, "times": moments(times), "paths": paths,
        "field": "" if field is FieldOf.none else field.value,
    }  # fmt: skip
    reverse_figure(
        out, model, data, label, device, shade, (begin, begin_t), (branch, branches),
        {**looks, **chosen},
    )  # fmt: skip


@export_app.command()
@with_looks
def nearest(
    out: Path,
    looks: Looks,
    model: Annotated[str, typer.Argument(help="A name, a run folder or a checkpoint.")],
    data: Data = None,
    sampler: Annotated[Sampler, typer.Option(help="The way back from noise.")] = Sampler.ddpm,
    steps: Steps = None,
    eta: Eta = 0.0,
    label: Label = "each",
    guidance: Guidance = 1.0,
    count: Count = None,
    seed: Seed = 0,
    selected: Annotated[int, typer.Option(help="The sample that is shown, from 1.")] = 1,
    t: Moment = None,
    device: Device = "auto",
) -> None:
    """A sample beside the training images nearest to it: made, or learned by heart?

    With --t it is where the model thinks, at that time, that the sample goes.
    """
    from diffvis.cli.figures import nearest_figure

    chosen = {
        "sampler": sampler.value, "steps": steps, "eta": eta, "guidance": guidance, "count": count,
        "seed": seed, "selected": selected - 1, "t": t,
    }  # fmt: skip
    nearest_figure(out, model, data, label, device, {**looks, **chosen})


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

    An option that is given twice says what the two sides have; given once it holds for all. With
    nothing but a model: DDPM beside DDIM.
    """
    from diffvis.cli.figures import compare_figure

    sides = {
        "sampler": [made.value for made in sampler or ()], "steps": list(steps or ()),
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
