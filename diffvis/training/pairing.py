"""Which noise each sample of a step is paired with."""

import torch
from torch import Tensor


def nearest_noise(x0: Tensor, eps: Tensor, labels: Tensor | None = None) -> Tensor:
    """eps (N, ...) in another order, so that the squares of x0 - eps have the least sum: optimal
    transport within the batch (Pooladian et al. 2023; Tong et al. 2024), by SciPy's assignment.

    With ``labels`` (N,) within each class, so that no class has noise of its own.
    """
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

    found = eps.clone()
    classes = [torch.arange(len(x0))]
    if labels is not None:
        classes = [
            (labels.cpu() == label).nonzero()[:, 0] for label in sorted(set(labels.tolist()))
        ]
    for index in classes:
        place = index.to(x0.device)
        samples, noise = x0[place].flatten(1).double(), eps[place].flatten(1).double()
        cost = torch.cdist(samples, noise).square()
        _, order = linear_sum_assignment(cost.cpu().numpy())
        found[place] = eps[place][torch.from_numpy(order).to(eps.device)]
    return found
