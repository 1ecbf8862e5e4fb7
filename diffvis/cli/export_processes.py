"""``diffvis export``: the forward process, the reverse process, and what belongs to them."""

from pathlib import Path
from typing import Annotated

import typer

from diffvis.cli.choices import Clip, Sampler, Shift, Variance
from diffvis.cli.export_options import (
    Begin,
    BeginT,
    Branches,
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
    ReverseView,
    Seed,
    Selected,
    Source,
    Steps,
    Times,
    Timesteps,
    VarianceOf,
    WalksView,
)
from diffvis.cli.looks import with_looks


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
        int | None, typer.Option(min=1, help="The point, from 1, whose q(x_t | x_0) is drawn.")
    ] = None,
    count: Count = None,
    first: Annotated[
        int | None,
        typer.Option(help="The samples from this number on; else some from all over the data."),
    ] = None,
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
        "view": view.value, "count": count, "first": first or 0, "spread": first is None,
        "seed": seed, "chain": chain, "t": t, "times": moments(times), "paths": paths,
        "kernel": None if kernel is None else kernel - 1,
    }  # fmt: skip
    forward_figure(out, model, data, schedule, timesteps, of_class, {**looks, **chosen})


@with_looks
def walks(
    out: Path,
    looks: Looks,
    model: Source = None,
    data: Data = None,
    schedule: Kind = None,
    timesteps: Timesteps = None,
    view: Annotated[
        WalksView, typer.Option(help="Over t, or where all of them are at --t.")
    ] = WalksView.walks,
    value: Annotated[float | None, typer.Option(help="x_0; else a value of the data.")] = None,
    first: Annotated[int, typer.Option(help="The number of the sample that has it.")] = 0,
    seed: Seed = 0,
    t: Moment = None,
) -> None:
    """Jump and walk: a value noised at once, and step by step, a thousand times each."""
    from diffvis.cli.figures import walks_figure

    chosen = {"view": view.value, "seed": seed, "t": t}
    walks_figure(out, model, data, schedule, timesteps, value, first, {**looks, **chosen})


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
    shift: Shift = 1.0,
    eta: Eta = 0.0,
    variance: VarianceOf = Variance.auto,
    clip: ClipOf = Clip.auto,
    label: Label = "each",
    guidance: Guidance = 1.0,
    count: Count = None,
    seed: Seed = 0,
    selected: Selected = 1,
    paths: Annotated[
        bool, typer.Option("--paths", help="Points: the ways of some of them so far.")
    ] = False,
    field: Annotated[
        FieldOf, typer.Option(help="Points: eps_hat or the score at every place, as arrows.")
    ] = FieldOf.none,
    shade: Annotated[
        bool, typer.Option("--shade", help="Points: the density of the data at the same t.")
    ] = False,
    begin: Begin = None,
    begin_t: BeginT = None,
    branch: Annotated[
        int | None,
        typer.Option(help="Freeze the sample --selected at this t, and go on with other noise."),
    ] = None,
    branches: Branches = None,
    t: Moment = None,
    times: Times = None,
    device: Device = "auto",
) -> None:
    """Samples emerge from noise, as the model steps back from T to 0.

    Without a model, the exact denoiser of --data (the Swiss roll).
    """
    from diffvis.cli.figures import moments, reverse_figure

    chosen = {
        "view": view.value, "sampler": sampler.value, "steps": steps, "shift": shift,
        "eta": eta, "variance": variance.value, "clip": clip.value, "guidance": guidance,
        "count": count, "seed": seed, "selected": selected - 1, "t": t, "times": moments(times),
        "paths": paths, "field": "" if field is FieldOf.none else field.value,
    }  # fmt: skip
    reverse_figure(
        out, model, data, label, device, shade, (begin, begin_t), (branch, branches),
        {**looks, **chosen},
    )  # fmt: skip


@with_looks
def nearest(
    out: Path,
    looks: Looks,
    model: Annotated[str, typer.Argument(help="A name, a run folder or a checkpoint.")],
    data: Data = None,
    sampler: Annotated[Sampler, typer.Option(help="The way back from noise.")] = Sampler.ddpm,
    steps: Steps = None,
    shift: Shift = 1.0,
    eta: Eta = 0.0,
    label: Label = "each",
    guidance: Guidance = 1.0,
    variance: VarianceOf = Variance.auto,
    clip: ClipOf = Clip.auto,
    count: Count = None,
    seed: Seed = 0,
    selected: Selected = 1,
    begin: Begin = None,
    begin_t: BeginT = None,
    t: Moment = None,
    device: Device = "auto",
) -> None:
    """A sample beside the training images nearest to it: made, or learned by heart?

    With --t it is where the model thinks, at that time, that the sample goes.
    """
    from diffvis.cli.figures import nearest_figure

    chosen = {
        "sampler": sampler.value, "steps": steps, "shift": shift, "eta": eta,
        "guidance": guidance, "variance": variance.value, "clip": clip.value, "count": count,
        "seed": seed, "selected": selected - 1, "t": t,
    }  # fmt: skip
    nearest_figure(out, model, data, label, device, (begin, begin_t), {**looks, **chosen})
