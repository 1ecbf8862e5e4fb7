"""Figures of papers and courses: their numbers are those of the formulas; each becomes files."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from diffvis.cli import main
from diffvis.data import Dataset
from diffvis.diffusion import bound_terms, ddim_inversion
from diffvis.errors import UserError
from diffvis.evaluation.evaluate import Evaluation, evaluate
from diffvis.models.model import Model
from diffvis.rendering.course.figure import FIGURES, Drawn, Sources
from diffvis.rendering.course.page import draw_page
from diffvis.rendering.course.registry import figure_named
from diffvis.rendering.course.spectrum import power
from diffvis.rendering.export import export
from diffvis.rendering.export_settings import SMALLEST
from diffvis.rendering.pixels import Pixels, blank
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import LIGHT, Style
from diffvis.rendering.subjects.course import Course
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings
from diffvis.sampling.walk import ddim

SPEC = ExportSpec(size=(480, 270), style="light", count=6)
CHAIN = ChainSettings()


@pytest.fixture(scope="module")
def sources(digits_model: Model, digits: Dataset) -> Sources:
    return Sources(digits_model, digits)


def drawn(name: str, of: Sources, spec: ExportSpec = SPEC) -> Drawn:
    pieces = list(figure_named(name).make(of, spec))
    assert len(pieces) == figure_named(name).work(of, spec), "so much work as it says"
    assert isinstance(pieces[-1], Drawn) and not any(pieces[:-1])
    return pieces[-1]


def test_the_two_variances() -> None:
    found = drawn("beta-tilde", Sources(None, None))
    table, T = found.table(), 100
    alpha_bar = np.cumprod(1 - np.linspace(1e-4, 0.02, T) * 1000 / T)
    before = np.r_[1, alpha_bar[:-1]]
    known = ~np.isnan(table["T = 100"])
    np.testing.assert_allclose(table["t / T"][known], np.arange(1, T + 1) / T)
    np.testing.assert_allclose(table["T = 100"][known], (1 - before) / (1 - alpha_bar), atol=1e-9)
    assert f"{(1 - alpha_bar[8]) / (1 - alpha_bar[9]):.4f}" in found.caption


def test_alpha_bar_says_how_much_is_left() -> None:
    caption = drawn("alpha-bar", Sources(None, None)).caption
    linear = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))
    first = 100 * (np.argmax(linear < 0.5) + 1) / 1000
    assert f"half of it after {first:.0f} %" in caption and "cosine after 50 %" in caption


def test_power_of_a_wave_and_of_noise() -> None:
    place = torch.arange(16).double() * (2 * math.pi / 16)
    wave = torch.cos(3 * place)[None, :].expand(1, 1, 16, 16)
    found = power(wave)
    assert len(found) == 8 and found[2] > 1 and np.delete(found, 2).max() < 1e-20
    noise = torch.randn(4_000, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    np.testing.assert_allclose(power(noise), 1.0, atol=0.02)


def test_the_parts_make_the_bound(sources: Sources) -> None:
    table = drawn("elbo-parts", sources).table()
    terms = drawn("bound-terms", sources).table()
    data = sources.known
    order = torch.randperm(len(data.test), generator=torch.Generator().manual_seed(0))
    x0 = data.x0(data.test[order[:6]])
    bits = [
        float(term.bits.double().mean())
        for term in bound_terms(
            sources.model.denoiser, sources.model.schedule, x0,
            generator=torch.Generator().manual_seed(0), levels=17,
            clip=CHAIN.clip_for(sources.model),
        )
    ]  # fmt: skip
    assert float(table["bound"][0]) == pytest.approx(sum(bits))
    assert float(table["L_T"][0]) == pytest.approx(bits[0])
    assert float(table["L_0"][0]) == pytest.approx(bits[-1])
    assert terms["bits/dim"][::-1].tolist() == pytest.approx(bits[1:])
    rate = drawn("rate-distortion", sources).table()
    assert (np.diff(rate["rate"]) > 0).all() and rate["distortion"][0] > rate["distortion"][-1]
    assert rate["rate"][-1] + bits[-1] == pytest.approx(sum(bits))


def test_the_error_of_inversion(sources: Sources) -> None:
    table = drawn("inversion-error", sources).table()
    assert table["steps"].tolist() == [10, 20, 30]
    model, data = sources.model, sources.known
    (x0,) = (data.x0(data.test[:1]),)
    one = drawn("inversion-error", sources, SPEC.changed(count=1)).table()
    settings = ChainSettings(sampler="ddim", steps=10, eta=0, clip="none", count=1)
    times = settings.times(model.schedule.T)
    *_, up = ddim_inversion(model.denoiser, model.schedule, x0, times)
    x = up.x_s
    *_, down = ddim(model.denoiser, model.schedule, x, times)
    error = float((down.x_s - x0).square().mean().sqrt())
    assert float(one["error"][0]) == pytest.approx(error, rel=1e-4)


def test_quality_is_what_evaluate_says(roll_model: Model, roll: Dataset) -> None:
    spec = SPEC.changed(count=40)
    found = drawn("steps-eta", Sources(roll_model, roll), spec)
    table = found.table()
    assert table["steps"].tolist() == [5, 10, 20] * 4 and set(table["eta"]) == {0, 0.2, 0.5, 1}
    chain = ChainSettings(sampler="ddim", steps=10, eta=0.2, count=40)
    *_, told = evaluate(roll_model, roll, chain)
    assert isinstance(told, Evaluation)
    assert table["sliced_wasserstein"][4] == pytest.approx(
        told.figures["sliced_wasserstein"].mean()
    )


def test_distance_falls_to_that_of_the_samples(roll_model: Model, roll: Dataset) -> None:
    spec = SPEC.changed(count=60)
    table = drawn("distance", Sources(roll_model, roll), spec).table()
    chain = ChainSettings(sampler="ddim", count=60)
    *_, told = evaluate(roll_model, roll, chain)
    assert isinstance(told, Evaluation)
    measured = told.figures["sliced_wasserstein"].mean()
    assert table["t"][[0, -1]].tolist() == [30, 0]
    assert table["x_t"][-1] == table["x0_hat"][-1] == pytest.approx(measured, rel=1e-5)
    assert table["x0_hat"][0] > 2 * table["x0_hat"][-1], "the mean of all data is far from them"


def test_what_the_chain_passes(sources: Sources) -> None:
    table = drawn("progressive", sources, SPEC.changed(count=2, times=(30, 12, 0))).table()
    steps = list(run_chain(sources.model, CHAIN.changed(count=2)))
    at = {step.t: step.x0_hat for step in steps} | {0: steps[-1].x_s}
    for t in (30, 12, 0):
        values = table["value"][table["t"] == t].reshape(at[t].shape)
        np.testing.assert_allclose(values, at[t], atol=1e-6)
    with pytest.raises(UserError, match="t = 31 is not possible"):
        Course(figure_named("progressive"), sources).content("picture", SPEC.changed(times=(31,)))


@pytest.mark.parametrize("name", ["noising", "progressive", "linear-cosine", "spectrum"])
def test_a_moment_beyond_the_last_is_refused(name: str, sources: Sources) -> None:
    with pytest.raises(UserError, match="t = 31 is not possible"):
        Course(figure_named(name), sources).content("picture", SPEC.changed(times=(5, 31)))


@pytest.mark.parametrize("name", ["spectrum", "linear-cosine", "same-noise"])
def test_each_becomes_files_and_comes_again_from_its_recipe(
    tmp_path: Path, name: str, sources: Sources
) -> None:
    subject = Course(figure_named(name), sources)
    for ending in (".svg", ".csv"):
        list(export(tmp_path / f"a{ending}", subject, SPEC))
    again = remake(read_recipe(tmp_path / "a.svg"))
    assert not again.differences
    list(export(tmp_path / "b.svg", again.subject, again.spec))
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    with (tmp_path / "a.csv").open() as file:
        assert len(list(csv.reader(file))) > 4


def test_a_figure_by_its_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, table = tmp_path / "a.svg", tmp_path / "a.csv"
    assert main(["export", "figure", "alpha-bar", "--out", str(out), "--table", str(table)]) == 0
    assert "half of it" in out.read_text(encoding="utf-8")
    assert len(table.read_text().splitlines()) == 1_002
    capsys.readouterr()
    assert main(["export", "figure", "monet", "--out", str(tmp_path / "b.svg")]) == 2
    said = capsys.readouterr().err
    assert "there is no figure monet" in said and all(name in said for name in FIGURES)


def test_each_is_in_the_course_map() -> None:
    page = (Path(__file__).parents[2] / "docs" / "course-map.md").read_text(encoding="utf-8")
    assert [name for name in FIGURES if f"figure {name} " not in page + " "] == []


def test_each_is_in_the_gallery() -> None:
    docs = Path(__file__).parents[2] / "docs"
    page = (docs / "figures.md").read_text(encoding="utf-8")
    pictures = {name: docs / "pictures" / "figures" / "gallery" / f"{name}.png" for name in FIGURES}
    assert [name for name in FIGURES if f"`diffvis export figure {name} " not in page] == []
    assert sum(path.stat().st_size for path in pictures.values()) < 600_000


def test_a_long_caption_leaves_a_small_figure_the_least_height() -> None:
    asked: list[tuple[int, int]] = []

    def draw(size: tuple[int, int], look: Style) -> Pixels:
        asked.append(size)
        return blank(size, look.panel)

    page = draw_page(Drawn(draw, "word " * 60, dict), (200, 160), LIGHT, captioned=True)
    assert asked == [(200, SMALLEST[1])] and page.shape[0] > 160
