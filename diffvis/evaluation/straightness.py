"""How straight the paths are along which a model turns noise into samples."""

from dataclasses import dataclass

from diffvis.diffusion.prediction import velocity_from_x0
from diffvis.models.model import Model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings


@dataclass(frozen=True)
class Straightness:
    """What ``straightness`` finds; both 0 where every path is straight and walked evenly."""

    curvature: float
    """The mean square of x_T - x_0 less the velocity, over paths and time, for each dimension (Liu
    et al. 2023, eq. 5)."""
    share: float
    """The same in parts of the mean square of x_T - x_0."""


def straightness(
    model: Model, count: int = 2_000, seed: int = 0, device: str = "cpu"
) -> Straightness:
    """Of ``count`` paths of the ODE, by Heun's method along t over all times of the model, in its
    own units: a velocity by t/T. Of the straight path of flow matching; on others, what is
    curved by the path itself counts as well.
    """
    settings = ChainSettings(sampler="heun", slopes="t", count=count, seed=seed, clip="none")
    steps = list(run_chain(model, settings, device))
    way = steps[0].x_t - steps[-1].x_s
    apart = 0.0
    for step in steps:
        velocity = velocity_from_x0(model.schedule, step.x_t, step.t, step.x0_hat)
        apart += float((way - velocity).double().square().mean()) / len(steps)
    return Straightness(apart, apart / float(way.double().square().mean()))
