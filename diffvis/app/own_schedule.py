"""A kind of schedule and its T, to be chosen; a schedule of given betas is one of the choices."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QSpinBox

from diffvis.app.widgets.fields import show_value
from diffvis.diffusion import SCHEDULE_KINDS, NoiseSchedule, make_schedule
from diffvis.viewing.drawn_curve import resampled


def is_own(schedule: NoiseSchedule) -> bool:
    """Whether it was drawn or loaded: its kind and T do not say it all."""
    return set(schedule.to_json()) != {"kind", "T"}


class ScheduleChoice:
    """Two fields that show the schedule in use and say which one is wanted.

    Another T resamples one's own schedule as it was first, so that going there and back loses
    nothing.
    """

    def __init__(self, kind: QComboBox, timesteps: QSpinBox) -> None:
        self._kind, self._timesteps = kind, timesteps
        self._own: NoiseSchedule | None = None  # as it was drawn or loaded
        self._made: NoiseSchedule | None = None  # the same with another T

    def show(self, schedule: NoiseSchedule) -> None:
        """Show what is in use, without saying that the person chose it."""
        own = is_own(schedule)
        if own and schedule != self._made:
            self._own, self._made = schedule, None
        known = len(SCHEDULE_KINDS)
        with QSignalBlocker(self._kind):
            while self._kind.count() > known:
                self._kind.removeItem(known)
            if self._own is not None:
                self._kind.addItem(f"{self._own.kind} (own)", None)
            self._kind.setCurrentIndex(known if own else SCHEDULE_KINDS.index(schedule.kind))
        show_value(self._timesteps, schedule.T)

    def wanted(self) -> NoiseSchedule:
        """What the fields ask for.

        Raises:
            ValueError: there is no such schedule with that T.
        """
        kind, T = self._kind.currentData(), self._timesteps.value()
        if kind is not None:
            return make_schedule(kind, T)
        assert self._own is not None
        if self._own.T == T:
            return self._own
        self._made = resampled(self._own, T)
        return self._made

    def forget(self) -> None:
        """Offer nothing but the kinds; ``show`` follows."""
        self._own = self._made = None
