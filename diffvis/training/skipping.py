"""What a run makes of steps that were skipped, as their loss or gradient was not finite."""

import math
from dataclasses import dataclass

MOST_IN_A_ROW = 100  # after so many there is nothing to hope for


@dataclass(frozen=True)
class Outcome:
    """What is known of a step once its tensors have been read."""

    step: int
    loss: float
    taken: bool


class Skipped:
    """Counts them, from when this process has begun the run or gone on with it.

    Args:
        ends: the first one ends the run (``nonfinite = stop``).
    """

    def __init__(self, ends: bool) -> None:
        self._ends = ends
        self.in_a_row = 0
        self._count = 0
        self._said_from = 1  # and again at twice as many, so that a log stays short
        self._newest = ""

    def take(self, outcome: Outcome, scaled: bool = False) -> str | None:
        """Take in the next step; returns why the run ends here, if it does.

        Args:
            scaled: gradients are scaled, as for float16. Then one that overflows beside a loss that
                is finite is no fault: it is scaled less from then on.
        """
        if outcome.taken:
            self.in_a_row = 0
            return None
        self.in_a_row += 1
        of_loss = not math.isfinite(outcome.loss)
        trouble = (
            f"the loss at step {outcome.step} is not a number"
            if of_loss
            else f"the gradient at step {outcome.step} is not finite"
        )
        if self.in_a_row == MOST_IN_A_ROW:
            return (
                f"{MOST_IN_A_ROW} steps in a row up to step {outcome.step} were skipped, as their "
                "loss or gradient was not finite"
            )
        if scaled and not of_loss:
            return None
        self._count += 1
        self._newest = trouble
        return trouble if self._ends else None

    def news(self) -> str | None:
        """What the user should read by now."""
        if self._count < self._said_from:
            return None
        self._said_from = 2 * self._count
        words = f"{self._newest}, so that step was skipped"
        return words if self._count == 1 else f"{words}, as were {self._count - 1} before"
