"""The velocity of one point: where its path goes from x_t, between x_0 and eps."""

from dataclasses import dataclass

import numpy as np

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.geometry import Rect
from diffvis.rendering.kernel import pair
from diffvis.rendering.phrases import Phrase
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.scatter import splat, to_pixels
from diffvis.rendering.scene.recorder import inside
from diffvis.rendering.strokes import arrow, dashes, stroke
from diffvis.rendering.style import Style
from diffvis.rendering.text import write

PART = 0.5  # of the way from t = 0 to T that the arrow would go
LONGEST = 0.8  # of the extent, of an arrow


@dataclass(frozen=True, eq=False)
class Velocity:
    """dx_t/du with u = t/T of a point x_0 (D,) that goes to eps (D,); float64."""

    schedule: NoiseSchedule
    t: int
    x0: np.ndarray
    eps: np.ndarray

    @property
    def factors(self) -> tuple[float, float]:
        """Those of x_0 and of eps: the derivatives of the path's own; at t = 0 those of t = 1."""
        at = max(1, self.t)
        return float(self.schedule.signal_rate[at]), float(self.schedule.noise_rate[at])

    @property
    def vector(self) -> np.ndarray:
        """(D,); eps - x_0 on the straight path (Lipman et al. 2023, eq. 23)."""
        signal, noise = self.factors
        return signal * self.x0 + noise * self.eps

    @property
    def way(self) -> np.ndarray:
        """The whole path (T+1, D)."""
        signal, noise = self.schedule.signal.numpy(), self.schedule.noise.numpy()
        return np.outer(signal, self.x0) + np.outer(noise, self.eps)

    @property
    def words(self) -> tuple[tuple[Phrase, ...], ...]:
        """In words and numbers, line by line."""
        signal, noise = (f"{factor:.2f}".replace("-", "−") for factor in self.factors)
        return (
            (
                ("dx_{t}/du = ", "text", False),
                (signal, "signal", True),
                (" x_{0} + ", "text", False),
                (noise, "noise", True),
                (" ε", "text", False),
            ),
            (("x_{0} ", "muted", False), (pair(self.x0), "signal", False)),
            (("ε ", "muted", False), (pair(self.eps), "noise", False)),
            (("velocity ", "muted", False), (pair(self.vector), "text", True)),
            (("arrow: half of it; dashed: from x_{0} to ε", "muted", False),),
        )


def draw_velocity(frame: Pixels, rect: Rect, found: Velocity, extent: float, style: Style) -> None:
    """The point's path, x_0 and eps with a dashed line between them, and the velocity as an arrow
    from x_t.
    """
    size = rect.width, rect.height
    now = found.way[found.t]
    step = PART * found.vector
    long = float(np.hypot(*step[:2]))
    tip = now + step * min(1.0, LONGEST * extent / max(long, 1e-12))
    x0, eps, start, end = to_pixels(np.stack([found.x0, found.eps, now, tip]), size, extent)
    thick = 1.7 * max(1.0, style.text_scale)
    stroke(frame, rect, [to_pixels(found.way, size, extent)], style.muted, 0.8 * thick)
    straight = dashes(np.stack([x0, eps]), 3 * thick, 3 * thick)
    stroke(frame, rect, straight, style.text, 0.7 * thick, 0.8)
    stroke(frame, rect, arrow(start, end, 6 * thick), style.text, 1.7 * thick)
    inner = inside(frame, rect)
    em = style.legible(14 * style.text_scale)
    for point, colour, name in ((x0, style.signal, "x_{0}"), (eps, style.noise, "ε")):
        for radius, tone in ((4.0 * thick, style.panel), (3.0 * thick, colour)):
            splat(inner, point[None], tone, radius, 1.0)
        if (point >= 0).all() and (point < size).all():
            left, middle = rect.x + point[0] + 5 * thick, rect.y + point[1] - 0.6 * em
            write(frame, name, round(left), round(middle), em, style.text, bold=True)
