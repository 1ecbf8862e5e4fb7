"""Makes a folder of ``models/`` of a run: ``python -m recipes ship RUN NAME``.

Weights in half precision, configuration, samples, pictures, figures and card; all of it again, so
that whatever the card says was measured on the weights beside it.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.evaluation import Evaluation, Plan, evaluate
from diffvis.files import atomic_write, shipped_models
from diffvis.models.model import Model, open_model
from diffvis.models.shipped import FIGURES, WEIGHTS
from diffvis.models.weights import read_checkpoint, write_checkpoint
from diffvis.sampling.noise import initial_noise
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.config import make_config
from diffvis.training.folder import RunFolder
from recipes.card import CURVE, CURVE_BEFORE, value_of, write_card
from recipes.models import RECIPES, Recipe
from recipes.page import write_page
from recipes.pictures import draw_curve, draw_samples_of
from recipes.trainings import source_of, trainings

QUICK_STEPS = 20
POINTS = 10_000


def ship(run: Path, name: str, data: str | None, count: int, seeds: int, full: int) -> Path:
    """Make ``models/NAME`` of the state of ``run`` to sample from; returns the folder.

    Args:
        count: images that are judged by the quick sampler.
        full: images that are judged by the ancestral sampler of all steps; 0 leaves that out.
    """
    with tempfile.TemporaryDirectory() as scratch:  # models/ never has half a model
        made = Path(scratch) / name
        made.mkdir()
        _make(RunFolder.open(run), made, RECIPES[name], data, count, seeds, full)
        folder = shipped_models() / name
        shutil.copytree(made, folder, dirs_exist_ok=True)
    write_page()
    return folder


def _make(
    found: RunFolder,
    folder: Path,
    recipe: Recipe,
    data: str | None,
    count: int,
    seeds: int,
    full: int,
) -> None:
    checkpoint = found.checkpoints_to_sample()[0]
    print(f"weights of {checkpoint}")
    parts = trainings(found)
    steps = sum(part["steps"] for part in parts)
    about = _write_weights(checkpoint, folder / WEIGHTS, recipe, steps)
    config = found.config.changed(data=recipe.data, start_from="")
    _write_json(folder / "config.json", config.model_dump(mode="json"))
    trained, model = open_model(checkpoint), open_model(folder)
    about["rounding"] = rounding(trained, model)
    dataset = open_dataset(data or recipe.data)
    _draw_curves(found, folder)
    draw_samples_of(model, folder, recipe)
    evaluations = {
        key: _measure(key, model, dataset, settings, plan).to_json()
        for key, settings, plan in _evaluations(model, recipe, count, seeds, full)
    }
    for evaluation in evaluations.values():  # the data's own path is nobody's business
        evaluation["data"] = recipe.data
    about |= {
        "steps": steps,
        "trainings": parts,
        "title": recipe.title,
        "data": recipe.data,
        "network": config.network,
        "T": config.timesteps,
        "classes": list(model.classes),
        "device": _device(found),
        "evaluations": evaluations,
    }
    about |= _in_short(about)
    _write_json(folder / FIGURES, about)
    write_card(folder, recipe, about, config)


def measure_again(name: str, keys: list[str], data: str | None, count: int, seeds: int) -> None:
    """Measure some of the evaluations of a shipped model, which its card then says.

    Args:
        keys: names in the ``evaluations`` of its figures, such as ``guided``.

    Raises:
        UserError: the model has no such evaluation.
    """
    folder, recipe = shipped_models() / name, RECIPES[name]
    model, dataset = open_model(folder), open_dataset(data or recipe.data)
    evaluations = _evaluations(model, recipe, count, seeds, count)
    planned = {key: rest for key, *rest in evaluations}
    for key in keys:
        if key not in planned:
            raise UserError(f"{name} has no evaluation {key}", f"it has {', '.join(planned)}")
    about = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    found = about["evaluations"]
    for key in keys:
        found[key] = _measure(key, model, dataset, *planned[key]).to_json() | {"data": recipe.data}
    about["evaluations"] = {key: found[key] for key in planned if key in found}
    _write_json(folder / FIGURES, about)


def draw_again(name: str) -> None:
    """Draw the pictures of a shipped model's samples anew."""
    folder = shipped_models() / name
    draw_samples_of(open_model(folder), folder, RECIPES[name])


def rewrite(name: str) -> Path:
    """Write the card and the short figures again of what was measured; returns the folder."""
    folder = shipped_models() / name
    about = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    about |= _in_short(about)
    config = make_config(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    _write_json(folder / FIGURES, about)
    write_card(folder, RECIPES[name], about, config)
    write_page()
    return folder


def _write_weights(checkpoint: Path, path: Path, recipe: Recipe, steps: int) -> dict[str, Any]:
    """The averaged weights alone, in half precision; returns what is known of them."""
    header, tensors = read_checkpoint(checkpoint, ["ema."])
    weights = sum(tensor.numel() for tensor in tensors.values())
    tensors = {
        name: tensor.half() if tensor.is_floating_point() else tensor
        for name, tensor in tensors.items()
    }
    model = header["model"] | {"name": recipe.title, "data": recipe.data}
    write_checkpoint(path, tensors, {"model": model, "step": steps})
    training = header.get("training", {})
    return {"weights": weights, "validation_loss": training.get("validated", {}).get("best")}


def _draw_curves(run: RunFolder, folder: Path) -> None:
    """The curve of the run, and that of the training before it where there was one."""
    draw_curve(run, folder / CURVE)
    before = source_of(run)
    if isinstance(before, RunFolder):
        draw_curve(before, folder / CURVE_BEFORE)
    elif before is not None:
        shutil.copy(before / CURVE, folder / CURVE_BEFORE)


@torch.no_grad()
def rounding(trained: Model, shipped: Model) -> float:
    """How far half precision moves what the network predicts, as a part of what it predicts."""
    x, generator = initial_noise(trained.shape, 64, seed=0)
    t = torch.randint(1, trained.schedule.T + 1, (len(x),), generator=generator)
    with torch.no_grad():
        before, after = (model.denoiser.network(x, t) for model in (trained, shipped))
    return float((after - before).square().mean().sqrt() / before.square().mean().sqrt())


def _evaluations(
    model: Model, recipe: Recipe, count: int, seeds: int, full: int
) -> list[tuple[str, ChainSettings, Plan]]:
    if model.is_points:
        label = EVERY_CLASS if model.num_classes else None
        settings = ChainSettings(count=POINTS, label=label, **recipe.quick)
        return [("full", settings, Plan(seeds=seeds))]
    quick = {"sampler": "ddim", "steps": QUICK_STEPS, "count": count} | recipe.quick
    label = EVERY_CLASS if model.num_classes else None
    planned = [("quick", ChainSettings(**quick, label=label), Plan(seeds=seeds, bits=16))]
    if model.num_classes:
        guided = ChainSettings(**(quick | recipe.guided), label=label)
        planned.append(("guided", guided, Plan(seeds=seeds)))
        planned.append(("unconditional", ChainSettings(**quick), Plan(seeds=seeds)))
    if recipe.autoguided:
        autoguided = ChainSettings(**(quick | recipe.autoguided))
        planned.append(("autoguided", autoguided, Plan(seeds=seeds)))
    if full:
        planned.append(("full", ChainSettings(count=full, label=label), Plan()))
    return planned


def _measure(
    key: str, model: Model, dataset: Dataset, settings: ChainSettings, plan: Plan
) -> Evaluation:
    said = -1
    for found in evaluate(model, dataset, settings, plan):
        if isinstance(found, Evaluation):
            for figure in found.figures.values():
                print(f"  {figure.title}: {figure.text()} (data {figure.text('data')})")
            return found
        percent = 100 * found.done // max(1, found.total)
        if found.what == "sampling" and percent // 20 > said:
            said = percent // 20
            print(f"{key}: {percent} %", flush=True)
    raise UserError(f"{model.name} was not evaluated", "try again")


def _in_short(about: dict[str, Any]) -> dict[str, Any]:
    """What lists and pickers say of a model."""
    weights = about["weights"]
    size = f"{weights / 1e6:.1f} M" if weights >= 1e6 else f"{weights / 1e3:.0f} k"
    kind = {"mlp": "perceptron", "unet": "U-Net"}.get(about["network"], about["network"])
    said = f"{kind}, {size} weights, T = {about['T']:,}"
    if about["classes"]:
        said += f", {len(about['classes'])} classes"
    evaluations = about["evaluations"]
    measured = "quick" if "quick" in evaluations else "full"
    figures = evaluations[measured]["figures"]
    names = {
        "accuracy": "classified as asked",
        "frechet": "Fréchet distance",
        "sliced_wasserstein": "sliced Wasserstein",
        "coverage": "coverage",
        "precision": "precision",
        "recall": "recall",
    }
    summary = [[name, _short(figures[key])] for key, name in names.items() if key in figures]
    name, value = summary[0]
    guided = evaluations.get("guided", {"figures": {}})
    if "accuracy" in guided["figures"]:
        row = [
            f"the same with guidance {guided['guidance']:g}",
            _short(guided["figures"]["accuracy"]),
        ]
        summary.insert(1, row)
    only = value.partition(" (")[0]
    headline = f"{only} {name}" if name.startswith("class") else f"{name} {value}"
    return {"about": said, "measured": measured, "summary": summary[:4], "headline": headline}


def _short(figure: dict[str, Any]) -> str:
    """``98.9 ± 0.2 %``, or ``0.0062 ± 0.0004 (data 0.0063)`` where the data's own value tells
    what is good."""
    data = value_of(figure, "data", deviates=False)
    return value_of(figure, "samples") + (f" (data {data})" if data else "")


def _device(run: RunFolder) -> str:
    try:
        return json.loads((run.path / "environment.json").read_text(encoding="utf-8"))["device"]
    except (OSError, ValueError, KeyError):
        return "unknown"


def _write_json(path: Path, content: dict[str, Any]) -> None:
    with atomic_write(path) as file:
        file.write((json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())
