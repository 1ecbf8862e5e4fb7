"""Models whose tools have answers in closed form."""

import torch
from torch import Tensor

from diffvis.bench.task import Task
from diffvis.data.scaling import IMAGES, Scaling
from diffvis.diffusion import GaussianMixtureDenoiser, NoiseSchedule
from diffvis.diffusion.prediction import Denoiser, Prediction
from diffvis.models.sampleable import Model
from diffvis.sampling.settings import ChainSettings


class Gaussian:
    """The exact denoiser of one Gaussian N(mean, covariance) of samples of any shape."""

    predicts: Prediction = "x0"
    learns_variance = False

    def __init__(self, mean: Tensor, covariance: Tensor, schedule: NoiseSchedule) -> None:
        self.mixture = GaussianMixtureDenoiser(
            torch.ones(1), mean[None], covariance[None], schedule
        )

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.mixture(x_t.flatten(1), t).reshape(x_t.shape)


def task_of(
    denoiser: Denoiser, schedule: NoiseSchedule, shape: tuple[int, ...], **values: object
) -> Task:
    """A task of a model of that denoiser; ``values`` of the task, or else of its chain."""
    own = {n: values.pop(n) for n in ("x0", "other", "known", "normal") if n in values}
    scaling = IMAGES if len(shape) == 3 else Scaling((0.0,) * 2, (1.0,) * 2)
    classes = int(getattr(denoiser, "num_classes", 0))
    model = Model("exact", denoiser, schedule, shape, "", scaling, num_classes=classes)
    return Task(model, ChainSettings(**{"clip": "none", **values}), **own)
