"""Whole evaluations, of denoisers whose samples are known to be good or bad."""

import pytest
import torch

from diffvis.data import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.errors import UserError
from diffvis.evaluation import Evaluation, Plan, Working, evaluate
from diffvis.evaluation.classifier import classifier_for
from diffvis.training.model import exact_model, open_model
from diffvis.training.sampling import EVERY_CLASS, ChainSettings


def finished(*arguments, **options) -> Evaluation:
    *working, evaluation = evaluate(*arguments, **options)
    assert all(isinstance(part, Working) and part.done <= part.total for part in working)
    return evaluation


@pytest.fixture(scope="module")
def points() -> Evaluation:
    data = open_dataset("moons?n=2000")
    model = exact_model(data, make_schedule("cosine", 20))
    return finished(model, data, ChainSettings(count=400), Plan(seeds=2))


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
    settings = ChainSettings("ddim", 20, count=60)
    found = finished(model, data, settings, Plan(bits=4)).figures
    assert found["nearest"].mean() < 0.1 * found["nearest"].mean("data")
    assert found["frechet"].mean() < 0.3 * found["frechet"].mean("noise")
    assert "Digits classifier features" in found["frechet"].title
    assert "accuracy" not in found and found["balance"].mean() < 25
    assert found["bits"].mean("data") > 0


def test_classes_are_judged_as_asked() -> None:
    data = open_dataset("digits")
    model = open_model("digits")
    settings = ChainSettings("ddim", 10, count=20, label=EVERY_CLASS)
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
    right = classifier.classify(data.x0(data.test)) == data.labels[data.test]
    assert float(right.double().mean()) == pytest.approx(classifier.accuracy)
    assert classifier_for(open_dataset("digits?size=16").fingerprint) is None


def test_the_mnist_classifier_is_right_about_almost_all_test_images(test_data) -> None:
    data = open_dataset(test_data / "mnist")
    classifier = classifier_for(data.fingerprint)
    some = data.test[:2_000]
    right = classifier.classify(data.x0(some)) == data.labels[some]
    assert float(right.double().mean()) > 0.985  # the test set's first half is the harder one
    assert classifier.accuracy > 0.993


def test_data_of_another_shape_are_refused() -> None:
    model = exact_model(open_dataset("moons?n=100"), make_schedule("cosine", 5))
    with pytest.raises(UserError, match="same shape"):
        evaluate(model, open_dataset("digits"), ChainSettings())


def test_the_same_seed_gives_the_same_figures() -> None:
    data = open_dataset("moons?n=200")
    model = exact_model(data, make_schedule("cosine", 5))
    one, two = (finished(model, data, ChainSettings(count=50)) for _ in range(2))
    assert one.figures["wasserstein"].values == two.figures["wasserstein"].values
    assert torch.tensor(one.figures["energy"].values["samples"]).isfinite().all()
