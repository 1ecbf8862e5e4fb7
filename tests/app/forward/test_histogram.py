"""Forward's histogram: a bar that the axis has no room for says so; symbols are set."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from diffvis.app.forward.histogram import LOW, TOP, ValuesHistogram
from diffvis.app.theme import Theme
from diffvis.app.widgets.symbols import with_subscripts


@pytest.fixture
def histogram(qtbot: QtBot, theme: Theme) -> ValuesHistogram:
    made = ValuesHistogram(theme)
    qtbot.addWidget(made)
    made.resize(320, 200)
    made.show()
    return made


def test_a_peak_beyond_the_axis_is_broken_and_says_its_height(histogram: ValuesHistogram) -> None:
    histogram.show_values(np.r_[np.full(90, -1.0), np.full(10, 1.0)])
    peak = histogram.bar_heights("x_t").max()
    assert peak > TOP
    assert histogram.height_said == f"up to {peak:.2g}"
    assert histogram._breaks.isVisible() and histogram._height.isVisible()
    assert histogram._height.pos().x() > -1.0, "to the right of a bar on the left"


def test_bars_that_fit_are_whole(histogram: ValuesHistogram) -> None:
    histogram.show_values(np.full(100, -1.0))
    histogram.show_values(np.random.default_rng(0).standard_normal(20_000))
    assert histogram.bar_heights("x_t").max() <= TOP
    assert histogram.height_said == ""
    assert not histogram._breaks.isVisible() and not histogram._height.isVisible()


def test_the_axis_stays_where_it_is(histogram: ValuesHistogram) -> None:
    histogram.show_values(np.full(100, LOW + 0.01))
    _, (bottom, top) = histogram.getPlotItem().getViewBox().viewRange()
    assert bottom == pytest.approx(0, abs=0.05) and top == pytest.approx(TOP, abs=0.05)


def test_the_title_is_set_and_can_be_read_out(histogram: ValuesHistogram) -> None:
    assert "x<sub>t</sub>" in histogram.getPlotItem().titleLabel.text
    assert histogram.accessibleName() == "values of x_t against N(0, 1)"


@pytest.mark.parametrize(
    ("plain", "rich"),
    [
        ("watch x_0 drown", "watch x<sub>0</sub> drown"),
        ("q(x_t | x_{t−1})", "q(x<sub>t</sub> | x<sub>t−1</sub>)"),
        ("a < b & c_i", "a &lt; b &amp; c<sub>i</sub>"),
        ("a _ b", "a _ b"),
    ],
)
def test_subscripts(plain: str, rich: str) -> None:
    assert with_subscripts(plain) == rich
