"""The work of ``diffvis export``: from names and paths to a written file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from diffvis.cli.beginning import beginning_of, branches_of
from diffvis.cli.figure_files import Fields, check_fields, follow
from diffvis.cli.figure_sources import (
    class_in,
    data_and_schedule,
    learned_data,
    models_of,
    schedule_for,
    schedule_of,
)
from diffvis.cli.idle import note_idle
from diffvis.cli.opening import open_data_of, open_with_bar
from diffvis.cli.output import may_write, note, wrote
from diffvis.data.catalogue import DEFAULT
from diffvis.data.dataset import Dataset
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.schedule import SCHEDULE_KINDS
from diffvis.errors import UserError
from diffvis.models.model import exact_model, open_model
from diffvis.models.schedule_file import is_schedule_file, load_schedule
from diffvis.rendering.figures import INDEX, standard_figures, write_index
from diffvis.rendering.formats.registry import check_target
from diffvis.rendering.origin import choose_samples
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import IMAGES, POINTS, ExportSpec
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.nearest import Nearest
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import STRIPS, Schedules
from diffvis.rendering.subjects.subject import endings, limit_times
from diffvis.rendering.subjects.sweep import Sweep
from diffvis.rendering.subjects.training import Training
from diffvis.rendering.subjects.true_step import TrueStep
from diffvis.rendering.subjects.walks import Walks
from diffvis.rendering.walks import walked_value
from diffvis.sampling.classes import EACH, NONE, class_of
from diffvis.sampling.settings import ChainSettings, chain_settings
from diffvis.training.device import resolve_device
from diffvis.training.floor import floor as find_floor

BRANCHES = 16  # if not told


def forward_figure(
    out: Path,
    source: str | None,
    data: str | None,
    kind: str | None,
    timesteps: int | None,
    fields: Fields,
) -> None:
    """Write the noising of ``data`` by the schedule of the model ``source``, or by another."""
    check_fields(out, fields)
    dataset, schedule = data_and_schedule(source, data, kind, timesteps)
    spec = ExportSpec(**{**fields, "of_class": class_in(dataset, fields["of_class"])})
    subject = Forward(dataset, schedule)
    follow(out, subject, spec, shown=subject.share(spec))


def walks_figure(
    out: Path,
    source: str | None,
    data: str | None,
    kind: str | None,
    timesteps: int | None,
    value: float | None,
    fields: Fields,
) -> None:
    """Write how a ``value``, or one of the ``first`` of the data, is noised by a schedule
    as in ``forward_figure``.
    """
    check_fields(out, fields)
    first = fields["first"] or 0
    fields = {**fields, "first": first}
    dataset, schedule = data_and_schedule(source, data, kind, timesteps)
    x0 = walked_value(dataset.x0([first % len(dataset)])[0]) if value is None else value
    follow(out, Walks(schedule, x0), ExportSpec(**fields))


def true_reverse_figure(
    out: Path,
    source: str | None,
    data: str | None,
    kind: str | None,
    timesteps: int | None,
    place: str | None,
    fields: Fields,
) -> None:
    """Write the true step back from ``place``, or from one of the ``first`` of the data noised to
    t, as in ``forward_figure``.

    Raises:
        UserError: the place is no list of numbers, or does not fit the data.
    """
    check_fields(out, fields)
    first = fields["first"] or 0
    dataset, schedule = data_and_schedule(source, data, kind, timesteps)
    t = max(1, schedule.T // 2) if fields["t"] is None else fields["t"]
    spec = ExportSpec(**{**fields, "first": first, "t": t})
    if place is None:
        limit_times(spec, schedule.T)
        origin = choose_samples(dataset, 1, first % len(dataset), spec.shown.seed)
        x_t = tuple(q_sample(schedule, origin.x0, t, origin.eps)[0].flatten().tolist())
    else:
        try:
            x_t = tuple(float(part) for part in place.split(","))
        except ValueError:
            raise UserError(f"--x {place} is no point", "write numbers, such as 0.3,-1") from None
    follow(out, TrueStep(dataset, schedule, x_t, t), spec)


def reverse_figure(
    out: Path,
    source: str | None,
    data: str | None,
    device: str,
    shade: bool,
    begin: tuple[str | None, int | None],
    branch: tuple[int | None, int | None],
    fields: Fields,
) -> None:
    """Write the reverse chain of the model ``source``, or of the exact denoiser of ``data``; its
    data as a ``shade`` below.

    ``begin``: what the chain begins with, noised to which t. ``branch``: the t from which the
    selected sample goes on, and how often.
    """
    check_fields(out, fields)
    shade = shade or fields["contours"]
    where = str(resolve_device(device))
    if source is None:
        dataset = open_with_bar(data or DEFAULT)
        model = exact_model(dataset, schedule_for(dataset, None, None))
        shade = shade or fields["view"] == "heatmap"  # whose density is known
    elif data is not None and begin[0] is None and not shade:
        raise UserError("--data and a model do not go together", "a model knows its own data")
    else:
        model = open_model(source, where)
    label = fields["label"] or (EACH if begin[0] is None else NONE)
    spec = ExportSpec(**{**fields, "label": class_of(model, label)})
    shaded = ("samples", "heatmap")  # views
    if (spec.points.any or shade) and not (model.is_points and spec.shown.view in shaded):
        raise UserError(
            "paths, tails, field, contours and shade are drawn with the samples of points",
            "choose a model of points, and --view samples",
        )
    if shade and model.shape == (1,) and spec.shown.view != "heatmap":
        raise UserError("nothing is drawn around points on a line", "add --view heatmap")
    beginning = beginning_of(model, *begin, data)
    if source and data and not shade and not str(begin[0]).isdecimal():
        note("the chain begins with a picture, --data changes nothing")
    note_idle(model, spec.chain_settings(model.is_points))
    dataset = open_data_of(model, data) if shade else None
    subject = Reverse(model, beginning, dataset)
    if branch[0] is None:
        if branch[1] is not None:
            raise UserError("--branches says how often a sample goes on", "add --branch")
        follow(out, subject, spec, where)
        return
    check_target(
        out, endings(subject, spec), spec.picture.transparent
    )  # before the chain is walked
    beginning, settings = branches_of(
        model, spec.chain_settings(model.is_points), beginning, spec.sample.selected, branch[0],
        branch[1] or BRANCHES, where,
    )  # fmt: skip
    of_branches = spec.changed(
        seed=settings.seed, count=settings.count, label=settings.label, selected=0
    )
    follow(out, Reverse(model, beginning, dataset), of_branches, where)


def nearest_figure(
    out: Path,
    source: str,
    data: str | None,
    device: str,
    begin: tuple[str | None, int | None],
    fields: Fields,
) -> None:
    """Write a sample of the model ``source`` beside the nearest of ``data``, or of its own data."""
    check_fields(out, fields)
    where = str(resolve_device(device))
    model = open_model(source, where)
    label = fields["label"] or (EACH if begin[0] is None else NONE)
    spec = ExportSpec(**{**fields, "label": class_of(model, label)})
    dataset = learned_data(model, data)
    subject = Nearest(model, dataset, beginning_of(model, *begin, data))
    note_idle(model, spec.chain_settings(model.is_points))
    follow(out, subject, spec, where)


def compare_figure(
    out: Path,
    sides: dict[str, list[Any]],
    data: str | None,
    timesteps: int | None,
    device: str,
    fields: Fields,
    begin: tuple[str | None, int | None],
) -> None:
    """Write chains side by side; each of ``sides`` has a value for all of them, or one for each.

    Where none has two, the samplers differ. ``begin``: what all begin with, noised to which t of
    the first.
    """
    check_fields(out, fields)
    where = str(resolve_device(device))
    if max(map(len, sides.values())) < 2:
        sides = {**sides, "sampler": _pair(sides["sampler"])}
    number = max(map(len, sides.values()))
    for name, given in sides.items():
        if len(given) not in (0, 1, number):
            raise UserError(
                f"{len(given)} values of --{name} do not fit {number} sides",
                "give one for all, or one for each",
            )
    spread = [{name: v[i % len(v)] for name, v in sides.items() if v} for i in range(number)]
    own = begin[0] is not None and any("model" in side for side in spread)
    models = models_of(spread, None if own else data, timesteps, where)  # data: of the beginning
    beginning = beginning_of(models[0], *begin, data)
    usual = POINTS if models[0].is_points else IMAGES
    made = []
    for model, side in zip(models, spread, strict=True):
        chain = {"count": usual, "label": EACH if beginning is None else NONE} | {
            name: side[name] for name in chain_settings() if name in side
        }
        settings = ChainSettings(**{**chain, "label": class_of(model, chain["label"] or EACH)})
        note_idle(model, settings)
        made.append(ComparedChain(model, settings, side.get("bug", "")))
    if len({side.settings.count for side in made}) > 1:
        raise UserError("the sides have different numbers of samples", "give --count once")
    follow(out, Compare(tuple(made), beginning), ExportSpec(**fields), where)


def _pair(given: Sequence[str]) -> list[str]:
    """DDPM, and beside it the sampler that is given, or DDIM."""
    return ["ddpm", *([name for name in given if name != "ddpm"] or ["ddim"])]


def sweep_figure(out: Path, folder: str, fields: Fields) -> None:
    """Write a chart of the sweep in a folder, or its table."""
    from diffvis.evaluation.sweeping.folder import SweepFolder  # and filelock

    check_fields(out, fields)
    follow(out, Sweep(SweepFolder.open(folder).found), ExportSpec(**fields))


def training_figure(out: Path, run: str, floor: bool, fields: Fields) -> None:
    """Write what a run has kept; ``floor`` asks for the loss that no network can get below."""
    check_fields(out, fields)
    made = Training.open(run)
    if floor:
        config = made.folder.config
        *_, found = find_floor(config, open_with_bar(config.data))
        assert found is not None
        made = replace(made, floor=found.mean)
    follow(out, made, ExportSpec(**fields))


def schedule_figure(
    out: Path, kinds: list[str], timesteps: int, data: str | None, fields: Fields
) -> None:
    """Write a plot of schedules: kinds with T = ``timesteps``, or those of files or models. Strips
    are of the samples of ``data``.
    """
    strips = fields["view"] == STRIPS
    if data is not None and not strips:
        raise UserError("--data is for strips alone", "add --view strips, or leave it out")
    check_fields(out, fields)
    schedules = []
    for kind in kinds or ["cosine"]:
        if is_schedule_file(kind):  # it has its own T
            schedules.append(load_schedule(Path(kind)))
        elif kind in SCHEDULE_KINDS:
            schedules.append(schedule_of(kind, timesteps))
        else:
            schedules.append(open_model(kind).schedule)
    shown = open_with_bar(data or DEFAULT) if strips else None
    follow(out, Schedules(tuple(schedules), data=shown), ExportSpec(**fields))


def remake_figure(
    file: Path, out: Path, model: str | None, data: str | None, device: str, force: bool
) -> None:
    """Write what the recipe of ``file`` says, and say what is not as it was."""
    recipe = read_recipe(file)
    may_write(force, out)
    where = str(resolve_device(device))
    made = remake(recipe, where, model, data)
    for words in made.differences:
        typer.echo(f"diffvis: {words}", err=True)
    follow(out, made.subject, made.spec, where)


def standard_set(folder: Path, source: str | None, device: str, force: bool) -> None:
    """Write the lecture set of the model ``source``, or of the exact denoiser, into ``folder``."""
    where = str(resolve_device(device))
    run = None
    dataset: Dataset | None
    if source is None:
        dataset = open_with_bar(DEFAULT)
        model = exact_model(dataset, schedule_for(dataset, None, None))
    else:
        model = open_model(source, where)
        try:
            dataset = open_data_of(model)
        except UserError:
            dataset = None
        if model.path is not None and (model.path / "run.json").is_file():
            run = Training.open(model.path)
    figures, left_out = standard_figures(model, dataset, run)
    names = [INDEX, *(name for figure in figures for name in figure.files)]
    may_write(force, *(folder / name for name in names))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{folder} cannot be made ({reason})", "choose another folder") from error
    for figure in figures:
        for name in figure.files:
            follow(folder / name, figure.subject, figure.spec, where)
    for words in left_out:
        typer.echo(f"left out {words}")
    wrote(write_index(folder, model.name, figures, left_out), "the page with all of them")
