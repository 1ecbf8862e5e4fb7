"""The four workspaces, each made when it is first asked for, with all that it imports."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from diffvis.app.shell.titles import TITLES

if TYPE_CHECKING:
    from diffvis.app.shell.window import MainWindow


class Workspaces(Mapping[str, QWidget]):
    """By their names, in the order of their tabs; ``placed`` puts a new one into the window."""

    def __init__(self, window: "MainWindow", placed: Callable[[str, QWidget], None]) -> None:
        self._window = window
        self._placed = placed
        self._made: dict[str, QWidget] = {}
        self._tried: set[str] = set()

    def __getitem__(self, key: str) -> QWidget:
        if key not in self._made:
            self._made[key] = getattr(self, f"_make_{key}")()
            self._placed(key, self._made[key])
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(TITLES)

    def __len__(self) -> int:
        return len(TITLES)

    @property
    def made(self) -> dict[str, QWidget]:
        """Those that are there already."""
        return dict(self._made)

    @property
    def complete(self) -> bool:
        return len(self._made) == len(self)

    def make_next(self) -> None:
        """Make one of those that are not there yet, each once: one may fail, which is raised."""
        missing = [key for key in self if key not in self._made and key not in self._tried]
        if missing:
            self._tried.add(missing[0])
            self[missing[0]]

    @property
    def all_tried(self) -> bool:
        """Whether ``make_next`` has no more to do."""
        return len(self._tried | set(self._made)) == len(self)

    def _make_forward(self) -> QWidget:
        from diffvis.app.forward.workspace import ForwardWorkspace

        window = self._window
        return ForwardWorkspace(window.session, window.theme, window.jobs)

    def _make_reverse(self) -> QWidget:
        from diffvis.app.reverse.workspace import ReverseWorkspace

        window = self._window
        return ReverseWorkspace(window.session, window.theme, window.player)

    def _make_schedules(self) -> QWidget:
        from diffvis.app.schedules.workspace import SchedulesWorkspace

        return SchedulesWorkspace(self._window.session, self._window.theme)

    def _make_training(self) -> QWidget:
        from diffvis.app.training.workspace import TrainingWorkspace

        window = self._window
        return TrainingWorkspace(window.session, window.theme, window.jobs, window.sources)
