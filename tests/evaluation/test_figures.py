"""The measures of features and neighbours, against cases whose answers are known."""

import math
import sys
from types import ModuleType

import pytest
import torch

from diffvis.errors import UserError
from diffvis.evaluation import (
    Figure,
    coverage,
    frechet_distance,
    nearest_distances,
    precision_and_recall,
)
from diffvis.evaluation.inception import inception_fid


def normal(n: int, seed: int, d: int = 2) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def exactly(n: int, seed: int, deviations: list[float], mean: float = 0.0) -> torch.Tensor:
    """Features whose sample mean and covariance are exactly these."""
    x = normal(n, seed, len(deviations)).double()
    x -= x.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov(x.T))
    return x @ (vectors / values.sqrt() @ vectors.T) * torch.tensor(deviations) + mean


def test_frechet_of_gaussians_is_the_closed_form() -> None:
    x, y = exactly(200, 0, [1.0, 2.0, 3.0]), exactly(300, 1, [2.0, 2.0, 0.5], mean=1.0)
    # Along common axes: the means' distance and the squared differences of the deviations.
    assert frechet_distance(x, y) == pytest.approx(3 + 1 + 0 + 6.25)
    assert frechet_distance(y, x) == pytest.approx(3 + 1 + 0 + 6.25)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)


def test_frechet_of_covariances_that_do_not_commute() -> None:
    angle = torch.tensor(0.6, dtype=torch.float64)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()]).view(2, 2)
    x, y = exactly(200, 0, [1.0, 3.0]), exactly(200, 1, [2.0, 0.5]) @ turn
    product = torch.cov(x.T) @ torch.cov(y.T)
    root = torch.linalg.eigvals(product).real.sqrt().sum()
    expected = torch.cov(x.T).trace() + torch.cov(y.T).trace() - 2 * root
    assert frechet_distance(x, y) == pytest.approx(float(expected))


def test_frechet_of_fewer_samples_than_features_is_finite() -> None:
    assert math.isfinite(frechet_distance(normal(5, 0, 40), normal(7, 1, 40)))
    with pytest.raises(ValueError, match="compared"):
        frechet_distance(normal(1, 0), normal(5, 1))


def test_precision_falls_with_outliers_and_recall_with_what_is_missing() -> None:
    data = torch.cat([normal(200, 0), normal(200, 1) + 50])
    same = torch.cat([normal(200, 2), normal(200, 3) + 50])
    one_mode = normal(400, 4)
    half_elsewhere = torch.cat([same[::2], normal(200, 5) - 50])
    assert min(precision_and_recall(same, data)) > 0.9
    precision, recall = precision_and_recall(one_mode, data)
    assert precision > 0.9 and recall == pytest.approx(0.5, abs=0.03)
    precision, recall = precision_and_recall(half_elsewhere, data)
    assert precision == pytest.approx(0.5, abs=0.03) and recall > 0.9


def test_a_members_own_neighbours_do_not_count_itself() -> None:
    line = torch.arange(4.0)[:, None]
    # Every radius to the first neighbour is 1: 4.5 is out of reach of 3.
    assert precision_and_recall(torch.tensor([[3.9], [4.5]]), line, k=1)[0] == 0.5
    with pytest.raises(ValueError, match="neighbours"):
        precision_and_recall(line, line, k=4)


def test_coverage_is_the_share_of_the_data_that_is_reached() -> None:
    data = torch.cat([normal(300, 0), normal(100, 1) + 50])
    assert coverage(normal(400, 2), data) == pytest.approx(0.75, abs=0.06)
    assert coverage(data, data) == 1.0


def test_nearest_distances_in_chunks() -> None:
    x, y = normal(1_500, 0, 3), normal(9_000, 1, 3)
    expected = torch.cdist(x[-50:], y).amin(1)
    torch.testing.assert_close(nearest_distances(x, y)[-50:], expected, atol=1e-3, rtol=0)
    assert nearest_distances(x[:3], x).max() < 1e-2


def test_a_figure_over_seeds() -> None:
    figure = Figure("accuracy", "accuracy", unit="%", digits=1)
    figure.add(samples=0.9)
    assert figure.text() == "90.0 %"
    figure.add(samples=0.8)
    assert figure.text() == "85.0 ± 7.1 %"
    assert figure.text("noise") == ""
    assert figure.to_json()["samples"]["values"] == [0.9, 0.8]


def test_fid_gives_the_library_pictures_of_three_channels(monkeypatch) -> None:
    """With the library's function in place of its weights."""
    seen = {}

    def calculate_metrics(**given):
        seen.update(given)
        return {"frechet_inception_distance": 12.5}

    library = ModuleType("torch_fidelity")
    library.calculate_metrics = calculate_metrics
    monkeypatch.setitem(sys.modules, "torch_fidelity", library)
    x = torch.linspace(-1, 1, 16).view(1, 1, 4, 4).repeat(3, 1, 1, 1)
    assert inception_fid(x, x[:2]) == 12.5
    assert seen["fid"] is True and len(seen["input1"]) == 3 and len(seen["input2"]) == 2
    picture = seen["input1"][0]
    assert picture.shape == (3, 4, 4) and picture.dtype == torch.uint8
    assert picture.min() == 0 and picture.max() == 255


def test_fid_says_what_is_missing(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    x = torch.zeros(2, 3, 4, 4)
    with pytest.raises(UserError, match="torch-fidelity"):
        inception_fid(x, x)

    broken = ModuleType("torch_fidelity")
    broken.__getattr__ = lambda name: (_ for _ in ()).throw(  # as an operator of torchvision does
        RuntimeError("operator torchvision::nms does not exist")
    )
    monkeypatch.setitem(sys.modules, "torch_fidelity", broken)
    with pytest.raises(UserError, match=r"cannot be loaded \(operator torchvision::nms"):
        inception_fid(x, x)

    def offline(**_):
        raise OSError("no route to host")

    library = ModuleType("torch_fidelity")
    library.calculate_metrics = offline
    monkeypatch.setitem(sys.modules, "torch_fidelity", library)
    with pytest.raises(UserError, match="could not be fetched"):
        inception_fid(x, x)
