"""``diffvis evaluate``: how far samples are from data."""

import json

import torch
import typer

from diffvis.cli.output import table
from diffvis.cli.sample import sample_model
from diffvis.data.catalogue import open_dataset
from diffvis.errors import UserError
from diffvis.evaluation import energy_distance, sliced_wasserstein
from diffvis.training.device import resolve_device
from diffvis.training.model import initial_noise, open_model
from diffvis.training.sampling import ChainSettings

DISTANCES = {"sliced Wasserstein": sliced_wasserstein, "energy": energy_distance}


def evaluate_command(
    source: str,
    data: str | None,
    count: int,
    steps: int | None,
    seed: int,
    as_json: bool,
    device: str,
) -> None:
    """Print the distances of samples, of other data and of pure noise to held-out data."""
    settings = ChainSettings(steps=steps, seed=seed, count=count)
    where = resolve_device(device)
    model = open_model(source, where)
    dataset = open_dataset(data or model.data)
    if tuple(dataset.shape) != tuple(model.shape):
        raise UserError(
            f"{dataset.title} has samples of {tuple(dataset.shape)}, {model.name} makes "
            f"{tuple(model.shape)}",
            "give --data of the same shape",
        )
    test = dataset.test[:count]
    held_out = model.scaling.to_data(dataset.x0(test))
    order = torch.randperm(len(dataset.train), generator=torch.Generator().manual_seed(seed))
    seen = model.scaling.to_data(dataset.x0(dataset.train[order[: len(test)]]))
    noise = model.scaling.to_data(initial_noise(model.shape, count, seed)[0])
    x0 = model.scaling.to_data(sample_model(model, settings, where))
    found = {
        name: {
            "samples": distance(x0, held_out),
            "training data": distance(seen, held_out),
            "noise": distance(noise, held_out),
        }
        for name, distance in DISTANCES.items()
    }
    if as_json:
        typer.echo(
            json.dumps({"model": model.name, "data": dataset.source, "count": count, **found})
        )
        return
    typer.echo(f"{model.name}: {count:,} samples, {len(test):,} held out of {dataset.title}")
    columns = ("samples", "training data", "noise")
    rows = [[name, *(f"{row[column]:.4f}" for column in columns)] for name, row in found.items()]
    table([["distance to held-out data of", *columns], *rows])
