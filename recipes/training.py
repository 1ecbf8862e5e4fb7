"""Trains what a recipe says into a run folder: ``python -m recipes train NAME --out RUN``."""

from pathlib import Path

from diffvis.data.catalogue import open_dataset
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.run import RunFolder, train_run
from diffvis.training.start_from import check_start, started_from
from recipes.models import RECIPES

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

    Args:
        baseline: put the U-Net that courses teach in the recipe's place: without classes and
            predicting eps, with the same data, T, batch and steps.
        start_from: a model whose weights, network and schedule a new run begins with.
    """
    recipe = RECIPES[name]
    dataset = open_dataset(data or recipe.data)
    resume = (out / "run.json").is_file()
    if resume:
        folder = RunFolder.open(out)
        config = folder.config if steps is None else folder.config.changed(steps=steps)
    else:
        config = preset_for(dataset).changed(**recipe.settings)
        if baseline:
            config = as_baseline(config)
        if start_from is not None:
            config = started_from(config, start_from)
        if steps is not None:
            config = config.changed(steps=steps)
        check_start(config, dataset)
        folder = RunFolder.create(out, config)
    run = train_run(config, folder, resume=resume, dataset=dataset)
    try:
        for progress in run:
            if progress.kind == "validation":
                print(f"step {progress.step:,}: validation loss {progress.loss:.4f}", flush=True)
            elif progress.kind == "notice":
                print(f"{progress.problem}: {progress.remedy}", flush=True)
    finally:
        run.close()
    print(f"{out} is trained; next: python -m recipes ship {out} {name}")


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
