"""The plot of the window and that of a file have the same curves."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from diffvis.app.schedules.plot import Line, SchedulePlot
from diffvis.app.theme import Theme
from diffvis.diffusion import make_schedule
from diffvis.rendering.quantities import QUANTITIES
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.schedules import Schedules

SCHEDULES = [make_schedule("cosine", 30), make_schedule("linear", 20)]


@pytest.mark.parametrize("axis", ["t", "log", "part"])
@pytest.mark.parametrize("log", [False, True])
def test_of_each_quantity(qtbot: QtBot, theme: Theme, axis: str, log: bool) -> None:
    plot = SchedulePlot(theme)
    qtbot.addWidget(plot)
    lines = [Line(f"schedule {place}", made) for place, made in enumerate(SCHEDULES)]
    subject = Schedules(tuple(SCHEDULES), tuple(line.name for line in lines))
    for key, quantity in QUANTITIES.items():
        plot.show_lines(lines, quantity, axis, log=log)
        chart = subject.chart(key, ExportSpec(axis=axis, log=log))
        assert plot.curve_names == tuple(curve.name for curve in chart.curves)
        for curve, made in zip(chart.curves, SCHEDULES, strict=True):
            times = np.arange(made.T + 1)
            assert np.array_equal(curve.x, times / made.T if axis == "part" else times)
            x, y = plot.curve_data(curve.name)
            seen = np.isfinite(x) & np.isfinite(y)
            drawn = np.isfinite(curve.y) & ((curve.y > 0) | (not chart.log_y))
            drawn &= (curve.x > 0) | (not chart.log_x)
            assert np.array_equal(x[seen], curve.x[drawn])
            assert np.array_equal(y[seen], curve.y[drawn])
            look = plot._curves[curve.name]
            assert (look.colour_name, look.dash) == (curve.colour, curve.dash)
