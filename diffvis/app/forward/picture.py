"""Forward's pictures: the equation, x_t alone or its density, and the film strip below."""

import numpy as np
import torch
from PySide6.QtCore import QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import panel
from diffvis.app.widgets.raster import RasterView
from diffvis.app.widgets.symbols import in_plain
from diffvis.rendering.cloud import draw_cloud, draw_large
from diffvis.rendering.factors import reach
from diffvis.rendering.forward import draw_forward, forward_strip
from diffvis.rendering.heat_scenes import calm_ways, forward_scene
from diffvis.rendering.heat_ways import Ways, some_ways
from diffvis.rendering.heatmap import HeatScene, draw_heatmap
from diffvis.rendering.paths import Paths, path_colours, some_points
from diffvis.rendering.pixels import to_numpy
from diffvis.rendering.read import Axes, Drawn
from diffvis.rendering.space import Camera, draw_space
from diffvis.rendering.style import Style
from diffvis.viewing.noising import Noised, Noising

REACH = 24  # pixels (at normal text size) from a point that still mean it
VIEW_NAMES = {
    "equation": "x_t as the sum of a part of x_0 and of ε, each a picture",
    "large": "x_t as pictures",
    "cloud": "Points x_t with their marginals; click one for its kernel q(x_t | x_0)",
    "space": "Points x_t in space; pull or arrow keys turn them, click one to select it",
    "heatmap": "Density of points on a line over (t, x), and some ways; click to go to t",
    "density": "Density of x_t with its marginals; click for the kernel of the nearest point",
}


class ForwardPicture(QObject):
    """Draws a ``Noising`` at the shared t."""

    selected_changed = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._noising: Noising | None = None
        self._shown = "equation"
        self._wants_paths = self._wants_velocity = False
        self._paths: Paths | None = None
        self._scene: HeatScene | None = None
        self._calm: Ways | None = None  # of the scene: these take the longest
        self._selected: int | None = None
        self.camera = Camera()
        self._moments: list[torch.Tensor] | None = None
        self._marked: int | None = None  # the time of the film strip that is the shared t
        self.view = RasterView(theme, self._draw, self._words, QSize(300, 150))
        self.view.setObjectName("forward.view")
        self.view.setCursor(Qt.CursorShape.CrossCursor)
        self.view.clicked.connect(self._clicked)
        self.view.turned.connect(self._turned)
        self.strip = RasterView(theme, self._draw_strip, self._strip_words, QSize(300, 84))
        self.strip.setObjectName("forward.strip")
        self.strip.setAccessibleName("Film strip: the same samples at the marked t")
        self.strip.setToolTip(
            in_plain("x_t at t = 0, the marked t and T; click a picture to go to its t")
        )
        self.strip.clicked.connect(self._strip_clicked)
        self._strip_panel = self._frame(self.strip)
        self.show_as("equation", paths=False)
        session.preferences.marks_changed.connect(self._marks_changed)

    @property
    def strip_panel(self) -> QWidget:
        """The strip with its border, for the workspace to place."""
        return self._strip_panel

    @property
    def selected(self) -> int | None:
        """The number of the sample on show that the person clicked."""
        return self._selected

    def use(self, noising: Noising) -> None:
        """Show other samples or other noise."""
        self._noising = noising
        if self._selected is not None and self._selected >= len(noising.x0):
            self._selected = None
        self.redraw()

    def deselect(self) -> None:
        self._select(None)

    def select(self, number: int | None) -> None:
        """Select one of the samples on show, or none."""
        assert self._noising is not None
        there = number is not None and number < len(self._noising.x0)
        self._select(number if there else None)

    def show_as(self, view: str, *, paths: bool, velocity: bool = False) -> None:
        self._shown, self._wants_paths, self._wants_velocity = view, paths, velocity
        if view in VIEW_NAMES:
            self.view.setAccessibleName(VIEW_NAMES[view])
        self._paths = None
        self.view.turns = view == "space"
        self.view.refresh()

    def redraw(self) -> None:
        """The samples or their noise have changed: nothing on show is still right."""
        self._moments = None
        self._paths = self._scene = self._calm = None
        self.strip.refresh()
        self.view.refresh()

    def show_t(self) -> None:
        self.view.refresh()
        t = self._session.t
        marked = t if t in self._strip_times() else None
        if marked != self._marked:  # its pictures stay as they are; only the mark moves
            self._marked = marked
            self.strip.refresh()

    # --- drawing -------------------------------------------------------------------------

    def _now(self) -> Noised:
        assert self._noising is not None
        return self._noising.at(min(self._session.t, self._noising.schedule.T))

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        noising, now = self._noising, self._now()
        assert noising is not None
        style = style.showing(noising.span)
        if self._shown == "large" and noising.extent is None:
            return draw_large(noising.schedule, now.t, now.x_t, size, style)
        if self._shown == "space" and noising.extent is not None:
            return draw_space(
                to_numpy(now.x_t), self.camera, size, style,
                extent=noising.extent * reach(noising.schedule, now.t), colours=noising.colours,
                selected=self._selected,
            )  # fmt: skip
        if self._is_map:
            x = now.x_t[:, 0].numpy()
            return draw_heatmap(self._map(), now.t, x, size, style, selected=self._selected)
        if self._shown in ("cloud", "density") and noising.extent is not None:
            return draw_cloud(
                noising.schedule, now.t, now.x0, now.x_t, size, style,
                colours=noising.colours, extent=noising.extent,
                density=self._shown == "density", selected=self._selected,
                paths=self._drawn_paths() if self._wants_paths else None, clickable=True,
                eps=now.eps if self._wants_velocity else None,
            )  # fmt: skip
        return draw_forward(
            noising.schedule, now.t, now.x0, now.eps, now.x_t, size, style,
            colours=noising.colours, extent=noising.extent, selected=self._selected,
            walked=noising.walks, roomy=True,
        )  # fmt: skip

    def _words(self) -> str:
        """The equation with its numbers, and what it is about."""
        noising, now = self._noising, self._now()
        assert noising is not None
        schedule, count = noising.schedule, len(now.x0)
        signal, noise = schedule.signal[now.t], schedule.noise[now.t]
        what = "points" if noising.extent is not None else "images" if count > 1 else "image"
        chosen = "" if self._selected is None else f"; no. {self._selected + 1} is selected"
        if self._shown == "space":
            chosen += f"; {self.camera.words}"
        return (
            f"t = {now.t} of {schedule.T}: x_t = {signal:.3f} x_0 + {noise:.3f} ε; "
            f"{count:,} {what}, mean {float(now.x_t.mean()):z.2f}, "
            f"standard deviation {float(now.x_t.std(correction=0)):.2f}{chosen}"
        )

    def _strip_words(self) -> str:
        return f"x_t at t = {', '.join(map(str, self._strip_times()))}"

    def _drawn_paths(self) -> Paths:
        """The paths of a few points spread over the data, the clicked one among them."""
        assert self._noising is not None
        if self._paths is None:
            index = some_points(len(self._noising.x0), self._selected)
            colours = path_colours(index, self._noising.colours, self._theme.style_of(self.view))
            self._paths = self._noising.paths(index, colours)
        return self._paths

    @property
    def _is_map(self) -> bool:
        """Whether the map over (t, x) is on show; a picture can be painted between two signals."""
        return self._shown == "heatmap" and self._noising.data.shape == (1,)

    def _map(self) -> HeatScene:
        """The map of the samples on show, the clicked one's way among those that are drawn."""
        noising = self._noising
        assert noising is not None and noising.extent is not None
        if self._calm is None:
            self._calm = calm_ways(noising.data, noising.schedule, noising.x0)
        if self._scene is None:
            index = some_ways(len(noising.x0), self._selected)
            colours = path_colours(index, noising.colours, self._theme.style_of(self.view))
            self._scene = forward_scene(
                noising.data, noising.schedule, noising.paths(index, colours), self._calm,
                noising.extent, noising.walks,
            )  # fmt: skip
        return self._scene

    def _strip_times(self) -> list[int]:
        T = self._session.schedule.T
        return sorted({0, *self._session.preferences.marks_for(T), T})

    def _draw_strip(self, size: tuple[int, int], style: Style) -> np.ndarray:
        noising = self._noising
        assert noising is not None
        times = self._strip_times()
        if self._moments is None:
            # The same tensors each time, so that their pictures can be kept.
            first = 0 if self._selected is None else self._selected
            shown = slice(None) if noising.extent is not None else slice(first, first + 1)
            self._moments = [noising.at(t).x_t[shown] for t in times]
        return forward_strip(
            times, self._moments, size, style.showing(noising.span),
            current=self._session.t, colours=noising.colours, extent=noising.extent,
            schedule=noising.schedule,
        )  # fmt: skip

    # --- what the person does ------------------------------------------------------------

    @Slot(QPoint)
    def _clicked(self, at: QPoint) -> None:
        """Select the sample that was clicked, or none; the map goes to its t as well."""
        shown = self.view.shown_at(at)
        if isinstance(shown, Axes):
            self._go_to(*shown.place_at(at.x(), at.y()))
            return
        found = self._sample_at(shown, at) if isinstance(shown, Drawn) else None
        self._select(None if found == self._selected else found)

    def _sample_at(self, shown: Drawn, at: QPoint) -> int | None:
        """None of a single picture, which is selected anyhow."""
        if shown.grid is not None and shown.grid.count == 1:
            return None
        return shown.sample_at(at.x(), at.y(), REACH * self.view.style_drawn.text_scale)

    @Slot(float, float)
    def _turned(self, right: float, down: float) -> None:
        self.camera = self.camera.moved(right, down)
        self.view.refresh()

    def _go_to(self, t: int, value: float) -> None:
        """Go to t, and select the point that is nearest to the value there."""
        place = value * reach(self._noising.schedule, t)
        self._session.set_t(t)
        self._select(int((self._noising.at(t).x_t[:, 0] - place).abs().argmin()))

    def _select(self, found: int | None) -> None:
        if found == self._selected:
            return
        self._selected = found
        self._paths = self._scene = None
        self.view.refresh()
        assert self._noising is not None
        if self._noising.extent is None:  # the strip follows one picture
            self._moments = None
            self.strip.refresh()
        self.selected_changed.emit()

    @Slot(QPoint)
    def _strip_clicked(self, at: QPoint) -> None:
        times = self._strip_times()
        width = max(1, round(self.strip.width() * self.strip.devicePixelRatioF()))
        self._session.set_t(times[min(len(times) - 1, at.x() * len(times) // width)])

    @Slot()
    def _marks_changed(self) -> None:
        self._moments = None
        self.strip.refresh()

    @staticmethod
    def _frame(strip: RasterView) -> QWidget:
        column = QVBoxLayout()
        column.addWidget(strip)
        return panel(column, 5)
