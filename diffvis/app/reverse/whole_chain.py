"""Points of a chain over all of its t: on a line as a map over (t, x), others in space."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QComboBox

from diffvis.app.reverse.around import Around
from diffvis.app.reverse.chain import Chain
from diffvis.app.reverse.chain_map import ChainMap
from diffvis.app.session import Session
from diffvis.app.widgets.fields import offer
from diffvis.app.workers.jobs import Jobs
from diffvis.models.model import Model
from diffvis.rendering.factors import reach
from diffvis.rendering.heatmap import draw_heatmap
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.space import Camera, draw_space
from diffvis.rendering.space_of_chain import ChainSpace, chain_space
from diffvis.rendering.style import Style
from diffvis.sampling.recording import Recording

MAP, SPACE = "heatmap", "space"
TITLES = {MAP: "map over (t, x)", SPACE: "in space"}


class WholeChain(QObject):
    """Draws a chain as far as it has been walked, and goes to what is clicked there."""

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

    def go_to(self, t: int, value: float) -> None:
        """Go to a place of the map: to its t, and to the point that is nearest there."""
        main = self._chain.main
        self._session.set_t(t)
        t = main.shown_time(self._session.t)
        place = value * reach(main.model.schedule, t)
        self._chain.select(int((main.x_at(t)[:, 0] - place).abs().argmin()))

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
