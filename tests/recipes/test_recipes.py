"""How shipped models are made: recipes fit their data, and a run becomes a whole folder."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from imageio.v3 import imread

from diffvis.data import open_dataset
from diffvis.data.images import image_dataset
from diffvis.errors import UserError
from diffvis.evaluation.classifier import open_classifier
from diffvis.files import shipped_models
from diffvis.models.model import open_model
from diffvis.models.shipped import own_samples, shipped
from diffvis.rendering.pixels import to_uint8
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.config import preset_for
from diffvis.training.run import RunFolder, train_run

recipes = pytest.importorskip("recipes.ship", reason="recipes come with the repository only")

from recipes import classifier as classifiers  # noqa: E402
from recipes import page, pictures, ship  # noqa: E402
from recipes.__main__ import main  # noqa: E402
from recipes.models import RECIPES  # noqa: E402
from recipes.training import as_baseline, train  # noqa: E402
from recipes.trainings import trainings  # noqa: E402

SHAPES = {
    "mnist": (1, 28, 28),
    "mnist-flow": (1, 28, 28),
    "mnist-live": (1, 28, 28),
    "flowers": (3, 32, 32),
}


@pytest.fixture
def models_folder(tmp_path: Path, monkeypatch) -> Path:
    """An empty ``models/`` and ``docs/models.md`` of the test's own."""
    folder = tmp_path / "models"
    folder.mkdir()
    for module in ("recipes.ship", "recipes.classifier", "diffvis.models.shipped"):
        monkeypatch.setattr(f"{module}.shipped_models", lambda: folder)
    monkeypatch.setattr(page, "PAGE", tmp_path / "models.md")
    return folder


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_is_a_configuration(name: str) -> None:
    recipe = RECIPES[name]
    if name in SHAPES:
        values = torch.zeros((40, *SHAPES[name]), dtype=torch.uint8)
        data = image_dataset(
            values, name=name, title=name, source=name, labels=torch.zeros(40, dtype=torch.int64)
        )
    else:
        data = open_dataset(recipe.data.replace("50000", "100"))
    config = preset_for(data, recipe.preset or None).changed(**recipe.settings)
    assert config.steps > 1000
    for other in recipe.then:
        assert config.changed(**other).network_options == config.network_options
    if not data.is_points:
        assert as_baseline(config).network == "unet-classic"
        assert as_baseline(config).timesteps == config.timesteps


def test_what_is_shipped_is_what_the_recipe_says() -> None:
    for known in shipped():
        if known.figures:
            assert RECIPES[known.name].title == known.title


def test_a_run_becomes_a_folder(tmp_path: Path, models_folder: Path, monkeypatch) -> None:
    data = open_dataset("pinwheel?n=300")
    config = preset_for(data).changed(
        steps=20, timesteps=5, conditional=True, preview_every=0, validate_every=10
    )
    run = RunFolder.create(tmp_path / "run", config)
    for _ in train_run(config, run, dataset=data):
        pass
    monkeypatch.setattr(ship, "POINTS", 150)
    folder = ship.ship(tmp_path / "run", "pinwheel", "pinwheel?n=300", count=8, seeds=2, full=0)
    (known,) = shipped()
    assert known.folder == folder == models_folder / "pinwheel"
    assert known.steps == 20 and known.T == 5 and "5 classes" in known.about
    model, trained = open_model(folder), open_model(tmp_path / "run")
    assert (
        model.data == "pinwheel?n=50000" == json.loads((folder / "config.json").read_text())["data"]
    )
    for name, weights in trained.denoiser.network.state_dict().items():
        torch.testing.assert_close(
            model.denoiser.network.state_dict()[name], weights.half().float(), rtol=0, atol=0
        )
    card = (folder / "card.md").read_text()
    assert "20 steps" in card and str(tmp_path) not in card
    assert "## Pinwheel" in (tmp_path / "models.md").read_text()
    shutil.copy(folder / "card.md", tmp_path / "before.md")
    ship.rewrite("pinwheel")
    assert (folder / "card.md").read_text() == (tmp_path / "before.md").read_text()
    ship.measure_again("pinwheel", ["full"], "pinwheel?n=300", count=8, seeds=1)
    assert json.loads((folder / "figures.json").read_text())["evaluations"]["full"]["seeds"] == 1
    ship.rewrite("pinwheel")
    assert "2 seeds" not in (folder / "card.md").read_text()
    with pytest.raises(UserError, match="it has full"):
        ship.measure_again("pinwheel", ["guided"], "pinwheel?n=300", count=8, seeds=1)


def test_each_training_goes_on_from_the_one_before(
    tmp_path: Path, models_folder: Path, monkeypatch
) -> None:
    settings = {"timesteps": 5, "conditional": True, "preview_every": 0, "validate_every": 10}
    recipe = replace(
        RECIPES["pinwheel"],
        settings={**settings, "steps": 20},
        then=(
            {"steps": 30, "batch_size": 50, "lr": 1e-9, "ema_decay": 0.9},
            {"steps": 25, "batch_size": 40},
        ),
    )
    monkeypatch.setitem(RECIPES, "pinwheel", recipe)
    run, first, second = (tmp_path / name for name in ("run", "run-1", "run-2"))
    train("pinwheel", run, "pinwheel?n=300", steps=None)
    before = open_model(first).denoiser.network.state_dict()
    for later in (second, run):
        for name, weights in open_model(later).denoiser.network.state_dict().items():
            torch.testing.assert_close(weights, before[name])  # so small an lr moves none
    train("pinwheel", run, "pinwheel?n=300", steps=40)
    assert [open_model(path).steps for path in (first, second, run)] == [20, 30, 40]

    monkeypatch.setattr(ship, "POINTS", 150)
    folder = ship.ship(run, "pinwheel", "pinwheel?n=300", count=8, seeds=1, full=0)
    card, batch = (folder / "card.md").read_text(), RunFolder.open(first).config.batch_size
    assert (
        f"20 steps of {batch} samples, then 30 of 50, then 40 of 40" in card
        and str(tmp_path) not in card
    )
    assert (folder / "curve-before.png").is_file() and "curve-before.png" in card
    assert str(tmp_path) not in (folder / "config.json").read_text()
    assert open_model(folder).steps == 90

    train("pinwheel", tmp_path / "more", "pinwheel?n=300", None, start_from=str(folder))
    steps = [part["steps"] for part in trainings(RunFolder.open(tmp_path / "more"))]
    assert steps == [20, 30, 40, 25]


def test_a_model_of_images_with_classes_is_shown_with_guidance(
    models_folder: Path, monkeypatch
) -> None:
    monkeypatch.setattr(pictures, "KEPT", 10)
    monkeypatch.setattr(pictures, "STEPS", 3)
    folder = models_folder / "digits"
    shutil.copytree(shipped_models() / "digits", folder)
    guided_grid = folder / "samples-guided.png"
    guided_grid.unlink()
    monkeypatch.setitem(
        RECIPES,
        "digits",
        replace(RECIPES["digits"], guided={"guidance": 4.0, "shift": 2.0}, quick={"clip": "none"}),
    )
    ship.draw_again("digits")
    plain, guided = (imread(folder / name) for name in ("samples.png", "samples-guided.png"))
    assert plain.shape == guided.shape and not np.array_equal(plain, guided)
    kept = own_samples("digits")
    settings = ChainSettings(
        sampler="ddim",
        steps=3,
        count=10,
        label=EVERY_CLASS,
        guidance=4.0,
        shift=2.0,
        clip="none",
        noise="together",
    )
    *_, last = run_chain(open_model(folder), settings)
    expected = to_uint8(last.x_s.clamp(-1, 1)).transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(kept.values.numpy(), expected)
    ship.rewrite("digits")
    about = json.loads((folder / "figures.json").read_text())
    accuracy = about["evaluations"]["guided"]["figures"]["accuracy"]["samples"]["mean"]
    (known,) = shipped()
    name, value = known.figures[1]
    assert name == "the same with guidance 1.5" and value.startswith(f"{100 * accuracy:.1f} %")
    assert "samples-guided.png" in (folder / "card.md").read_text()


def test_a_classifier_is_trained_and_found_again(models_folder: Path) -> None:
    path = classifiers.make_classifier("digits", None, epochs=2)
    made = open_classifier(path)
    assert made.accuracy > 0.8
    assert made.fingerprint == open_dataset("digits").fingerprint


def test_a_classifier_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["recipes", "classifier", "nosuch"])
    with pytest.raises(UserError, match="no classifier nosuch: choose one of mnist, digits"):
        main()
