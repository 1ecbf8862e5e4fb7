"""How many steps a run takes that is to be done by a time: as many as its own pace allows."""

from diffvis.training.state import TrainState

_ENOUGH = 5  # steps that tell the pace: the first ones allocate memory and choose kernels
_AGAIN = 0.01  # of the minutes, between two plans; with less than that left the plan stays
_WORTH = 0.01  # of the steps: another plan that differs by less is not worth a word


class Pace:
    """Plans the steps of a run of ``config.minutes``, from its beginning or from where it goes on.

    With each plan the learning rate follows, which depends on the share of the steps.
    """

    def __init__(self, state: TrainState) -> None:
        self._begun, self._planned_at = state.step, state.seconds

    def steps(self, state: TrainState, per_second: float = 0.0) -> int:
        """How many the run is to have: those it has, unless it would be done at another time.

        Args:
            per_second: steps of late; 0 where it is not known yet, and that of the run counts.
        """
        planned, whole = state.config.steps, 60 * state.config.minutes
        left, at_end = whole - state.seconds, state.step >= planned
        if whole == 0 or (left > 0 and not self._is_due(state, left / whole, at_end)):
            return planned
        self._planned_at = state.seconds
        rate = per_second or state.step / max(state.seconds, 1e-9)
        fitting = state.step + max(0, int(left * rate))
        return fitting if at_end or left <= 0 or _differ(fitting, planned) else planned

    def _is_due(self, state: TrainState, left: float, at_end: bool) -> bool:
        """With a part of the minutes ``left``."""
        if left < _AGAIN or at_end:
            return at_end and left >= _AGAIN
        known = state.step - self._begun >= _ENOUGH
        return known and state.seconds - self._planned_at >= _AGAIN * 60 * state.config.minutes


def _differ(one: int, other: int) -> bool:
    return abs(one - other) > _WORTH * other
