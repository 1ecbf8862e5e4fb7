"""What is drawn over (t, x) of the noising of points on a line."""

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.heat import heat_of, law_of
from diffvis.rendering.heat_ways import Ways, flow_of, forward_ways, some_ways
from diffvis.rendering.heatmap import HeatScene
from diffvis.rendering.paths import Paths


def forward_scene(
    dataset: Dataset, schedule: NoiseSchedule, paths: Paths, calm: Ways, extent: float, walked: bool
) -> HeatScene:
    """The density of data on a line, exactly, with ``paths`` of some of its points, and beside
    these the ``calm`` ways by the ODE.
    """
    law, ways = law_of(dataset), (forward_ways(paths, schedule, walked), calm)
    return HeatScene(heat_of(law, schedule, extent), ways, schedule, law)


def calm_ways(dataset: Dataset, schedule: NoiseSchedule, x0: Tensor) -> Ways:
    """Those of some of the points x0 (N, 1) by the ODE."""
    index = torch.as_tensor(some_ways(len(x0), None))
    return flow_of(law_of(dataset), schedule, x0[index])
