"""Whole evaluations, of denoisers whose samples are known to be good or bad."""

import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Normal as Distribution

from diffvis.data import open_dataset
from diffvis.diffusion import NoiseSchedule, make_schedule
from diffvis.errors import UserError
from diffvis.evaluation import Evaluation, Plan, Working, evaluate
from diffvis.evaluation.classifier import classifier_for
from diffvis.evaluation.compared import held_out, points_to_compare, real_samples
from diffvis.evaluation.figures import Figures
from diffvis.evaluation.neighbours import nearest_distances
from diffvis.evaluation.pictures import Judge
from diffvis.models.model import Model, exact_model, open_model
from diffvis.sampling.settings import EVERY_CLASS, SEEDS, ChainSettings


def finished(*arguments, **options) -> Evaluation:
    *working, evaluation = evaluate(*arguments, **options)
    assert all(isinstance(part, Working) and part.done <= part.total for part in working)
    return evaluation


def over_few_times(model: Model) -> Model:
    """The same network over so few times that its bound is soon there."""
    return replace(model, schedule=make_schedule("cosine", 8))


@pytest.fixture(scope="module")
def points() -> Evaluation:
    data = open_dataset("moons?n=2000")
    model = exact_model(data, make_schedule("cosine", 20))
    return finished(model, data, ChainSettings(count=800), Plan(seeds=2))


def test_points_of_the_exact_denoiser_are_as_good_as_data(points: Evaluation) -> None:
    for key in ("sliced_wasserstein", "wasserstein", "energy"):
        figure = points.figures[key]
        assert figure.mean() < 3 * figure.mean("data"), key
        assert figure.mean("noise") > 3 * figure.mean("data"), key
    for key in ("coverage", "precision", "recall"):
        figure = points.figures[key]
        assert figure.mean() == pytest.approx(figure.mean("data"), abs=0.1), key


def test_each_seed_gives_its_own_value(points: Evaluation) -> None:
    figure = points.figures["energy"]
    assert len(figure.values["samples"]) == 2
    assert figure.error() > 0
    assert points.settings["seeds"] == 2 and points.settings["steps"] == 20
    assert points.to_json()["figures"]["energy"]["samples"]["mean"] == figure.mean()


def test_what_the_exact_denoiser_knows_by_heart_shows() -> None:
    data = open_dataset("digits")
    model = exact_model(data, make_schedule("cosine", 20))
    settings = ChainSettings(sampler="ddim", steps=20, count=60)
    found = finished(model, data, settings, Plan(bits=4)).figures
    assert found["nearest"].mean() < 0.1 * found["nearest"].mean("data")
    assert found["frechet"].mean() < 0.3 * found["frechet"].mean("noise")
    assert "Digits classifier features" in found["frechet"].title
    assert "accuracy" not in found and found["balance"].mean() < 25
    assert found["bits"].mean() > 0 and len(found["bits"].values["samples"]) == 4
    assert "given" not in found["bits"].title


def test_bits_count_the_levels_of_the_data() -> None:
    """The digits have 17, which take 1.8 bits less than bins of which most never occur."""
    data, model = open_dataset("digits"), open_model("digits")
    settings = ChainSettings(sampler="ddim", steps=1, count=10, label=EVERY_CLASS)
    told = finished(model, data, settings, Plan(bits=12)).figures["bits"]
    assert "17 levels, their classes given" in told.title
    assert told.mean() < 3.1
    as_bytes = finished(model, data, settings, Plan(bits=12, levels=256)).figures["bits"]
    assert "256 levels" in as_bytes.title
    assert as_bytes.mean() > told.mean() + 1.2


class Normal:
    """The exact denoiser of N(0, I) in model units, so that the density is known."""

    predicts = "x0"

    def __init__(self, schedule: NoiseSchedule) -> None:
        self.schedule = schedule

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.schedule.at("signal", t, x_t) / self.schedule.at("power", t, x_t) * x_t


@pytest.mark.parametrize("name", ["moons?n=500&seed=1", "digits"])
def test_the_likelihood_is_in_the_units_of_the_data(name: str) -> None:
    """Of points a density over them as they are in a file, of images over levels of 0..16."""
    data, schedule = open_dataset(name), make_schedule("flow", 100)
    model = Model(
        name="normal", denoiser=Normal(schedule), schedule=schedule, shape=data.shape,
        data=data.source, scaling=data.scaling,
    )  # fmt: skip
    settings = ChainSettings(sampler="ddim", steps=1, count=30)
    figure = finished(model, data, settings, Plan(likelihood=20)).figures["likelihood"]
    assert figure.mean() == pytest.approx(figure.mean("noise"), abs=2e-3)
    if model.is_points:
        x, _ = points_to_compare(model, data, settings.changed(count=20), None, 1)
        centre, spread = torch.tensor(data.scaling.mean), torch.tensor(data.scaling.std)
    else:
        x = 8 * (data.x0(held_out(model, data, settings)[:20]) + 1)
        assert x.max() == 16
        x = x + torch.rand(x.shape, generator=torch.Generator().manual_seed(0)) - 0.5
        centre, spread = torch.tensor(8.0), torch.tensor(8.0)
    expected = -Distribution(centre, spread).log_prob(x).mean() / math.log(2)
    assert figure.mean() == pytest.approx(float(expected), abs=2e-3)


def test_levels_that_cannot_be_told_are_said() -> None:
    digits = open_dataset("digits")
    few = replace(digits, values=(digits.values > 100).to(torch.uint8) * 7 + 40)
    assert few.levels is None
    model = exact_model(few, make_schedule("cosine", 4))
    settings = ChainSettings(steps=1, count=10)
    found = finished(model, few, settings, Plan(bits=2))
    assert "256 levels" in found.figures["bits"].title
    assert any("--levels changes it" in note for note in found.notes)
    assert not any("--levels" in note for note in finished(model, few, settings).notes)
    known = finished(model, few, settings, Plan(bits=2, levels=2))
    assert not any("--levels" in note for note in known.notes)


def test_classes_are_judged_as_asked() -> None:
    data = open_dataset("digits")
    model = open_model("digits")
    settings = ChainSettings(sampler="ddim", steps=10, count=20, label=EVERY_CLASS)
    if not model.num_classes:
        with pytest.raises(UserError, match="classes"):
            evaluate(model, data, settings)
        return
    found = finished(model, data, settings).figures
    assert found["accuracy"].mean() >= 0.7
    assert found["accuracy"].mean("data") > 0.95


def test_the_shipped_classifier_knows_its_data_and_nothing_else() -> None:
    data = open_dataset("digits")
    classifier = classifier_for(data.fingerprint)
    assert classifier is not None and classifier.classes == data.classes
    features = classifier.features(data.x0(data.test))
    right = classifier.classify_features(features) == data.labels[data.test]
    assert float(right.double().mean()) == pytest.approx(classifier.accuracy)
    assert classifier_for(open_dataset("digits?size=16").fingerprint) is None


def test_the_mnist_classifier_is_right_about_almost_all_test_images(test_data) -> None:
    data = open_dataset(test_data / "mnist")
    classifier = classifier_for(data.fingerprint)
    some = data.test[::10]
    right = classifier.classify_features(classifier.features(data.x0(some))) == data.labels[some]
    assert float(right.double().mean()) > 0.99
    assert classifier.accuracy > 0.993


def test_the_flowers_classifier_is_right_about_most_test_photographs(test_data) -> None:
    data = open_dataset(test_data / "flowers", size=32)
    classifier = classifier_for(data.fingerprint)
    assert classifier is not None and classifier.classes == data.classes
    features = classifier.features(data.x0(data.test))
    right = classifier.classify_features(features) == data.labels[data.test]
    assert float(right.double().mean()) == pytest.approx(classifier.accuracy, abs=0.01)
    assert 0.65 < classifier.accuracy < 0.9, "of five kinds a fifth would be chance"


def test_data_of_another_shape_are_refused() -> None:
    model = exact_model(open_dataset("moons?n=100"), make_schedule("cosine", 5))
    with pytest.raises(UserError, match="same shape"):
        evaluate(model, open_dataset("digits"), ChainSettings())


def test_points_are_compared_in_the_units_of_the_data(tmp_path: Path) -> None:
    points = torch.randn(400, 2, generator=torch.Generator().manual_seed(0)).numpy()
    found = []
    for name, x in (("here", points), ("far", 100 * points + 5_000)):
        np.save(tmp_path / f"{name}.npy", x)
        data = open_dataset(tmp_path / f"{name}.npy")
        if not found:
            model = exact_model(data, make_schedule("cosine", 10))
        found.append(finished(model, data, ChainSettings(count=100)).figures["wasserstein"])
    near, far = found
    assert near.mean() < 1 and far.mean() == pytest.approx(5_000 * 2**0.5, rel=0.05)


def test_the_last_seed_is_followed_by_the_first() -> None:
    data = open_dataset("moons?n=200")
    model = exact_model(data, make_schedule("cosine", 3))
    last, first = ChainSettings(count=20, seed=SEEDS - 1), ChainSettings(count=20, seed=0)
    one = finished(model, data, last, Plan(seeds=2)).figures["energy"].values["samples"]
    two = finished(model, data, first).figures["energy"].values["samples"]
    assert one[1:] == two


@pytest.mark.parametrize("label", [None, EVERY_CLASS])
def test_a_bound_asks_the_network_about_a_batch_at_a_time(
    monkeypatch: pytest.MonkeyPatch, label: int | None
) -> None:
    data, model = open_dataset("digits"), open_model("digits")
    asked: list[int] = []

    def listening(x_t: torch.Tensor, *others: torch.Tensor | None) -> torch.Tensor:
        asked.append(len(x_t))
        return network(x_t, *others)

    network = model.denoiser.network
    listened = replace(model.denoiser, network=listening)
    model = over_few_times(replace(model, denoiser=listened))
    settings = ChainSettings(sampler="ddim", steps=2, count=10, label=label)
    found = []
    for size in (30, 10):
        monkeypatch.setattr(sys.modules[evaluate.__module__], "BATCH_IMAGES", size)
        asked.clear()
        found.append(finished(model, data, settings, Plan(bits=25)).figures["bits"])
        assert max(asked) == min(size, 25)
    assert found[0].title == found[1].title
    assert found[0].values["samples"] == pytest.approx(found[1].values["samples"], rel=1e-4)


def test_the_same_seed_gives_the_same_figures() -> None:
    data = open_dataset("moons?n=200")
    model = exact_model(data, make_schedule("cosine", 5))
    one, two = (finished(model, data, ChainSettings(count=50)) for _ in range(2))
    assert one.figures["wasserstein"].values == two.figures["wasserstein"].values
    assert torch.tensor(one.figures["energy"].values["samples"]).isfinite().all()


def test_real_samples_have_the_classes_that_were_asked_for() -> None:
    data, model = open_dataset("digits"), open_model("digits")
    settings = ChainSettings(count=50, label=EVERY_CLASS)
    asked = settings.labels_for(model)
    one, other = (real_samples(data, 50, asked, seed) for seed in (1, 2))
    assert torch.bincount(data.labels[one]).tolist() == [5] * 10
    assert not torch.equal(one, other) and len(one.unique()) == 50
    assert not torch.equal(data.labels[one], data.labels[one].sort().values)
    assert set(one.tolist()) <= set(data.train.tolist())


def test_samples_of_one_class_are_compared_with_data_of_that_class() -> None:
    for name, count in (("digits", 20), ("pinwheel", 400)):
        data, model = open_dataset(name), open_model(name)
        settings = ChainSettings(sampler="ddim", steps=10, count=count, label=3)
        found = finished(model, data, settings)
        key = "frechet" if "frechet" in found.figures else "sliced_wasserstein"
        figure = found.figures[key]
        assert figure.mean() < 0.2 * figure.mean("noise"), name
        assert not found.notes
        if not data.is_points:
            assert (data.labels[held_out(model, data, settings)] == 3).all()


def test_the_order_in_which_data_are_stored_does_not_matter(tmp_path) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(4_000, 2, generator=generator) * 0.05
    x[:, 0] += torch.tensor([-1.0, 1.0]).repeat_interleave(2_000)  # a cluster after the other
    np.save(tmp_path / "sorted.npy", x.numpy())
    data = open_dataset(tmp_path / "sorted.npy")
    model = exact_model(data, make_schedule("cosine", 5))
    figure = finished(model, data, ChainSettings(count=200)).figures["wasserstein"]
    assert figure.mean("data") < 0.3 < figure.mean("noise")
    assert held_out(model, data, ChainSettings()).sort().values.equal(data.test)


def test_fresh_points_are_not_those_that_were_learned() -> None:
    data = open_dataset("swiss-roll?n=400&seed=1")
    model = exact_model(data, make_schedule("cosine", 5))
    for part in points_to_compare(model, data, ChainSettings(count=400), None, seed=1):
        learned = model.scaling.to_data(data.x0(torch.arange(400)))
        assert nearest_distances(part, learned).min() > 0


def test_the_balance_of_classes_is_that_of_all_seeds_together() -> None:
    data, model = open_dataset("digits"), open_model("digits")
    found = finished(model, data, ChainSettings(sampler="ddim", steps=5, count=20), Plan(seeds=2))
    figure = found.figures["balance"]
    assert "of 40:" in figure.title and len(figure.values["samples"]) == 1


def test_what_was_learned_by_heart_is_judged_among_the_same_classes() -> None:
    """Images of class 1 lie close together, those of class 0 do not."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(400) % 2
    spread = torch.where(labels == 0, 1.0, 0.01)[:, None, None, None]
    images = spread * torch.randn(400, 1, 4, 4, generator=generator)
    judge = Judge(images[:200], labels[:200], images[200:], labels[200:], None)
    for label in (0, 1):
        samples = images[200:][labels[200:] == label][:50]
        columns, figures = {"samples": samples, "data": samples, "noise": samples}, Figures()
        judge.measure(figures, columns, torch.full((50,), label))
        judge.measure(figures, columns, torch.full((50,), label))
        found = figures["nearest"]
        unseen = nearest_distances(images[:200][labels[:200] == label], images[200:]).mean()
        assert found.mean() < 0.01
        assert found.mean("data") == pytest.approx(float(unseen), rel=0.2)
        assert found.error("data") > 0, "each seed has other images beside it"


def test_a_bound_is_told_the_classes_only_where_they_are_asked_for() -> None:
    data, model = open_dataset("digits"), over_few_times(open_model("digits"))
    every, none = (
        finished(
            model, data, ChainSettings(sampler="ddim", steps=3, count=10, label=label), Plan(bits=3)
        )
        for label in (EVERY_CLASS, None)
    )
    assert "given" in every.figures["bits"].title and "given" not in none.figures["bits"].title
    assert every.figures["bits"].mean() != none.figures["bits"].mean()


def test_data_without_the_classes_of_the_model_are_compared_with_a_note() -> None:
    data = open_dataset("digits")
    bare = replace(data, labels=None, classes=())
    model = over_few_times(open_model("digits"))
    settings = ChainSettings(sampler="ddim", steps=3, count=10, label=EVERY_CLASS)
    found = finished(model, bare, settings, Plan(bits=2))
    assert any("other classes" in note for note in found.notes)
    assert "accuracy" not in found.figures


def test_options_that_change_nothing_are_said_to() -> None:
    data = open_dataset("moons?n=200")
    model = exact_model(data, make_schedule("cosine", 3))
    found = finished(model, data, ChainSettings(count=20), Plan(bits=2))
    assert found.notes == ("--bits is of images only",)


def test_too_few_samples_or_data_are_refused_at_once(tmp_path) -> None:
    data = open_dataset("moons?n=200")
    model = exact_model(data, make_schedule("cosine", 5))
    with pytest.raises(UserError, match="5 samples are too few"):
        evaluate(model, data, ChainSettings(count=5))
    np.save(tmp_path / "few.npy", np.random.default_rng(0).normal(size=(30, 2)))
    few = open_dataset(tmp_path / "few.npy")
    with pytest.raises(UserError, match="has 3 samples to compare with"):
        evaluate(exact_model(few, model.schedule), few, ChainSettings(count=20))
    finished(model, data, ChainSettings(count=6))
