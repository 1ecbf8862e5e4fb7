"""Points of a chain over all of its t: on a line as a map over (t, x), others in space."""

import numpy as np
from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QComboBox

from diffvis.app.reverse.around import Around
from diffvis.app.reverse.chain import Chain
from diffvis.app.reverse.chain_map import ChainMap
from diffvis.app.session import Session
from diffvis.app.widgets.fields import offer
from diffvis.app.workers.jobs import Jobs
from diffvis.models.model import Model
from diffvis.rendering.factors import reach
from diffvis.rendering.heatmap import draw_heatmap, heat_layout
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.space import Camera, draw_space, space_rect
from diffvis.rendering.space_of_chain import ChainSpace, chain_space
from diffvis.rendering.style import Style
from diffvis.sampling.recording import Recording

MAP, SPACE = "heatmap", "space"
TITLES = {MAP: "map over (t, x)", SPACE: "in space"}


class WholeChain(QObject):
    """Draws a chain as far as it has been walked, and finds what is clicked there."""

    changed = Signal()

    def __init__(
        self, session: Session, chain: Chain, around: Around, jobs: Jobs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._chain, self._around = session, chain, around
        self._map = ChainMap(jobs, self)
        self._map.changed.connect(self.changed)
        self._camera = Camera()

    @property
    def angles(self) -> tuple[float, float]:
        """How points in space are turned and tilted, in degrees."""
        return self._camera.turn, self._camera.tilt

    @property
    def words(self) -> str:
        """How points in space are seen, for whoever does not see them."""
        return self._camera.words

    @Slot(float, float)
    def turn(self, right: float, down: float) -> None:
        """As a hand does that moves so many pixels."""
        self._camera = self._camera.moved(right, down)
        self.changed.emit()

    def offer(self, box: QComboBox) -> None:
        """Offer in the box, and there alone, what the session's model has."""
        has = kind_of_whole(self._session.model)
        for key, title in TITLES.items():
            there = box.findData(key)
            if key == has and there < 0:
                offer(box, title, key)
            elif key != has and there >= 0:
                box.removeItem(there)

    def draw(
        self, main: Recording, size: tuple[int, int], style: Style, extent: float,
        colours: Pixels | None,
    ) -> Pixels:  # fmt: skip
        """The moment of ``main`` at the shared t with all that was before it."""
        t = main.shown_time(self._session.t)
        x = main.x_at(self._session.t)
        chosen = min(self._chain.selected, len(x) - 1)
        if kind_of_whole(main.model) == MAP:
            scene = self._map.scene(main, self._around.shade)
            return draw_heatmap(scene, t, to_numpy(x)[:, 0], size, style, selected=chosen)
        space = self._space(main, extent, colours, style)
        return draw_space(
            space.points, self._camera, size, style, extent=space.extent, colours=colours,
            ways=space.ways, names=space.names, selected=chosen,
        )  # fmt: skip

    def click(
        self, at: QPoint, main: Recording, size: tuple[int, int], style: Style, extent: float
    ) -> None:
        """Select the point that is nearest to there; the map goes to its t as well."""
        if kind_of_whole(main.model) == MAP:
            layout, schedule = heat_layout(size, style), main.model.schedule
            if not layout.box.contains(at.x(), at.y()):
                return
            self._session.set_t(layout.time_at(at.x(), schedule.T))
            t = main.shown_time(self._session.t)
            place = layout.place_at(at.y(), extent) * reach(schedule, t)
            away = (main.x_at(t)[:, 0] - place).abs().numpy()
        else:
            space = self._space(main, extent, None, style)
            rect = space_rect(size, style, captioned=False, footed=False)
            places = self._camera.placed(space.points, rect, space.extent)[:, :2]
            away = np.hypot(*(places - (at.x(), at.y())).T)
        self._chain.select(int(away.argmin()))

    def _space(
        self, main: Recording, extent: float, colours: Pixels | None, style: Style
    ) -> ChainSpace:
        shown = main.shown_time(self._session.t)
        moments = [(step.t, step.x_t) for step in list(main.steps) if step.t > shown]
        moments.append((shown, main.x_at(self._session.t)))
        return chain_space(moments, main.model.schedule, extent, colours, style)


def kind_of_whole(model: Model) -> str | None:
    """Which of the two its points have; None of images."""
    if not model.is_points:
        return None
    return MAP if tuple(model.shape) == (1,) else SPACE
