"""What a step learns where its targets are averaged over references (``config.references``)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.diffusion.averaging import averaged_pair
from diffvis.diffusion.losses import loss_of
from diffvis.diffusion.prediction import Prediction, training_target
from diffvis.training.state import TrainState


@dataclass(frozen=True)
class _Answer:
    """A denoiser that has one answer only."""

    answer: Tensor
    predicts: Prediction

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.answer


@torch.no_grad()
def averaged(
    state: TrainState,
    x0: Tensor,
    t: Tensor,
    eps: Tensor,
    labels: Tensor | None,
    references: tuple[Tensor, Tensor | None],
) -> tuple[Tensor, Tensor, Tensor]:
    """The averaged x0 and eps (N, ...), and the loss (N,) of one who answers with them.

    That part of the loss nothing can learn, and the pairs as they were drawn have it: the loss on
    the averaged pairs and this together have the mean of the loss as everyone knows it, so that a
    run's curve can be laid over those of others, of its validations and of the floor.
    """
    schedule, predicts = state.blueprint.schedule, state.config.predict
    mean_x0, mean_eps = averaged_pair(
        schedule, x0, t, eps, references[0], labels, references[1], null=state.blueprint.num_classes
    )
    best = _Answer(training_target(schedule, mean_x0, mean_eps, t, predicts), predicts)
    loss = loss_of(state.config.loss, state.blueprint.decoder_levels)
    return mean_x0, mean_eps, loss(best, schedule, x0, t, eps, labels)
