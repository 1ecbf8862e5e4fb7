"""Trains what a recipe says into a run folder: ``python -m recipes train NAME --out RUN``."""

from pathlib import Path

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.run import RunFolder, create_run, train_run
from diffvis.training.start_from import started_from
from recipes.models import RECIPES, Recipe

BASELINE = "unet-classic"


def train(
    name: str,
    out: Path,
    data: str | None,
    steps: int | None,
    baseline: bool = False,
    start_from: str | None = None,
) -> None:
    """Train the model ``name``, or go on with it where ``out`` holds the run already.

    A recipe of several trainings makes the runs before the last beside it, in ``out`` with ``-1``,
    ``-2`` and so on.

    Args:
        steps: of the last training.
        baseline: put the U-Net that courses teach in the recipe's place: without classes and
            predicting eps, with the same data, T, batch and steps.
        start_from: a model whose weights, network and schedule a new run begins with.
    """
    recipe = RECIPES[name]
    dataset = open_dataset(data or recipe.data)
    if (out / "run.json").is_file():
        config = RunFolder.open(out).config
    else:
        config = preset_for(dataset, recipe.preset or None).changed(**recipe.settings)
        if baseline:
            config = as_baseline(config)
        elif start_from is not None:
            config = started_from(_last(config, recipe), start_from)
        else:
            config = _after_those_before(config, recipe, out, dataset)
    _train(config if steps is None else config.changed(steps=steps), out, dataset)
    print(f"{out} is trained; next: python -m recipes ship {out} {name}")


def _last(config: TrainConfig, recipe: Recipe) -> TrainConfig:
    """The configuration of the last training of the recipe, whose first has ``config``."""
    for other in recipe.then:
        config = config.changed(**other)
    return config


def _after_those_before(
    config: TrainConfig, recipe: Recipe, out: Path, dataset: Dataset
) -> TrainConfig:
    """Make the trainings before the last, each in a run of its own; the last one's configuration,
    which begins with the weights of the one before."""
    for number, other in enumerate(recipe.then, start=1):
        before = out.with_name(f"{out.name}-{number}")
        _train(config, before, dataset)
        config = started_from(config.changed(**other), str(before))
    return config


def _train(config: TrainConfig, out: Path, dataset: Dataset) -> None:
    """Train to the end; a run that is there already goes on."""
    resume = (out / "run.json").is_file()
    folder = RunFolder.open(out) if resume else create_run(out, config, dataset)
    run = train_run(config, folder, resume=resume, dataset=dataset)
    try:
        for progress in run:
            if progress.kind == "validation":
                print(f"step {progress.step:,}: validation loss {progress.loss:.4f}", flush=True)
            elif progress.kind == "notice":
                print(f"{progress.problem}: {progress.remedy}", flush=True)
    finally:
        run.close()


def as_baseline(config: TrainConfig) -> TrainConfig:
    """The same run of the network that courses teach."""
    return config.changed(
        network=BASELINE,
        network_options={},
        predict="eps",
        conditional=False,
        lr=1e-3,
        lr_schedule="constant",
    )
