"""The options that the commands of ``diffvis export`` share, and what there is to choose."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from diffvis.cli.options import Options, chain_options, part_options

Source = Annotated[str | None, typer.Argument(help="A name, a run folder or a checkpoint.")]
Data = Annotated[str | None, typer.Option(help="The data: a name or a path.")]
Kind = Annotated[str | None, typer.Option(help="Another noise schedule: a kind, or a .json file.")]
Timesteps = Annotated[int | None, typer.Option(help="T of --schedule.")]
Begin = Annotated[
    str | None,
    typer.Option(
        help="Begin with this sample of the data, a picture file, or sample: the model's own."
    ),
]
BeginT = Annotated[int | None, typer.Option(help="The t to which it is noised; half of T if none.")]
Branches = Annotated[int | None, typer.Option(min=1, help="How often it goes on; 16 if not told.")]
Out = Annotated[
    Path,
    typer.Option(
        help="The file; its ending says the format: .gif .mp4 .webp .apng .html .zip .frames "
        ".png .svg .pdf .csv .npz, where they fit."
    ),
]
Fields = dict[str, Any]
"""Settings of an export by name, as ``ExportSpec`` takes them."""

FILM = Options(part_options("Film"), panel="The film")
PICTURE = Options(part_options("Picture"), panel="The picture")
LOG = Options(part_options("OfPlot", "log"), panel="The picture")
CHAIN = Options(chain_options(count=None), panel="The chain")


class ForwardView(StrEnum):
    equation = "equation"
    large = "large"
    cloud = "cloud"
    density = "density"
    heatmap = "heatmap"
    space = "space"
    strip = "strip"


class ReverseView(StrEnum):
    samples = "samples"
    prediction = "prediction"
    heatmap = "heatmap"
    space = "space"
    step = "step"
    strip = "strip"
    single = "single"


class WalksView(StrEnum):
    walks = "walks"
    places = "places"


class StepView(StrEnum):
    steps = "steps"
    divergence = "divergence"
    over_t = "over-t"


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
    strips = "strips"
