"""``diffvis export``: the forward process, the reverse process, and what belongs to them."""

from typing import Annotated

import typer

from diffvis.cli.export_options import (
    CHAIN,
    FILM,
    LOG,
    PICTURE,
    Begin,
    BeginT,
    Branches,
    Data,
    Fields,
    ForwardView,
    Kind,
    Out,
    ReverseView,
    Source,
    StepView,
    Timesteps,
    WalksView,
)
from diffvis.cli.options import Device, Force, Model, Options, part_options, with_options
from diffvis.cli.output import may_write, with_poster


@with_options(
    shown=Options(part_options("Shown", "count", "seed", "t", "times", "at")),
    own=Options(part_options("OfForward", "first", "of_class", "chain", "kernel", "velocity")),
    points=Options(part_options("OfPoints", "paths", "turn", "tilt")),
    film=FILM, picture=PICTURE, plot=LOG,
)  # fmt: skip
def forward(
    out: Out,
    shown: Fields,
    own: Fields,
    points: Fields,
    film: Fields,
    picture: Fields,
    plot: Fields,
    model: Source = None,
    data: Data = None,
    schedule: Kind = None,
    timesteps: Timesteps = None,
    view: Annotated[
        ForwardView,
        typer.Option(
            help="x_t term by term; x_t alone: images large, points as a cloud or their density; "
            "points on a line over t; points in space; or moments side by side."
        ),
    ] = ForwardView.equation,
    force: Force = False,
) -> None:
    """Data drowns in noise: x_t = √ᾱ x_0 + √(1−ᾱ) ε, term by term.

    With a model, its schedule and its data; else --data (the Swiss roll) and the schedule that
    suits it.
    """
    from diffvis.cli.figures import forward_figure

    may_write(force, *with_poster(out, film))
    fields = {**film, **picture, **plot, **shown, **own, **points, "view": view.value}
    fields |= {"spread": own["first"] is None, "first": own["first"] or 0}
    forward_figure(out, model, data, schedule, timesteps, fields)


@with_options(
    shown=Options(part_options("Shown", "seed", "t")),
    own=Options(part_options("OfForward", "first")),
    film=FILM, picture=PICTURE, plot=LOG,
)  # fmt: skip
def walks(
    out: Out,
    shown: Fields,
    own: Fields,
    film: Fields,
    picture: Fields,
    plot: Fields,
    model: Source = None,
    data: Data = None,
    schedule: Kind = None,
    timesteps: Timesteps = None,
    view: Annotated[
        WalksView, typer.Option(help="Over t, or where all of them are at --t.")
    ] = WalksView.walks,
    value: Annotated[
        float | None, typer.Option(help="x_0; else a value of the sample --first.")
    ] = None,
    force: Force = False,
) -> None:
    """Jump and walk: a value noised at once, and step by step, a thousand times each."""
    from diffvis.cli.figures import walks_figure

    may_write(force, *with_poster(out, film))
    fields = {**film, **picture, **plot, **shown, **own, "view": view.value}
    walks_figure(out, model, data, schedule, timesteps, value, fields)


@with_options(
    shown=Options(part_options("Shown", "seed", "t", "times")),
    own=Options(part_options("OfForward", "first")),
    picture=PICTURE, plot=LOG,
)  # fmt: skip
def true_reverse(
    out: Out,
    shown: Fields,
    own: Fields,
    picture: Fields,
    plot: Fields,
    model: Source = None,
    data: Data = None,
    schedule: Kind = None,
    timesteps: Timesteps = None,
    view: Annotated[
        StepView,
        typer.Option(
            help="The step to each of --times; or how far it is from a Gaussian, over the stride "
            "or over t."
        ),
    ] = StepView.steps,
    place: Annotated[
        str | None,
        typer.Option("--x", help="x_t, such as 0.3,-1; else the sample --first noised to --t."),
    ] = None,
    force: Force = False,
) -> None:
    """Is the step back a Gaussian? The true q(x_s | x_t) beside what DDPM draws from, for points.

    --times are the s of the steps; without them a small, a larger and the largest stride.
    """
    from diffvis.cli.figures import true_reverse_figure

    may_write(force, out)
    fields = {**picture, **plot, **shown, **own, "view": view.value}
    true_reverse_figure(out, model, data, schedule, timesteps, place, fields)


@with_options(
    chain=CHAIN,
    shown=Options(part_options("Shown", "t", "times", "at")),
    points=Options(part_options("OfPoints")),
    one=Options(part_options("OfSample", "selected")),
    film=FILM, picture=PICTURE, plot=LOG,
)  # fmt: skip
def reverse(
    out: Out,
    chain: Fields,
    shown: Fields,
    points: Fields,
    one: Fields,
    film: Fields,
    picture: Fields,
    plot: Fields,
    model: Source = None,
    data: Data = None,
    view: Annotated[
        ReverseView,
        typer.Option(
            help="Samples, also where they go, points on a line over t, points in space (flat ones "
            "with t as third axis), one step in full, moments, one sample."
        ),
    ] = ReverseView.samples,
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
    device: Device = "auto",
    force: Force = False,
) -> None:
    """Samples emerge from noise, as the model steps back from T to 0.

    Without a model, the exact denoiser of --data (the Swiss roll).
    """
    from diffvis.cli.figures import reverse_figure

    may_write(force, *with_poster(out, film))
    fields = {
        **film, **picture, **plot, **chain, **shown, **points, **one, "view": view.value
    }  # fmt: skip
    reverse_figure(out, model, data, device, shade, (begin, begin_t), (branch, branches), fields)


@with_options(
    chain=CHAIN,
    shown=Options(part_options("Shown", "t")),
    one=Options(part_options("OfSample", "selected")),
    film=FILM, picture=PICTURE, plot=LOG,
)  # fmt: skip
def nearest(
    out: Out,
    chain: Fields,
    shown: Fields,
    one: Fields,
    film: Fields,
    picture: Fields,
    plot: Fields,
    model: Model,
    data: Data = None,
    begin: Begin = None,
    begin_t: BeginT = None,
    device: Device = "auto",
    force: Force = False,
) -> None:
    """A sample beside the training images nearest to it: made, or learned by heart?

    With --t it is where the model thinks, at that time, that the sample goes.
    """
    from diffvis.cli.figures import nearest_figure

    may_write(force, *with_poster(out, film))
    fields = {**film, **picture, **plot, **chain, **shown, **one}
    nearest_figure(out, model, data, device, (begin, begin_t), fields)
