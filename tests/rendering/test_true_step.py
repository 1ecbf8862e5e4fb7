"""The true step back as pictures and numbers."""

from pathlib import Path

import numpy as np
import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import GaussianMixtureDenoiser, NoiseSchedule
from diffvis.errors import UserError
from diffvis.rendering.export import export
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import endings
from diffvis.rendering.subjects.true_step import TrueStep
from diffvis.rendering.true_step import step_along


@pytest.fixture(scope="module")
def subject() -> TrueStep:
    return TrueStep(
        open_dataset("eight-gaussians", n=400), NoiseSchedule.linear(300), (0.1, 0.2), 90
    )


def table(subject: TrueStep, **chosen: object) -> dict[str, np.ndarray]:
    content = subject.content("table", ExportSpec(**chosen), "cpu")
    return next(iter(content.pieces()))


def test_the_table_has_the_densities(subject: TrueStep) -> None:
    found = table(subject, view="steps", times=(88, 40, 5))
    assert list(found) == [
        f"{name}, s = {s}" for s in (88, 40, 5) for name in ("x", "true", "large", "small")
    ]
    for s in (88, 40, 5):
        x = found[f"x, s = {s}"]
        for name in ("true", "large"):
            density = found[f"{name}, s = {s}"]
            assert np.trapezoid(density, x) == pytest.approx(1, abs=0.01)
            mean = np.trapezoid(density * x, x)
            assert mean == pytest.approx(np.trapezoid(found[f"true, s = {s}"] * x, x), abs=0.01)


def test_the_divergence_grows_with_the_stride(subject: TrueStep) -> None:
    found = table(subject, view="divergence")
    for name in ("large σ²", "small σ²", "the best σ²"):
        assert (np.diff(found[name]) > 0).all(), name
    assert (found["the best σ²"] <= found["large σ²"] + 1e-9).all()
    assert found["large σ²"][0] < 1e-3 < 0.1 < found["large σ²"][-1]


def test_of_gaussians_the_divergence_is_the_closed_form() -> None:
    """KL(N(m, a^2) || N(m, b^2)) = ln(b/a) + a^2 / (2 b^2) - 1/2."""
    normal = GaussianMixtureDenoiser(
        torch.ones(1), torch.zeros(1, 1), torch.full((1, 1, 1), 0.3), NoiseSchedule.linear(300)
    )
    axis = torch.ones(1, dtype=torch.float64)
    for s in (119, 60, 10):
        step = step_along(normal, torch.tensor([0.4]), 120, s, axis)
        for std in (step.large, step.small):
            expected = np.log(std / step.std) + step.std**2 / (2 * std**2) - 0.5
            assert step.kl(std) == pytest.approx(expected, rel=1e-3, abs=1e-7)


@pytest.mark.parametrize("view", ["steps", "divergence"])
def test_it_can_be_made_again(tmp_path: Path, subject: TrueStep, view: str) -> None:
    spec = ExportSpec(view=view, size=(640, 360))
    for suffix in endings(subject, spec):
        file = tmp_path / f"a{suffix}"
        list(export(file, subject, spec))
        if suffix == ".csv":  # has no place for a recipe
            continue
        again = remake(read_recipe(file))
        assert again.differences == ()
        list(export(tmp_path / f"b{suffix}", again.subject, again.spec))
        assert file.read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_what_does_not_fit_is_refused(subject: TrueStep) -> None:
    schedule = subject.schedule
    with pytest.raises(UserError, match="holds images"):
        TrueStep(open_dataset("digits"), schedule, (0.0, 0.0), 90)
    with pytest.raises(UserError, match="is no point"):
        TrueStep(subject.data, schedule, (0.0,), 90)
    for t in (1, 301):
        with pytest.raises(UserError, match=f"t = {t} is not possible"):
            TrueStep(subject.data, schedule, (0.0, 0.0), t)
    for times in ((90,), (0, 20), ()):
        with pytest.raises(UserError, match="are not possible"):
            subject.content("table", ExportSpec(times=times), "cpu")
