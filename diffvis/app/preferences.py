"""What the person prefers, kept from one window to the next; panels find it in the session."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from diffvis.app.settings import LEAST_MEMORY_MB, MOST_MEMORY_MB, settings
from diffvis.sampling.timeline import scaled_marks

MARKS = (20, 50, 100, 300)  # those of the course figure, of T = 300
AUTOMATIC = "auto"  # the GPU when there is one


class Preferences(QObject):
    """Kept in the user's settings at once. A setter that changes nothing emits nothing."""

    marks_changed = Signal()
    snap_changed = Signal(bool)
    memory_limit_changed = Signal(object)  # bytes
    device_changed = Signal(str)
    hints_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        stored = settings()
        self._marks: tuple[int, ...] = _ascending(stored.get("preferences.marks")) or MARKS
        self._snap: bool = stored.get("preferences.snap")
        self._memory_mb: int = stored.get("preferences.memory_mb")
        self._reopen_layout: bool = stored.get("preferences.reopen_layout")
        self._device: str = stored.get("preferences.device")
        self._seen_hints = frozenset(stored.get("preferences.seen_hints"))

    @property
    def marks(self) -> tuple[int, ...]:
        """Timesteps to stop at, ascending, as the person wrote them."""
        return self._marks

    def marks_for(self, T: int) -> tuple[int, ...]:
        """The marked timesteps of a schedule of T steps; scaled down where T is smaller."""
        return scaled_marks(self._marks, T)

    @property
    def snap(self) -> bool:
        """Whether a dragged t catches at the marks."""
        return self._snap

    @property
    def memory_limit(self) -> int:
        """How many bytes a recorded chain may take."""
        return self._memory_mb * 2**20

    @property
    def reopen_layout(self) -> bool:
        return self._reopen_layout

    @property
    def device(self) -> str:
        """``auto`` or a name of torch, such as ``cpu`` or ``cuda:0``."""
        return self._device

    def hint_wanted(self, workspace: str) -> bool:
        """Whether the first hint of a workspace has not been dismissed yet."""
        return workspace not in self._seen_hints

    def set_marks(self, marks: Iterable[int]) -> None:
        """Mark these timesteps; those below 1 are left out, and none at all means the usual."""
        chosen = _ascending(marks) or MARKS
        if chosen != self._marks:
            self._marks = chosen
            self._keep("marks", list(chosen))
            self.marks_changed.emit()

    def set_snap(self, snap: bool) -> None:
        if snap != self._snap:
            self._snap = snap
            self._keep("snap", snap)
            self.snap_changed.emit(snap)

    def set_memory_mb(self, megabytes: int) -> None:
        megabytes = min(max(megabytes, LEAST_MEMORY_MB), MOST_MEMORY_MB)
        if megabytes != self._memory_mb:
            self._memory_mb = megabytes
            self._keep("memory_mb", megabytes)
            self.memory_limit_changed.emit(self.memory_limit)

    def set_reopen_layout(self, reopen: bool) -> None:
        if reopen != self._reopen_layout:
            self._reopen_layout = reopen
            self._keep("reopen_layout", reopen)

    def set_device(self, device: str) -> None:
        if device != self._device:
            self._device = device
            self._keep("device", device)
            self.device_changed.emit(device)

    def dismiss_hint(self, workspace: str) -> None:
        self._set_seen(self._seen_hints | {workspace})

    def show_hints_again(self) -> None:
        self._set_seen(frozenset())

    def _set_seen(self, seen: frozenset[str]) -> None:
        if seen != self._seen_hints:
            self._seen_hints = seen
            self._keep("seen_hints", sorted(seen))
            self.hints_changed.emit()

    def _keep(self, name: str, value: object) -> None:
        settings().keep({f"preferences.{name}": value})


def _ascending(marks: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({mark for mark in marks if mark >= 1}))
