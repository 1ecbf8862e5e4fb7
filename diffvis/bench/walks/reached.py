"""Where a chain has come to: what it would make of x_t, or at 0 what it has made."""

from torch import Tensor

from diffvis.diffusion.reverse import ReverseStep


def reached(step: ReverseStep) -> Tensor:
    """x0_hat (N, ...), or x_0 after the last step."""
    return step.x_s if step.s == 0 else step.x0_hat


def symbol_of(step: ReverseStep) -> str:
    """Of ``reached``: markup."""
    return "x_{0}" if step.s == 0 else rf"\hat{{x}}_{{0}}, t = {step.t}"
