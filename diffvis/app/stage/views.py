"""What of a workspace stands on stage: each workspace tells it, and nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget


class Place(Enum):
    """Where the large t stands."""

    BELOW = auto()  # on a line of its own, between the pictures and the slider
    BESIDE = auto()  # in a column of its own: the pictures are as high as they can be
    CORNER = auto()  # at the lower right of pictures that leave it free


@dataclass(frozen=True)
class Arrangement:
    """Pictures and plots in rows; ``shares`` are those of the height, even where there are none."""

    rows: tuple[tuple[QWidget, ...], ...]
    shares: tuple[int, ...] = ()
    t: Place = Place.BELOW


class StageViews(QObject):
    """The views of one workspace, one at a time, and the controls that wait at the edges."""

    changed = Signal()  # another view, or the same arranged otherwise

    @property
    def titles(self) -> dict[str, str]:
        """What people call the views, in the order in which they are turned."""
        raise NotImplementedError

    @property
    def view(self) -> str:
        """The one that stands on stage, or would."""
        raise NotImplementedError

    @property
    def usual(self) -> str:
        """The one that stands there as long as nobody has turned to another."""
        raise NotImplementedError

    def show(self, view: str) -> None:
        """Let it be this one."""
        raise NotImplementedError

    @property
    def arrangement(self) -> Arrangement:
        """Of the view."""
        raise NotImplementedError

    @property
    def bars(self) -> tuple[QWidget, ...]:
        """Rows of controls, which the upper edge has."""
        raise NotImplementedError

    @property
    def side(self) -> QWidget:
        """The panel that the right edge has."""
        raise NotImplementedError

    def turn(self, by: int) -> None:
        """Show the view that follows, or with -1 the one before; after the last comes the first."""
        views = list(self.titles)
        self.show(views[(views.index(self.view) + by) % len(views)])


class OwnViews(StageViews):
    """Views that there are on stage alone: each has its title and its arrangement."""

    def __init__(
        self,
        views: Mapping[str, tuple[str, Arrangement]],
        bars: tuple[QWidget, ...],
        side: QWidget,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._views, self._bars, self._side = views, bars, side
        self._view = self.usual

    @property
    def titles(self) -> dict[str, str]:
        return {view: title for view, (title, _) in self._views.items()}

    @property
    def view(self) -> str:
        return self._view

    @property
    def usual(self) -> str:
        return next(iter(self._views))

    def show(self, view: str) -> None:
        self._view = view
        self.changed.emit()

    @property
    def arrangement(self) -> Arrangement:
        return self._views[self._view][1]

    @property
    def bars(self) -> tuple[QWidget, ...]:
        return self._bars

    @property
    def side(self) -> QWidget:
        return self._side
