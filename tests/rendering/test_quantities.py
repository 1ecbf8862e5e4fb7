"""What is plotted of a schedule is what the formulas say."""

import numpy as np
import pytest
import torch

from diffvis.diffusion import make_schedule, q_posterior
from diffvis.diffusion.prediction import x0_from_eps
from diffvis.rendering.chart import curve_look
from diffvis.rendering.quantities import QUANTITIES


@pytest.mark.parametrize("t", [2, 20, 40])
def test_the_factors_of_the_reverse_mean_are_its_derivatives(t: int) -> None:
    schedule = make_schedule("cosine", 40)
    x_t, eps = (torch.zeros(1, 2, dtype=torch.float64, requires_grad=True) for _ in range(2))
    mean, _ = q_posterior(schedule, x0_from_eps(schedule, x_t, t, eps), x_t, t, t - 1)
    (by_eps,) = torch.autograd.grad(mean.sum(), eps)
    factor = QUANTITIES["mean_eps"].values(schedule)[t]
    assert factor == pytest.approx(float(by_eps[0, 0]), rel=1e-9)
    assert factor < 0 and QUANTITIES["mean_eps"].signed


def test_what_is_not_signed_has_a_logarithmic_axis() -> None:
    schedule = make_schedule("linear", 100)
    for quantity in QUANTITIES.values():
        values = quantity.values(schedule)
        below = bool(np.any(values[np.isfinite(values)] < 0))
        assert below == quantity.signed, quantity.key


def test_no_two_of_many_curves_look_alike() -> None:
    looks = [curve_look(place) for place in range(12)]
    assert looks[0] == ("signal", "solid") and len(set(looks)) == 12


@pytest.mark.parametrize(
    ("kinds", "signal", "noise"),
    [
        (["cosine", "linear"], "√ᾱ: factor of x_0", "√(1−ᾱ): factor of ε"),
        (["flow"], "1−t/T: factor of x_0", "t/T: factor of ε"),
        (["ve", "ve-karras"], "s_t: factor of x_0", "σ_t: factor of ε"),
        (["cosine", "flow"], "signal: factor of x_0", "noise: factor of ε"),
    ],
)
def test_factors_are_called_as_their_paths_write_them(
    kinds: list[str], signal: str, noise: str
) -> None:
    schedules = [make_schedule(kind, 20) for kind in kinds]
    assert QUANTITIES["signal"].title(schedules) == signal
    assert QUANTITIES["noise"].title(schedules) == noise
