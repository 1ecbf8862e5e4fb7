"""Charts as figures of matplotlib."""

import numpy as np
import pytest

from diffvis.errors import UserError
from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.figure import draw_chart
from diffvis.rendering.style import LIGHT


@pytest.mark.parametrize("y", [np.zeros(4), np.full(4, -1.0), np.full(4, np.nan)], ids=str)
def test_what_is_nowhere_positive_has_a_linear_axis(y: np.ndarray) -> None:
    """matplotlib would warn, and fall back to an axis that says nothing."""
    curve = Curve("loss", np.arange(4.0), y)
    charts = [
        Chart("a run", "step", "loss", (curve,), (240, 160), LIGHT, log_y=log)
        for log in (True, False)
    ]
    logarithmic, linear = map(draw_chart, charts)
    assert np.array_equal(logarithmic, linear)
    curve.y[2] = 5.0
    logarithmic, linear = map(draw_chart, charts)
    assert not np.array_equal(logarithmic, linear)


def test_nor_is_a_horizontal_axis_without_a_positive_value() -> None:
    curve = Curve("loss", np.zeros(1), np.ones(1))
    charts = [
        Chart("a run", "step", "loss", (curve,), (240, 160), LIGHT, log_x=log)
        for log in (True, False)
    ]
    assert np.array_equal(*map(draw_chart, charts))


@pytest.mark.parametrize("size", [(260, 300), (420, 120), (330, 640), (1280, 720)])
def test_the_words_below_a_chart_are_not_cut(size: tuple[int, int]) -> None:
    x = np.linspace(1, 10, 5)
    chart = Chart("", "gypsy", "", (Curve("", x, x, listed=False),), size, LIGHT)
    bottom = draw_chart(chart)[-2:]
    assert (bottom == bottom[0, 0]).all(), "descenders reach the edge"


def test_a_chart_without_room_for_its_axes_is_refused() -> None:
    x = np.arange(3.0)
    tiny = Chart("Loss", "step", "loss", (Curve("loss", x, x),), (80, 50), LIGHT)
    with pytest.raises(UserError, match="no room in 80 x 50") as caught:
        draw_chart(tiny)
    assert caught.value.field == "size"
