"""Trains what a recipe says into a run folder: ``python -m recipes train NAME --out RUN``."""

from pathlib import Path

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
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

    A recipe of two trainings makes the first one's run beside it, in ``out`` with ``-first``.

    Args:
        steps: of the last training.
        baseline: put the U-Net that courses teach in the recipe's place: without classes and
            predicting eps, with the same data, T, batch and steps.
        start_from: a model whose weights, network and schedule a new run begins with.
    """
    dataset = open_dataset(data or RECIPES[name].data)
    if (out / "run.json").is_file():
        config = RunFolder.open(out).config
    else:
        config = preset_for(dataset).changed(**RECIPES[name].settings)
        if baseline:
            config = as_baseline(config)
        elif start_from is not None or RECIPES[name].then:
            if start_from is None:
                first = out.with_name(f"{out.name}-first")
                _train(config, first, dataset)
                start_from = str(first)
            config = started_from(config.changed(**RECIPES[name].then), start_from)
    _train(config if steps is None else config.changed(steps=steps), out, dataset)
    print(f"{out} is trained; next: python -m recipes ship {out} {name}")


def _train(config: TrainConfig, out: Path, dataset: Dataset) -> None:
    """Train to the end; a run that is there already goes on."""
    resume = (out / "run.json").is_file()
    if not resume:
        check_start(config, dataset)
    folder = RunFolder.open(out) if resume else RunFolder.create(out, config)
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
