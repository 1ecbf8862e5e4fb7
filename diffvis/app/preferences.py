"""What the person prefers, kept from one window to the next; panels find it in the session."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QObject, Signal

from diffvis.app.preference_settings import MARKS, PREFERENCES
from diffvis.app.settings import settings
from diffvis.sampling.timeline import scaled_marks


class Preferences(QObject):
    """Kept in the user's settings at once. A change that changes nothing emits nothing."""

    marks_changed = Signal()
    snap_changed = Signal(bool)
    memory_limit_changed = Signal(object)  # bytes
    hints_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        stored = settings()
        self._values: dict[str, Any] = {
            each.name: stored.get(f"preferences.{each.name}") for each in PREFERENCES
        }
        self._values["marks"] = _ascending(self._values["marks"])
        self._seen_hints = frozenset(stored.get("preferences.seen_hints"))

    def values(self) -> dict[str, Any]:
        """What is preferred, by the names of ``PREFERENCES``."""
        return dict(self._values)

    @property
    def marks(self) -> tuple[int, ...]:
        """Timesteps to stop at, ascending, as the person wrote them."""
        return self._values["marks"]

    def marks_for(self, T: int) -> tuple[int, ...]:
        """The marked timesteps of a schedule of T steps; scaled down where T is smaller."""
        return scaled_marks(self.marks, T)

    @property
    def snap(self) -> bool:
        """Whether a dragged t catches at the marks."""
        return self._values["snap"]

    @property
    def memory_limit(self) -> int:
        """How many bytes a recorded chain may take."""
        return self._values["memory_mb"] * 2**20

    @property
    def reopen_layout(self) -> bool:
        return self._values["reopen_layout"]

    @property
    def device(self) -> str:
        """``auto`` or a name of torch, such as ``cpu`` or ``cuda:0``."""
        return self._values["device"]

    def change(self, **values: Any) -> None:
        """Prefer these from now on, by the names of ``PREFERENCES``; no marks mean the usual ones.

        Raises:
            UserError: a value is impossible.
        """
        if "marks" in values:
            values["marks"] = _ascending(values["marks"])
        for declared in PREFERENCES:
            name = declared.name
            if name not in values or values[name] == self._values[name]:
                continue
            self._values[name] = declared.check(values[name])
            settings().keep({f"preferences.{name}": self._values[name]})
            self._say(name)

    def _say(self, name: str) -> None:
        match name:
            case "marks":
                self.marks_changed.emit()
            case "snap":
                self.snap_changed.emit(self.snap)
            case "memory_mb":
                self.memory_limit_changed.emit(self.memory_limit)

    def hint_wanted(self, workspace: str) -> bool:
        """Whether the first hint of a workspace has not been dismissed yet."""
        return workspace not in self._seen_hints

    def dismiss_hint(self, workspace: str) -> None:
        self._set_seen(self._seen_hints | {workspace})

    def show_hints_again(self) -> None:
        self._set_seen(frozenset())

    def _set_seen(self, seen: frozenset[str]) -> None:
        if seen != self._seen_hints:
            self._seen_hints = seen
            settings().keep({"preferences.seen_hints": sorted(seen)})
            self.hints_changed.emit()


def _ascending(marks: Iterable[int] | None) -> tuple[int, ...]:
    return tuple(sorted({mark for mark in marks or () if mark >= 1})) or MARKS
