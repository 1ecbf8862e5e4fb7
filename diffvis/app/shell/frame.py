"""The main window as its own parts see it, which it alone assembles."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from diffvis.app.session import Session
from diffvis.app.shell.docks import WorkspaceDocks
from diffvis.app.shell.header import Header
from diffvis.app.shell.on_show import OnShow
from diffvis.app.shell.stage import Stage
from diffvis.app.shell.workspaces import Workspaces
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.transport.history import ShownTimes
from diffvis.app.transport.player import Player
from diffvis.app.workers.jobs import Jobs

if TYPE_CHECKING:
    from diffvis.app.lecture.lectures import Lectures
    from diffvis.app.lecture.panel import LecturePanel


class Frame(Protocol):
    """What the menu and the end of the program ask of a window, which is a QMainWindow besides."""

    closed: SignalInstance
    session: Session
    theme: Theme
    jobs: Jobs
    player: Player
    shown_times: ShownTimes
    sources: Sources
    header: Header
    docks: WorkspaceDocks
    workspaces: Workspaces
    on_show: OnShow
    stage: Stage

    @property
    def in_front(self) -> str: ...
    @property
    def lectures(self) -> "Lectures": ...
    @property
    def lecture_panel(self) -> "LecturePanel": ...
    @property
    def has_lecture(self) -> bool: ...
    def show_workspace(self, key: str) -> None: ...
    def pictures(self) -> QWidget: ...
    def open_workspace(self, key: str) -> None: ...
    def open_run(self, path: Path) -> None: ...
    def paste(self) -> None: ...
    def export(self) -> None: ...

    def export_figures(self) -> None: ...
    def save_just_shown(self) -> None: ...
    def show_preferences(self) -> None: ...
    def show_shortcuts(self) -> None: ...
    def show_palette(self) -> None: ...
    def reset_layout(self) -> None: ...
    def close(self) -> bool: ...
