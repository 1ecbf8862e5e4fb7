"""The options that the commands of ``diffvis export`` share, and what there is to choose."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from diffvis.cli.choices import Clip, Variance

Source = Annotated[str | None, typer.Argument(help="A name, a run folder or a checkpoint.")]
Data = Annotated[str | None, typer.Option(help="The data: a name or a path.")]
Kind = Annotated[str | None, typer.Option(help="Another noise schedule: a kind, or a .json file.")]
Timesteps = Annotated[int | None, typer.Option(help="T of --schedule.")]
Steps = Annotated[int | None, typer.Option(help="Steps of the chain; T if not given.")]
Count = Annotated[int | None, typer.Option(help="How many samples.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same file.")]
Moment = Annotated[int | None, typer.Option(help="The time that one picture shows.")]
Times = Annotated[str | None, typer.Option(help="The times of a strip, such as 0,20,50,100,300.")]
Eta = Annotated[float, typer.Option(help="How noisy DDIM is, 0 to 1.")]
Label = Annotated[str, typer.Option(help="A class: name, number, each or none.")]
Guidance = Annotated[float, typer.Option(help="How much the class counts.")]
VarianceOf = Annotated[Variance, typer.Option(help="Of DDPM's steps.")]
ClipOf = Annotated[Clip, typer.Option(help="How x0_hat is kept in range.")]
Begin = Annotated[
    str | None, typer.Option(help="Begin with this sample of the data, from 0, or a picture file.")
]
BeginT = Annotated[int | None, typer.Option(help="The t to which it is noised; half of T if none.")]
Branches = Annotated[int | None, typer.Option(min=1, help="How often it goes on; 16 if not told.")]
Selected = Annotated[int, typer.Option(min=1, help="The sample that is shown, from 1.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")]
Looks = dict[str, Any]


class ForwardView(StrEnum):
    equation = "equation"
    large = "large"
    cloud = "cloud"
    density = "density"
    strip = "strip"


class ReverseView(StrEnum):
    samples = "samples"
    prediction = "prediction"
    step = "step"
    strip = "strip"
    single = "single"


class FieldOf(StrEnum):
    none = "none"
    eps = "eps"
    score = "score"


class WalksView(StrEnum):
    walks = "walks"
    places = "places"


class RunView(StrEnum):
    samples = "samples"
    strip = "strip"
    loss = "loss"


class Quantity(StrEnum):
    alpha_bar = "alpha_bar"
    signal = "signal"
    noise = "noise"
    beta = "beta"
    small = "small"
    sigma = "sigma"
    snr = "snr"
    log_snr = "log_snr"
    ratio = "ratio"
    mean_x0 = "mean_x0"
    mean_x_t = "mean_x_t"
    mean_eps = "mean_eps"


class Axis(StrEnum):
    t = "t"
    log = "log"
    part = "part"
