"""The pictures of a card: the training curve, a grid of samples, a thumbnail; and the samples."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from diffvis.files import atomic_write
from diffvis.models.model import Model
from diffvis.models.shipped import GRID, SAMPLES, THUMBNAIL
from diffvis.models.weights import read_header
from diffvis.rendering.files import write_png
from diffvis.rendering.geometry import best_grid
from diffvis.rendering.pixels import mosaic, to_uint8
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.scatter import colour_of_noise
from diffvis.rendering.style import DARK
from diffvis.sampling.chain import run_chain
from diffvis.sampling.noise import initial_noise
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.folder import RunFolder
from diffvis.training.metrics import read_metrics
from recipes.models import Recipe

matplotlib.use("agg")
GUIDED_GRID = "samples-guided.png"
SIGNAL, NOISE = "#0072b2", "#b34c00"
STEPS = 50  # of the sampler that makes the pictures
KEPT, SHOWN = 120, 60  # images
SIDE, SMALL = 900, 144  # pixels
EXTENT = 2.4  # of a thumbnail of points, in model units


def draw_curve(run: RunFolder, path: Path) -> None:
    """The loss up to the state to sample from: the mean of parts of training, and validation."""
    until = read_header(run.checkpoints_to_sample()[0])["step"]
    rows, _ = read_metrics(run.metrics)
    steps = [(int(r["step"]), float(r["loss"])) for r in rows if r["event"] == "step" and r["loss"]]
    checks = [(int(r["step"]), float(r["loss"])) for r in rows if r["event"] == "validation"]
    steps = np.array([pair for pair in steps if pair[0] <= until])
    checks = np.array([pair for pair in checks if 0 < pair[0] <= until])
    figure = Figure(figsize=(7, 2.6), layout="constrained")
    axes = figure.add_subplot()
    parts = np.array_split(steps, min(200, len(steps)))
    axes.plot(*zip(*(part.mean(0) for part in parts), strict=True), color=SIGNAL, lw=1)
    axes.plot([], [], color=SIGNAL, lw=1, label="training, means")
    if len(checks):
        axes.plot(*checks.T, color=NOISE, lw=1.4, ls="--", label="validation, averaged weights")
    smallest = min(steps[:, 1].min(), checks[:, 1].min() if len(checks) else np.inf)
    later = steps[len(steps) // 50 :, 1]
    axes.set_ylim(0.9 * max(smallest, float(np.quantile(later, 0.01))), np.quantile(later, 0.99))
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%.3g"))
    axes.yaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
    axes.set_xlabel("optimiser steps")
    axes.set_ylabel("loss")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    with atomic_write(path) as file:
        figure.savefig(file, format="png", dpi=120)


def draw_samples_of(model: Model, folder: Path, recipe: Recipe) -> None:
    """Write the grid and the thumbnail, and for images the samples themselves.

    Images of a model that knows classes have a second grid, with guidance, and that is what the
    thumbnail and the samples are of.
    """
    if model.is_points:
        x, _ = _sample(model, 4_000)
        colours = colour_of_noise(initial_noise(model.shape, len(x), 0)[0])
        half = SIDE // 2
        write_png(folder / GRID, draw_samples(x, (half, half), DARK, colours=colours))
        few, of_few = x[:1_500], colours[:1_500]
        write_png(folder / THUMBNAIL, draw_points(few, of_few))
        return
    x, labels = _sample(model, KEPT, **recipe.quick)
    _draw_grid(x, folder / GRID)
    if labels is not None:
        x, labels = _sample(model, KEPT, **(recipe.quick | recipe.guided))
        _draw_grid(x, folder / GUIDED_GRID)
    pictures = to_uint8(x)
    size = pictures.shape[1:3]
    few = pictures[:16] if size[0] < 20 else pictures[:9]
    write_png(folder / THUMBNAIL, mosaic(few, best_grid(len(few), size, SMALL, SMALL), DARK.panel))
    kept = {"values": pictures.transpose(0, 3, 1, 2)}
    if labels is not None:
        kept |= {"labels": labels.numpy(), "classes": np.array(model.classes)}
    with atomic_write(folder / SAMPLES) as file:
        np.savez_compressed(file, **kept)


def _draw_grid(x: Tensor, path: Path) -> None:
    shown = to_uint8(x[:SHOWN])
    grid = best_grid(len(shown), shown.shape[1:3], SIDE, SIDE // 2)
    write_png(path, mosaic(shown, grid, DARK.panel))


def draw_points(x: Tensor, colours: np.ndarray) -> np.ndarray:
    """A thumbnail of points (N, 2), without axes: each paints the pixels around it."""
    picture = np.empty((SMALL, SMALL, 3), np.uint8)
    picture[:] = DARK.panel
    place = ((x * torch.tensor([1.0, -1.0]) / EXTENT + 1) * SMALL / 2).long().numpy()
    for across, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
        column, row = (place + np.array([across, down])).clip(0, SMALL - 1).T
        picture[row, column] = colours
    return picture


def _sample(model: Model, count: int, **chosen: Any) -> tuple[Tensor, Tensor | None]:
    """x0 and the classes asked for; none is chosen, all are of seed 0."""
    steps = min(STEPS, model.schedule.T)
    label = EVERY_CLASS if model.num_classes else None
    settings = ChainSettings(
        sampler="ddim",
        steps=None if model.is_points else steps,
        count=count,
        noise="together",
        label=label,
        **chosen,
    )
    for step in run_chain(model, settings):
        x = step.x_s
    if not model.is_points:
        x = x.clamp(-1, 1)
    return x.float(), settings.labels_for(model) if label is not None else None
