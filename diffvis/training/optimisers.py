"""What takes the steps: Adam, AdamW, and Muon, whose steps are orthogonal matrices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from diffvis.training.config import TrainConfig

MOMENTUM = 0.95
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic that Newton and Schulz's iteration takes: five times, and singular values from
0.005 to 1 lie between 0.68 and 1.13 (Jordan 2024).
"""
ITERATIONS = 5
LENGTH = 0.2
"""The root mean square of a step over the learning rate: as long as AdamW's usually are, so that
the two can share one rate (Liu et al. 2025, section 2.2).
"""
NARROW = 8  # rows or columns: what has fewer is hardly a matrix
_MOMENTS = ("exp_avg", "exp_avg_sq")  # what Adam keeps of each parameter, besides the step


class Muon(torch.optim.Optimizer):
    """Takes the momentum of each matrix's gradient to the nearest matrix with orthogonal rows or
    columns, so that no direction is learned much faster than another; what is no matrix is
    AdamW's (Jordan et al. 2024).

    ``torch.optim.Muon`` is the same for parameters of two dimensions, in bfloat16, which takes
    processors without it ten times as long. Here the kernel of a convolution is a matrix, too, and
    all is computed in float32.
    """

    grad_scale: Tensor | None = None
    """Divides every gradient, as the fused AdamW takes it; None divides nothing."""
    found_inf: Tensor | None = None
    """1 lets everything stay as it is, likewise."""

    def __init__(
        self, matrices: Iterable[Tensor], others: Iterable[Tensor], lr: float, weight_decay: float
    ) -> None:
        rest: dict[str, Any] = {"params": list(others)}
        flat = {"params": list(matrices)}
        super().__init__([rest, flat], {"lr": lr, "weight_decay": weight_decay})
        self._rest = torch.optim.AdamW(rest["params"], lr, weight_decay=weight_decay, fused=True)
        self._rest.state = self.state

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Take one step, at the learning rate of the first group."""
        assert closure is None, "nothing is computed twice"
        group, lr = self.param_groups[1], self.param_groups[0]["lr"]
        self._rest.param_groups[0]["lr"] = lr
        self._rest.grad_scale, self._rest.found_inf = self.grad_scale, self.found_inf  # type: ignore[attr-defined]
        self._rest.step()
        stay = None if self.found_inf is None else self.found_inf.bool()
        if stay is not None and stay.device.type == "cpu":  # which need not be waited for
            if stay:
                for parameter in group["params"]:
                    self._momentum(parameter)
                return None
            stay = None
        alike: dict[torch.Size, list[tuple[Tensor, Tensor]]] = defaultdict(list)
        for parameter in group["params"]:
            if parameter.grad is not None:
                ahead = self._ahead(parameter, stay)
                alike[ahead.shape].append((parameter, ahead))
        for shape, pairs in alike.items():
            steps = orthogonal(torch.stack([ahead for _, ahead in pairs]))
            length = lr * LENGTH * max(shape) ** 0.5
            for (parameter, _), step in zip(pairs, steps, strict=True):
                changed = parameter * (1 - lr * group["weight_decay"])
                changed -= length * step.reshape(parameter.shape)
                parameter.copy_(changed if stay is None else torch.where(stay, parameter, changed))
        return None

    def _momentum(self, parameter: Tensor) -> Tensor:
        state = self.state[parameter]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(parameter)
        kept: Tensor = state["momentum_buffer"]
        return kept

    def _ahead(self, parameter: Tensor, stay: Tensor | None) -> Tensor:
        """The momentum of a gradient, as a matrix, and once more the gradient (Nesterov)."""
        assert parameter.grad is not None
        gradient = parameter.grad.flatten(1)
        if self.grad_scale is not None:
            gradient = gradient / self.grad_scale
        kept = self._momentum(parameter)
        before = kept.flatten(1)
        momentum = torch.lerp(before, gradient, 1 - MOMENTUM)
        if stay is not None:
            momentum = torch.where(stay, before, momentum)
        kept.copy_(momentum.reshape(kept.shape))
        return torch.lerp(gradient, momentum, MOMENTUM)


def orthogonal(x: Tensor) -> Tensor:
    """About U Vᵀ of each matrix U S Vᵀ of x (N, rows, columns): all singular values near 1."""
    tall = x.shape[1] > x.shape[2]
    y = x.mT if tall else x
    y = y / y.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = y @ y.mT
        y = torch.baddbmm(y, torch.baddbmm(square, square, square, beta=b, alpha=c), y, beta=a)
    return y.mT if tall else y


def make_optimizer(config: TrainConfig, network: nn.Module) -> torch.optim.Optimizer:
    """What ``config`` asks for, of all parameters of ``network``."""
    if config.optimizer == "muon":
        matrices = matrices_of(network)
        known = {id(matrix) for matrix in matrices}
        others = [p for p in network.parameters() if id(p) not in known]
        return Muon(matrices, others, config.lr, config.weight_decay)
    kind = torch.optim.Adam if config.optimizer == "adam" else torch.optim.AdamW
    return kind(network.parameters(), lr=config.lr, weight_decay=config.weight_decay, fused=True)


def matrices_of(network: nn.Module) -> list[Tensor]:
    """The weights of its layers that are matrices, or convolutions with the kernels side by side.
    Tables of classes are none: a row of them means something by itself.
    """
    found = [
        module.weight
        for module in network.modules()
        if isinstance(module, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d))
    ]
    return [weight for weight in found if min(len(weight), weight[0].numel()) >= NARROW]


def kept_of(optimizer: torch.optim.Optimizer, parameter: Tensor) -> dict[str, tuple[int, ...]]:
    """What an optimiser keeps of a parameter once it has taken a step: names and shapes."""
    shape = tuple(parameter.shape)
    if isinstance(optimizer, Muon) and any(
        p is parameter for p in optimizer.param_groups[1]["params"]
    ):
        return {"momentum_buffer": shape}
    return {**dict.fromkeys(_MOMENTS, shape), "step": ()}
