"""Training targets with less noise: the mean over all that could have become x_t."""

import torch
from torch import Tensor

from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.schedule import NoiseSchedule


@torch.no_grad()
def averaged_pair(
    schedule: NoiseSchedule,
    x0: Tensor,
    t: int | Tensor,
    eps: Tensor,
    references: Tensor,
    labels: Tensor | None = None,
    reference_labels: Tensor | None = None,
    *,
    null: int | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean of x_0 given x_t, and the eps that makes the same x_t of it, for any loss to learn.

    A network sees x_t alone, and where there is much noise any sample may have become it: the one
    that did is a draw from many, and most of the gradient is the noise of that draw. Here each
    candidate, the sample itself or a reference, counts as much as it is likely given x_t, as in
    ``ExactDenoiser`` (Xu et al. 2023, "Stable target field"). If x0 and the references are
    independent draws from the data, the mean of the result given x_t is that of the pair as it was
    drawn: the expected gradient of a squared error is the same, its variance never larger.

    Args:
        x0: (N, ...), and eps of the same shape; t in 1..T is one number or (N,) int64.
        references: (M, ...), other samples of the data.
        labels: (N,) int64, where the network sees classes: then only references of the same class
            are candidates. The class ``null`` stands for none and has all of them.
        reference_labels: (M,) int64.

    Returns:
        Means of x_0 and of eps, both (N, ...).
    """
    x_t = q_sample(schedule, x0, t, eps).flatten(1)
    own, others = x0.flatten(1), references.flatten(1)
    signal, noise = (schedule.at(name, t, x_t) for name in ("signal", "noise"))
    # log q(x_t | reference) - log q(x_t | x0); the square of x_t is in both and falls out.
    closer = x_t @ others.T - (x_t * own).sum(1, keepdim=True)
    larger = others.square().sum(1) - own.square().sum(1, keepdim=True)
    logits = (signal * closer - signal**2 * larger / 2) / noise**2
    if labels is not None and reference_labels is not None:
        other_class = labels[:, None] != reference_labels
        if null is not None:
            other_class &= labels.ne(null)[:, None]
        logits.masked_fill_(other_class, -torch.inf)
    weights = torch.cat([torch.zeros_like(logits[:, :1]), logits], dim=1).softmax(1)
    # As a change of x0, which leaves it alone to the bit where nothing else comes into question.
    change = weights[:, 1:] @ others - weights[:, 1:].sum(1, keepdim=True) * own
    mean_x0 = own + change
    mean_eps = eps.flatten(1) - signal / noise * change
    return mean_x0.reshape(x0.shape), mean_eps.reshape(x0.shape)
