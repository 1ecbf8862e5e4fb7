"""The workspaces, each made when it is first asked for, with all that it imports."""

from collections.abc import Callable, Iterator, Mapping

from PySide6.QtWidgets import QWidget

from diffvis.app.session import Session
from diffvis.app.shell.titles import TITLES
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.transport.player import Player
from diffvis.app.workers.jobs import Jobs


class Workspaces(Mapping[str, QWidget]):
    """By their names, in the order of their tabs; ``placed`` puts a new one into the window."""

    def __init__(
        self,
        session: Session,
        theme: Theme,
        jobs: Jobs,
        sources: Sources,
        player: Player,
        placed: Callable[[str, QWidget], None],
    ) -> None:
        self._session, self._theme = session, theme
        self._jobs, self._sources, self._player = jobs, sources, player
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

        return ForwardWorkspace(self._session, self._theme, self._jobs, self._sources)

    def _make_reverse(self) -> QWidget:
        from diffvis.app.reverse.workspace import ReverseWorkspace

        return ReverseWorkspace(self._session, self._theme, self._player)

    def _make_schedules(self) -> QWidget:
        from diffvis.app.schedules.workspace import SchedulesWorkspace

        return SchedulesWorkspace(self._session, self._theme)

    def _make_training(self) -> QWidget:
        from diffvis.app.training.workspace import TrainingWorkspace

        return TrainingWorkspace(self._session, self._theme, self._jobs, self._sources)

    def _make_bench(self) -> QWidget:
        from diffvis.app.bench.workspace import BenchWorkspace

        return BenchWorkspace(self._session, self._theme)
