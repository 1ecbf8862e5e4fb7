"""``diffvis export``: the forward and the reverse process as files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from diffvis.cli.choices import Sampler
from diffvis.cli.sizes import parse_size
from diffvis.errors import UserError

export_app = typer.Typer(help="Write the forward or the reverse process as GIF or PNG.")

Out = Annotated[Path, typer.Option(help="A .gif film, or a .png of one moment.")]
Source = Annotated[str | None, typer.Argument(help="A name, a run folder or a checkpoint.")]
Data = Annotated[str | None, typer.Option(help="The data: a name or a path.")]
Kind = Annotated[str | None, typer.Option(help="Another noise schedule.")]
Steps = Annotated[int | None, typer.Option(help="Steps of the chain; T if not given.")]
Count = Annotated[int | None, typer.Option(help="How many samples.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same file.")]
Moment = Annotated[int | None, typer.Option(help="The time that a .png shows.")]
Size = Annotated[str, typer.Option(help="Width x height in pixels.")]
Frames = Annotated[int, typer.Option(help="How many frames, at times of even change.")]
FrameMs = Annotated[int, typer.Option(help="Milliseconds of a frame.")]
HoldMs = Annotated[int, typer.Option(help="Milliseconds of the last frame.")]
TextScale = Annotated[float, typer.Option(help="Larger or smaller words.")]
Caption = Annotated[bool, typer.Option(help="The line with t below the picture.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")]


class Look(StrEnum):
    dark = "dark"
    light = "light"


class View(StrEnum):
    samples = "samples"
    prediction = "prediction"
    step = "step"


@export_app.command()
def forward(
    out: Out,
    model: Source = None,
    data: Data = None,
    schedule: Kind = None,
    timesteps: Annotated[int | None, typer.Option(help="T of --schedule.")] = None,
    count: Count = None,
    first: Annotated[int, typer.Option(help="The number of the first sample.")] = 0,
    seed: Seed = 0,
    chain: Annotated[
        bool, typer.Option("--chain", help="The true Markov chain, not the closed form.")
    ] = False,
    t: Moment = None,
    size: Size = "1280x720",
    frames: Frames = 50,
    frame_ms: FrameMs = 60,
    hold_ms: HoldMs = 2000,
    style: Annotated[Look, typer.Option(help="The look.")] = Look.dark,
    text_scale: TextScale = 1.0,
    caption: Caption = True,
    force: Force = False,
) -> None:
    """Data drowns in noise: x_t = √ᾱ x_0 + √(1−ᾱ) ε, term by term.

    With a model, its schedule and its data; else --data (the Swiss roll) and the schedule that
    suits it.
    """
    _may_write(out, force)
    from diffvis.cli.figures import forward_figure
    from diffvis.rendering.spec import ExportSpec

    spec = ExportSpec(
        size=parse_size(size),
        frames=frames,
        frame_ms=frame_ms,
        hold_ms=hold_ms,
        style=style.value,
        text_scale=text_scale,
        caption=caption,
        t=t,
        seed=seed,
        count=count,
        first=first,
        chain=chain,
    )
    forward_figure(out, model, data, schedule, timesteps, spec)


@export_app.command()
def reverse(
    out: Out,
    model: Source = None,
    data: Data = None,
    sampler: Annotated[Sampler, typer.Option(help="The way back from noise.")] = Sampler.ddpm,
    steps: Steps = None,
    eta: Annotated[float, typer.Option(help="How noisy DDIM is, 0 to 1.")] = 0.0,
    count: Count = None,
    seed: Seed = 0,
    view: Annotated[
        View, typer.Option(help="The samples, also where they go, or one step in full.")
    ] = View.samples,
    selected: Annotated[int, typer.Option(help="The sample whose step is shown, from 1.")] = 1,
    t: Moment = None,
    size: Size = "1280x720",
    frames: Frames = 50,
    frame_ms: FrameMs = 60,
    hold_ms: HoldMs = 2000,
    style: Annotated[Look, typer.Option(help="The look.")] = Look.dark,
    text_scale: TextScale = 1.0,
    caption: Caption = True,
    device: Device = "auto",
    force: Force = False,
) -> None:
    """Samples emerge from noise, as the model steps back from T to 0.

    Without a model, the exact denoiser of --data (the Swiss roll).
    """
    _may_write(out, force)
    from diffvis.cli.figures import reverse_figure
    from diffvis.rendering.spec import ExportSpec

    spec = ExportSpec(
        size=parse_size(size),
        frames=frames,
        frame_ms=frame_ms,
        hold_ms=hold_ms,
        style=style.value,
        text_scale=text_scale,
        caption=caption,
        t=t,
        seed=seed,
        count=count,
        view=view.value,
        selected=selected - 1,
        sampler=sampler.value,
        steps=steps,
        eta=eta,
    )
    reverse_figure(out, model, data, device, spec)


def _may_write(out: Path, force: bool) -> None:
    if out.is_file() and not force:
        raise UserError(f"{out} exists already", "choose another name, or add --force")
