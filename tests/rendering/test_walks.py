"""Jump and walk as files: what is plotted is what was walked."""

from pathlib import Path

import numpy as np
import pytest
import torch

from diffvis.data import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.rendering.export import export
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import endings
from diffvis.rendering.subjects.walks import Walks
from diffvis.rendering.walks import CENTRES, compare, density_of, stairs, walked_value

SPEC = ExportSpec(size=(320, 180), seed=3, t=9)


@pytest.fixture
def walks(schedule: NoiseSchedule) -> Walks:
    return Walks(schedule, -0.7)


def made(walks: Walks, kind: str, view: str):
    (found,) = walks.content(kind, SPEC.changed(view=view)).pieces()
    return found


def test_both_ways_have_the_formulas_distribution(walks: Walks, schedule: NoiseSchedule) -> None:
    numbers = made(walks, "numbers", "walks")
    assert np.array_equal(numbers["walks"], compare(schedule, -0.7, 3).walks)
    table = made(walks, "table", "places")
    width = CENTRES[1] - CENTRES[0]
    mean, std = schedule.sqrt_alpha_bar[9] * -0.7, schedule.sqrt_one_minus_alpha_bar[9]
    formula = table["q(x_t | x_0)"]
    assert formula.sum() * width == pytest.approx(1, abs=1e-3)
    assert (formula * CENTRES).sum() * width == pytest.approx(float(mean), abs=1e-3)
    expected = formula * width * 1_000
    for name in ("walks", "jumps"):  # counts of a bin scatter by their root
        assert (np.abs(table[name] * width * 1_000 - expected) < 5 * np.sqrt(expected) + 3).all()
    assert float(std) == pytest.approx(numbers["walks"][9].std(), rel=0.1)


def test_the_ways_over_t_are_those_walked(walks: Walks, schedule: NoiseSchedule) -> None:
    table = made(walks, "table", "walks")
    found = compare(schedule, -0.7, 3)
    assert table["t"].tolist() == list(range(31))
    assert np.array_equal(table["walk 2"].astype(np.float32), found.walks[:, 1])
    jump = [found.jumps(t)[0] for t in range(31)]
    assert table["jumps"] == pytest.approx(np.array(jump), abs=1e-6)
    assert (table["mean + 2σ"] - table["mean"]) == pytest.approx(
        2 * schedule.sqrt_one_minus_alpha_bar.numpy()
    )


def test_stairs_are_the_bars_outline() -> None:
    heights = density_of(np.random.default_rng(0).normal(size=500))
    x, y = stairs(heights)
    assert np.trapezoid(y, x) == pytest.approx(heights.sum() * (CENTRES[1] - CENTRES[0]))
    assert np.array_equal(np.interp(CENTRES, x, y), heights)
    assert (x[0], x[-1]) == (-4.0, 4.0)


def test_which_value_is_walked(roll: Dataset, digits: Dataset) -> None:
    assert walked_value(roll.x0([3])[0]) == float(roll.x0([3])[0, 0])
    assert walked_value(digits.x0([3])[0]) == float(digits.x0([3]).max())
    assert walked_value(torch.tensor([-2.0, 5.0])) == -2.0


@pytest.mark.parametrize("view", ["walks", "places"])
def test_every_file_can_be_made_again(tmp_path: Path, walks: Walks, view: str) -> None:
    spec = SPEC.changed(view=view)
    for suffix in endings(walks, spec):
        file = tmp_path / f"a{suffix}"
        list(export(file, walks, spec))
        if suffix == ".csv":  # has no place for a recipe
            continue
        again = remake(read_recipe(file))
        assert again.differences == ()
        list(export(tmp_path / f"b{suffix}", again.subject, again.spec))
        assert file.read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("t", [0, 1, 9, 30])
def test_the_formula_is_whole_below_the_top(walks: Walks, t: int) -> None:
    (chart,) = walks.content("drawing", SPEC.changed(view="places", t=t)).pieces()
    formula = chart.curves[-1]
    assert chart.top == compare(walks.schedule, -0.7, 3).top(t)
    if t > 1:
        assert formula.y.max() < chart.top
    else:
        assert formula.y.max() > chart.top, "it leaves the plot, and is not cut flat within"


@pytest.mark.parametrize("x0", [float("nan"), float("inf"), -4.1, 1e300])
def test_a_value_beyond_the_plot_is_refused(schedule: NoiseSchedule, x0: float) -> None:
    with pytest.raises(UserError, match="choose -4 to 4"):
        Walks(schedule, x0)


def test_a_time_beyond_the_last_is_refused(walks: Walks) -> None:
    with pytest.raises(UserError, match="t = 31 is not possible: choose 0 to 30"):
        walks.content("picture", SPEC.changed(t=31))
