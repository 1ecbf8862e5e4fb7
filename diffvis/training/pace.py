"""How many steps a run takes that is to be done by a time: as many as its own pace allows."""

from diffvis.training.state import TrainState

_ENOUGH = 5  # steps that tell the pace: the first ones allocate memory and choose kernels
_AGAIN = 0.01  # of the minutes, between two plans
_WORTH = 0.01  # of the steps: another plan that differs by less is not worth a word


class Pace:
    """Plans the steps of a run of ``config.minutes``, from its beginning or from where it goes on.

    A run whose minutes are over when it goes on was told to take more steps: those are taken.
    """

    def __init__(self, state: TrainState) -> None:
        self._begun, self._planned_at = state.step, state.seconds
        self._plans = state.seconds < 60 * state.config.minutes

    def steps(self, state: TrainState, per_second: float) -> int:
        """How many the run is to have, at so many steps a second of training: those it has already,
        unless it would be done at another time.

        With each plan the learning rate follows, which depends on the share of the steps.
        """
        planned, left = state.config.steps, 60 * state.config.minutes - state.seconds
        if not (self._plans and self._is_due(state, left)):
            return planned
        self._planned_at = state.seconds
        fitting = state.step + max(0, int(left * per_second))
        at_end = fitting == state.step or state.step >= planned
        return fitting if at_end or abs(fitting - planned) > _WORTH * planned else planned

    def _is_due(self, state: TrainState, left: float) -> bool:
        if left <= 0 or state.step >= state.config.steps:
            return True
        known = state.step - self._begun >= _ENOUGH
        return known and state.seconds - self._planned_at >= _AGAIN * 60 * state.config.minutes
