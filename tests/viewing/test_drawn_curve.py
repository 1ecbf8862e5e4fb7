"""Whatever the hand does, the drawn curve falls, and is the schedule that is used."""

import numpy as np
import pytest

from diffvis.diffusion import make_schedule
from diffvis.viewing.drawn_curve import HIGHEST, LOWEST, DrawnCurve, resampled


def test_the_curve_begins_as_the_schedule() -> None:
    schedule = make_schedule("linear", 100)
    curve = DrawnCurve(schedule)
    assert np.allclose(curve.values, schedule.log_snr[1:].numpy())
    again = curve.schedule()
    assert np.allclose(again.alpha_bar.numpy(), schedule.alpha_bar.numpy(), atol=1e-6)


def test_any_scribble_falls() -> None:
    rng = np.random.default_rng(0)
    curve = DrawnCurve(make_schedule("cosine", 50))
    last = (1.0, 5.0)
    for _ in range(200):
        here = (rng.uniform(-5, 60), rng.uniform(-40, 40))
        curve.drag(last, here)
        last = here
        assert (np.diff(curve.values) < 0).all()
        assert curve.values.max() <= HIGHEST + 1e-9
        assert curve.values.min() >= LOWEST - 0.1
    made = curve.schedule()
    assert np.allclose(made.log_snr[1:].numpy(), curve.values, atol=1e-6)


def test_the_line_is_drawn_where_the_hand_was() -> None:
    curve = DrawnCurve(make_schedule("cosine", 50))
    curve.drag((10, 4.0), (20, 0.0))
    assert curve.values[9] == pytest.approx(4.0, abs=0.01)
    assert curve.values[14] == pytest.approx(2.0, abs=0.01)
    assert curve.values[19] == pytest.approx(0.0, abs=0.01)


def test_resampling_keeps_the_ends() -> None:
    schedule = DrawnCurve(make_schedule("cosine", 50)).schedule()
    for T in (1, 7, 200):
        other = resampled(schedule, T)
        assert other.T == T
        assert float(other.log_snr[T]) == pytest.approx(float(schedule.log_snr[50]), abs=0.05)
