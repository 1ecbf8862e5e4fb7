"""Ways of a few points on a line over t: with noise at every step, and without any."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from diffvis.diffusion import NoiseSchedule, ddim_inversion, timesteps
from diffvis.rendering.factors import reach
from diffvis.rendering.heat import Law, scales_at
from diffvis.rendering.paths import Paths

STEPS = 150  # of an ODE that is drawn
NOISY, CALM = 6, 14  # ways that can be told apart: they cross each other, or do not


@dataclass(frozen=True, eq=False)
class Ways:
    """Where k points are at ascending ``times`` (m,): ``places`` (m, k), x_t / ``reach``."""

    times: np.ndarray
    places: np.ndarray
    noisy: bool
    words: str
    """What they are, in markup."""

    def since(self, t: int) -> "Ways":
        """What is known of them from t on."""
        first = int(np.searchsorted(self.times, t))
        return replace(self, times=self.times[first:], places=self.places[first:])

    def at(self, t: int) -> np.ndarray:
        """Places (j,) at t of all that have been there."""
        if not len(self.times) or not self.times[0] <= t <= self.times[-1]:
            return np.zeros(0)
        return np.array([np.interp(t, self.times, way) for way in self.places.T])


def ways_of(
    moments: Mapping[int, Tensor], schedule: NoiseSchedule, noisy: bool, words: str
) -> Ways:
    """Those of the first points x_t (N, 1) of each moment."""
    times = sorted(moments)
    kept = NOISY if noisy else CALM
    places = [moments[t][:kept, 0].double().cpu().numpy() / reach(schedule, t) for t in times]
    return Ways(np.array(times), np.stack(places), noisy, words)


def forward_ways(paths: Paths, schedule: NoiseSchedule, walked: bool) -> Ways:
    """Those of ``paths`` of points (N, 1): by one jump each, or ``walked`` along the chain."""
    places = paths.places[:, :, 0] / scales_at(schedule, paths.times)[:, None]
    return Ways(paths.times, places, True, "SDE (true chain)" if walked else "one ε each")


def some_ways(count: int, selected: int | None) -> list[int]:
    """The numbers of a few of ``count`` points, the selected one among them."""
    index = np.linspace(0, count - 1, min(count, NOISY)).round().astype(int).tolist()
    return index if selected is None or selected in index else [*index, selected]


def flow_of(law: Law, schedule: NoiseSchedule, x0: Tensor) -> Ways:
    """The ways of x0 (k, 1) to noise by the ODE that has the same q(x_t) as the noising, with the
    exact E[x_0 | x_t] (Song et al. 2021, eq. 13).
    """
    times = timesteps(schedule.T, min(STEPS, schedule.T))
    x = x0[:CALM].double()
    moments = {0: x}
    for step in ddim_inversion(law.denoiser(schedule), schedule, x, times, iterations=2):
        moments[step.s] = step.x_s
    return ways_of(moments, schedule, False, "ODE")
