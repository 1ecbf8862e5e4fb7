"""The velocity of a point is the derivative of its path, on every path."""

import numpy as np
import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import NoiseSchedule, make_schedule, q_sample
from diffvis.errors import UserError
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.velocity import Velocity

X0, EPS = np.array([0.3, -1.2]), np.array([1.1, 0.4])


@pytest.mark.parametrize("kind", ["cosine", "linear", "flow", "ve"])
def test_it_is_the_slope_of_the_way(kind: str) -> None:
    schedule = make_schedule(kind, 400)
    for t in (60, 200, 330):
        found = Velocity(schedule, t, X0, EPS)
        slope = (found.way[t + 1] - found.way[t - 1]) * 400 / 2
        np.testing.assert_allclose(found.vector, slope, rtol=2e-3, atol=1e-3)
        x_t = q_sample(schedule, torch.from_numpy(X0)[None], t, torch.from_numpy(EPS)[None])
        np.testing.assert_allclose(found.way[t], x_t[0], atol=1e-6)


@pytest.mark.parametrize("t", [0, 1, 30, 50])
def test_on_the_straight_path_it_is_the_difference(t: int) -> None:
    found = Velocity(NoiseSchedule.flow(50), t, X0, EPS)
    np.testing.assert_allclose(found.vector, EPS - X0, atol=1e-9)


def test_it_is_drawn_for_a_point_that_is_named() -> None:
    subject = Forward(open_dataset("moons", n=100), NoiseSchedule.flow(20))
    spec = ExportSpec(view="cloud", t=8, count=30, size=(480, 270), velocity=True)
    with pytest.raises(UserError, match="add --kernel"):
        subject.content("picture", spec)
    (moves,) = subject.content("picture", spec.changed(kernel=4)).pieces()
    (kernel,) = subject.content("picture", spec.changed(kernel=4, velocity=False)).pieces()
    assert not np.array_equal(moves, kernel)
