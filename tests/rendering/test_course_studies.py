"""Figures that train, follow a run, or sweep: what they say is what was found."""

from pathlib import Path

import numpy as np
import pytest
import torch

from diffvis.data import Dataset
from diffvis.data.dataset import sampled
from diffvis.errors import UserError
from diffvis.evaluation import Evaluation, evaluate
from diffvis.evaluation.neighbours import two_nearest
from diffvis.models.model import Model, open_model
from diffvis.rendering.course import memorisation
from diffvis.rendering.course.figure import Drawn, Sources
from diffvis.rendering.course.registry import figure_named
from diffvis.rendering.estimate import estimate
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.course import Course
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.config import preset_for
from diffvis.training.folder import RunFolder, read_preview
from diffvis.training.run import train_run

SPEC = ExportSpec(size=(640, 360), style="light")


def drawn(name: str, of: Sources, spec: ExportSpec = SPEC) -> Drawn:
    figure = figure_named(name)
    pieces = list(figure.make(of, spec))
    assert len(pieces) == figure.work(of, spec), "so much work as it says"
    assert not any(pieces[:-1])
    return pieces[-1]


def test_the_two_nearest() -> None:
    y = torch.tensor([[0.0, 0], [3, 4], [6, 8]])
    distances, places = two_nearest(torch.tensor([[0.0, 0], [3, 3]]), y)
    assert places.tolist() == [[0, 1], [1, 0]]
    assert distances.tolist() == [pytest.approx([0, 5]), pytest.approx([1, 18**0.5])]


def test_memorisation_trains_once_and_goes_on(
    digits_model: Model, digits: Dataset, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memorisation, "STEPS", 2)
    spec = SPEC.changed(sizes=(3, 8), train_steps=3, count=4)
    of, figure = Sources(digits_model, digits), figure_named("memorisation")
    work = figure.make(of, spec)
    for _ in range(2):
        next(work)
    work.close()  # in the middle of the first network
    (run,) = (private_home / "figures").glob("memorisation-3-*")
    assert RunFolder.open(run).checkpoints(), "what was learned is kept"
    rest = list(figure.make(of, spec))
    assert len(rest) == figure.work(of, spec) - 2
    (kept,) = (private_home / "figures").glob("memorisation-3-*")
    assert kept.suffix == ".npz", "a network that was sampled is not needed any more"
    again = list(figure.make(of, spec))
    assert len(again) == 1
    table = again[0].table()
    assert table["images"].tolist() == [3, 8]
    np.testing.assert_array_equal(table["copies"], rest[-1].table()["copies"])
    with np.load(kept) as there:
        x0 = torch.from_numpy(there["x0"])
    away = torch.cdist(x0.flatten(1), digits.x0(sampled(digits.train, 3)).flatten(1)).sort(1).values
    assert table["copies"][0] == float((away[:, 0] < away[:, 1] / 3).double().mean())
    assert again[0].draw((640, 360), spec.look).shape[1] == 640
    for wrong, words in (
        (SPEC.changed(sizes=(2,)), "2 images are too few"),
        (spec.changed(size=(290, 200)), "a width of 290 is not possible.*choose 291"),
        (spec.changed(train_preset="nosuch"), "there is no preset nosuch"),
        (spec.changed(train_preset="swiss-roll"), "mlp cannot learn"),
    ):
        with pytest.raises(UserError, match=words):
            next(figure.make(of, wrong))


def test_memorisation_of_another_preset(
    digits_model: Model, digits: Dataset, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memorisation, "STEPS", 2)
    spec = SPEC.changed(sizes=(3,), train_steps=2, count=2, train_preset="mnist-live")
    made = drawn("memorisation", Sources(digits_model, digits), spec.changed(size=(291, 200)))
    assert "unet of the preset mnist-live, 2 steps" in made.caption
    assert made.draw((291, 200), spec.look).shape[1] == 291, "as narrow as it says"


def test_guidance_is_what_evaluate_says(digits: Dataset, digits_model: Model) -> None:
    model, spec = open_model("digits"), SPEC.changed(count=10)
    assert not figure_named("guidance").fits(digits_model, digits), "which knows no classes"
    table = drawn("guidance", Sources(model, digits), spec).table()
    chain = ChainSettings(sampler="ddim", steps=10, count=10, label=EVERY_CLASS, guidance=4.0)
    *_, told = evaluate(model, digits, chain)
    assert isinstance(told, Evaluation)
    place = table["guidance"].tolist().index(4)
    for key in ("accuracy", "recall", "precision", "frechet"):
        assert table[key][place] == pytest.approx(told.figures[key].mean())


@pytest.fixture(scope="module")
def run(digits: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "few"
    config = preset_for(digits).changed(
        steps=40, timesteps=8, batch_size=64, validate_every=10, patience=1, preview_every=10,
        lr=0.3, warmup=0, validation_count=32, preview_count=4,
    )  # fmt: skip
    for _ in train_run(config, RunFolder.create(path, config), dataset=digits):
        pass
    return path


def test_samples_over_epochs(run: Path, digits: Dataset) -> None:
    made = drawn("epochs", Sources(open_model(run), digits), SPEC.changed(times=(0,), count=2))
    table = made.table()
    _, first = read_preview(RunFolder.open(run).previews()[0])
    np.testing.assert_array_equal(table["value"].reshape(2, 1, 8, 8), first[:2])
    assert set(table["step"]) == {0} and "after 0 epochs of digits" in made.caption
    with pytest.raises(UserError, match="is no run"):
        drawn("epochs", Sources(open_model("digits"), digits))


def test_where_training_stopped(run: Path) -> None:
    made = drawn("early-stopping", Sources(open_model(run), None))
    table = made.table()
    known = ~np.isnan(table["validation"])
    best = table["step"][known][table["validation"][known].argmin()]
    assert f"least at step {best:,.0f}" in made.caption
    assert "validations since then: 1" in made.caption
    assert "no better validation loss since" in made.caption


def test_a_look_trains_nothing(digits_model: Model, digits: Dataset, private_home: Path) -> None:
    course = Course(figure_named("memorisation"), Sources(digits_model, digits))
    with pytest.raises(UserError, match=r"it takes 6,\d+ steps of work"):
        next(estimate(".png", course, SPEC.changed(sizes=(10, 20, 30, 40))))
    assert not (private_home / "figures").exists()
