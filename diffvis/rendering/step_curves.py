"""The step back as curves, in the window and in files."""

from diffvis.rendering.chart import Curve
from diffvis.rendering.true_step import Divergence, Step

TRUE, LARGE, SMALL = "true q(xₛ | xₜ)", "DDPM, large σ²", "DDPM, small σ²"
OF_LARGE, OF_SMALL, OF_BEST = "large σ²", "small σ²", "the best σ²"


def density_curves(step: Step) -> tuple[Curve, Curve, Curve]:
    """The true step, and the Gaussians that DDPM draws it from."""
    x = step.grid()
    return (
        Curve(TRUE, x, step.density(x)),
        Curve(LARGE, x, step.gaussian(x, step.large), "noise", "dash"),
        Curve(SMALL, x, step.gaussian(x, step.small), "muted", "dot"),
    )


def divergence_curves(found: Divergence) -> tuple[Curve, Curve, Curve]:
    """How far the true step is from these, and from the nearest Gaussian."""
    return (
        Curve(OF_LARGE, found.at, found.large, "noise", "dash"),
        Curve(OF_SMALL, found.at, found.small, "muted", "dot"),
        Curve(OF_BEST, found.at, found.best),
    )
