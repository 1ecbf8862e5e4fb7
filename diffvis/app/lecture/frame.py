"""The window as a lecture sees it."""

from contextlib import AbstractContextManager
from typing import Protocol

from PySide6.QtWidgets import QWidget

from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.transport.player import Player
from diffvis.app.transport.transport import TransportBar
from diffvis.app.workers.jobs import Jobs

DOCK = "dock.lecture"
"""The object name of the side panel, which is there with the first lecture."""


class Workspaces(Protocol):
    """Those of the window, each made when it is asked for."""

    def __getitem__(self, key: str) -> QWidget: ...
    @property
    def made(self) -> dict[str, QWidget]: ...


class Stage(Protocol):
    """What fills the screen while it is on."""

    @property
    def on(self) -> bool: ...
    def still(self) -> AbstractContextManager[None]: ...


class Frame(Protocol):
    """A QMainWindow with workspaces, a transport and a stage."""

    session: Session
    theme: Theme
    jobs: Jobs
    player: Player
    transport: TransportBar
    workspaces: Workspaces
    stage: Stage

    @property
    def in_front(self) -> str: ...
    def show_workspace(self, key: str) -> None: ...
