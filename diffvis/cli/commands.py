"""The commands and their options; the work of each is in a module that it imports when it runs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from diffvis.cli.options import (
    Device,
    Force,
    Model,
    Options,
    chain_options,
    part_options,
    with_options,
)

Preset = Annotated[
    str | None, typer.Option(help="Settings to begin with: a name, or a JSON file of your own.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="Any setting, such as --set ema_decay=0.99; see diffvis settings."),
]

Compared = Annotated[
    str | None, typer.Option(help="What to compare with; the model's own data if not given.")
]
Seeds = Annotated[int, typer.Option(min=1, help="How many, for error bars.")]
Bits = Annotated[int, typer.Option(min=0, help="Test images whose bits/dim are bounded.")]
Likelihood = Annotated[
    int, typer.Option(min=0, help="Held-out samples whose bits/dim the ODE of the model knows.")
]

OF_MODEL, OF_CODE = "Of a model", "Of a file of code"
"""Options of ``check``."""


def train(
    data: Annotated[str, typer.Argument(help="What to learn: a name or a path.")],
    out: Annotated[Path, typer.Option(help="The folder of the run.")],
    network: Annotated[str | None, typer.Option(help="The kind of network.")] = None,
    steps: Annotated[int | None, typer.Option(help="How many optimiser steps.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Be done in so many minutes, by as many steps as fit.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(help="Samples in a step.")] = None,
    lr: Annotated[float | None, typer.Option(help="The learning rate.")] = None,
    timesteps: Annotated[int | None, typer.Option(help="T, the steps of the chain.")] = None,
    schedule: Annotated[str | None, typer.Option(help="The noise schedule.")] = None,
    zero_snr: Annotated[
        bool, typer.Option("--zero-snr", help="Rescale it until x_T is noise alone.")
    ] = False,
    predict: Annotated[
        str | None,
        typer.Option("--predict", "--prediction", help="eps, x0, v, velocity or score."),
    ] = None,
    times: Annotated[
        str | None, typer.Option(help="How t is drawn: uniform, logit-normal or importance.")
    ] = None,
    pairing: Annotated[
        str | None, typer.Option(help="The noise of a sample: random, or optimal in the batch.")
    ] = None,
    reflow: Annotated[
        str | None, typer.Option(help="Learn pairs of noise and sample of this trained flow.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Decides all that is random.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = None,
    preset: Preset = None,
    start_from: Annotated[
        str | None,
        typer.Option("--from", help="Begin with the weights of a model: a name, run or file."),
    ] = None,
    settings: Settings = None,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write event files for TensorBoard as well.")
    ] = False,
    bug: Annotated[
        str | None, typer.Option(help="Train with this error of diffvis bugs in the code.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
) -> None:
    """Train a model into a run folder. What is not given comes from the preset for the data.

    torchrun --nproc-per-node=K -m diffvis train ... trains the same with K processes.
    """
    from diffvis.cli.settings import read_pairs
    from diffvis.cli.train import train_command

    given = {
        "network": network,
        "steps": steps,
        "minutes": minutes,
        "batch_size": batch_size,
        "lr": lr,
        "timesteps": timesteps,
        "schedule": schedule,
        "zero_snr": zero_snr or None,
        "predict": predict,
        "times": times,
        "pairing": pairing,
        "reflow": reflow,
        "seed": seed,
        "device": device,
        "start_from": start_from,
        "tensorboard": tensorboard or None,
    }
    given = {name: value for name, value in given.items() if value is not None}
    raise typer.Exit(
        train_command(data, out, read_pairs(settings or []) | given, preset, resume, bug or "")
    )


def settings(
    data: Annotated[
        str | None, typer.Argument(help="What would be learned; without it all settings are told.")
    ] = None,
    preset: Preset = None,
    settings: Settings = None,
) -> None:
    """Print training settings: a file to change and to give to train --preset."""
    from diffvis.cli.settings import show_settings

    show_settings(data, preset, settings or [])


@with_options(chain=Options(chain_options()), one=Options(part_options("OfSample", "only")))
def sample(
    model: Model,
    out: Annotated[Path, typer.Option(help="A .png grid, or the numbers as .npz.")],
    chain: dict[str, Any],
    one: dict[str, Any],
    device: Device = "auto",
    force: Force = False,
) -> None:
    """Draw samples from a model into a file."""
    from diffvis.cli.sample import sample_command

    sample_command(model, out, device, chain, one["only"], force)


@with_options(chain=Options(chain_options()))
def code(
    model: Model,
    chain: dict[str, Any],
    short: Annotated[
        bool, typer.Option("--short", help="Five lines with diffvis, rather than plain PyTorch.")
    ] = False,
) -> None:
    """Print the way from noise to data as a script of plain PyTorch, which makes the same samples.

    The window copies the same of all that it shows: Copy as Python.
    """
    from diffvis.cli.code import code_command

    code_command(model, chain, short)


@with_options(chain=Options(chain_options(count=1000)))
def evaluate(
    model: Model,
    chain: dict[str, Any],
    data: Compared = None,
    seeds: Seeds = 1,
    bits: Bits = 0,
    likelihood: Likelihood = 0,
    levels: Annotated[
        int | None,
        typer.Option(min=2, help="Values that a pixel can have; as the data tell if not given."),
    ] = None,
    fid: Annotated[
        bool,
        typer.Option(  # the backslash keeps what is in brackets from being taken for markup
            "--fid", help=r"The InceptionV3 FID as well; needs diffvis\[fid]."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    device: Device = "auto",
) -> None:
    """How good a model's samples are: distances to data, classes, nearest images, likelihood."""
    from diffvis.cli.evaluate import evaluate_command
    from diffvis.evaluation import Plan

    evaluate_command(
        model, data, Plan(seeds, bits, levels, fid, likelihood), as_json, device, chain
    )


@with_options(chain=Options(chain_options("count"), panel="The chains", listed=True))
def sweep(
    context: typer.Context,
    model: Model,
    out: Annotated[Path, typer.Option(help="The folder; of a sweep that was stopped, to go on.")],
    chain: dict[str, Any],
    count: Annotated[
        str | None,
        typer.Option(
            "--samples", "--count", help="Samples of each; 200 images or 2,000 points if not given."
        ),
    ] = None,
    measure: Annotated[
        str | None,
        typer.Option(help="What is drawn, such as frechet,recall: keys of diffvis evaluate."),
    ] = None,
    data: Compared = None,
    seeds: Seeds = 1,
    bits: Bits = 0,
    likelihood: Likelihood = 0,
    device: Device = "auto",
) -> None:
    """Measure samples under lists of settings: --steps 5,10,20,50 --eta 0,0.5,1.

    Every setting of a chain can be a list; all combinations are walked. The folder gets a table
    (CSV), a recipe (JSON) and a chart for each measure: over the first list of numbers, a curve
    for each of the others. The same command goes on where it was stopped.
    """
    from diffvis.cli.sweep import sweep_command
    from diffvis.evaluation import Plan

    given = {**chain, "count": count}
    lists = {name: given[name] for name in context.params if given.get(name) is not None}
    sweep_command(
        model, out, lists, measure, data, Plan(seeds, bits, likelihood=likelihood), device
    )


def check(
    target: Annotated[
        str,
        typer.Argument(
            help="A model (a name, a run folder, a checkpoint, a folder of diffusers), or a .py "
            "file or a notebook, whose code is run."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: Annotated[
        str | None,
        typer.Option(
            help="What it learned; the model's own data if not given.", rich_help_panel=OF_MODEL
        ),
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="auto, cpu, cuda, cuda:1, mps.", rich_help_panel=OF_MODEL)
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            help="Which function is which: --name q_sample=forward_diffuse.",
            rich_help_panel=OF_CODE,
        ),
    ] = None,
    args: Annotated[
        list[str] | None,
        typer.Option(
            help="What its parameters are, in order: --args q_sample=x0,t,noise.",
            rich_help_panel=OF_CODE,
        ),
    ] = None,
    seconds: Annotated[
        int | None,
        typer.Option(min=1, help="The most that it may take; 60.", rich_help_panel=OF_CODE),
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option(min=64, help="The most memory, in MB; 2048.", rich_help_panel=OF_CODE),
    ] = None,
) -> None:
    """Say what is wrong with a model or with a student's functions.

    Of a model: whether it is read rightly, or which reading fits better (eps, x0 or v, time,
    schedule, range of the data). Of code: which functions differ from the papers, and which of
    diffvis bugs fits. The exit status is 0 where all is right, 1 where something is not, 2 where
    nothing could be judged.
    """
    from diffvis.cli.check import check_command

    of_model = {"data": data, "device": device}
    of_code = {"name": name, "args": args, "seconds": seconds, "memory": memory}
    raise typer.Exit(check_command(target, as_json, of_model, of_code))


def lecture(
    file: Annotated[str, typer.Argument(help="A .diffvis file, or a name that comes with it.")],
    export: Annotated[
        Path | None, typer.Option(help="A folder for a still and a film of every scene.")
    ] = None,
    pptx: Annotated[
        bool,
        typer.Option("--pptx", help=r"With --export: a PowerPoint deck of it; diffvis\[slides]."),
    ] = False,
    latex: Annotated[
        bool, typer.Option("--latex", help="With --export: a Beamer document of it.")
    ] = False,
    theme: Annotated[str | None, typer.Option(help="dark, light or system.")] = None,
    size: Annotated[
        str | None, typer.Option(help="Of the window or the files, such as 1920x1080.")
    ] = None,
    presentation: Annotated[
        bool, typer.Option("--presentation", help="Large type and no chrome, for a projector.")
    ] = False,
    force: Force = False,
) -> None:
    """Open a lecture in the window, or write its scenes as files, or as a deck of slides."""
    from diffvis.cli.lecture import lecture_command

    if pptx and latex:
        raise typer.BadParameter("--pptx and --latex do not go together: give one of them")
    deck = ".pptx" if pptx else ".tex" if latex else ""
    raise typer.Exit(lecture_command(file, export, deck, theme, size, presentation, force))


def models() -> None:
    """List the models that can be given by name, and the runs on this machine."""
    from diffvis.cli.lists import list_models

    list_models()


def data(
    name: Annotated[
        str | None, typer.Argument(help="What to look into: a name or a path.", show_default=False)
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Draw examples into this PNG file.", show_default=False)
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch it if it is not on this machine.")
    ] = False,
    force: Force = False,
) -> None:
    """List the data that can be given by name, or say what is in one set."""
    from diffvis.cli.data import list_data, show_data

    if name is None:
        if sheet is not None or download:
            raise typer.BadParameter("name the data set")
        list_data()
    else:
        show_data(name, sheet, download, force)


def networks(
    data: Annotated[
        str | None, typer.Argument(help="Only what can learn this data.", show_default=False)
    ] = None,
) -> None:
    """List the networks: what each is, costs, and can be told."""
    from diffvis.cli.networks import list_networks

    list_networks(data)


def inspect(
    file: Annotated[Path, typer.Argument(help="Any file or folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what a file or folder is, and the line to type next; nothing in it is executed."""
    from diffvis.cli.inspect import inspect_command

    inspect_command(file, as_json)


def doctor() -> None:
    """Say what is here, such as versions, display, GPU and disk, and what to do where it is not."""
    from diffvis.cli.doctor import doctor_command

    raise typer.Exit(doctor_command())


def bugs(
    name: Annotated[
        str | None, typer.Argument(help="The one to be explained.", show_default=False)
    ] = None,
) -> None:
    """List the errors that real code has had, or explain one: right beside wrong."""
    from diffvis.cli.bugs import explain_bug, list_bugs

    if name is None:
        list_bugs()
    else:
        explain_bug(name)


COMMANDS = (
    train, settings, sample, code, evaluate, sweep, check, bugs, lecture, models, data, networks,
    inspect, doctor,
)  # fmt: skip
