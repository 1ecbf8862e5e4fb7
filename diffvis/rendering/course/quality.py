"""How good samples are over the number of steps and eta."""

import numpy as np

from diffvis.evaluation.evaluate import Plan
from diffvis.evaluation.sweeping.grid import Grid
from diffvis.evaluation.sweeping.sweep import (
    Measured,
    chosen_measures,
    evaluate_each,
    usual_count,
)
from diffvis.rendering.chart import Chart, Curve, curve_look
from diffvis.rendering.course.figure import Drawn, Made, Sources, register
from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, blank, fill, paste
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.rendering.text import line_height, text_width, write
from diffvis.sampling.settings import EVERY_CLASS

STEPS, ETAS = (5, 10, 20, 50), (0.0, 0.2, 0.5, 1.0)


def _counts(of: Sources) -> list[int]:
    return [n for n in STEPS if n <= of.model.schedule.T] or [of.model.schedule.T]


@register(
    "steps-eta", "Quality over steps and η", "Song et al. 2021 (DDIM), table 1",
    about="distance to the data over the number of steps, with less and more noise",
    work=lambda of, spec: len(ETAS) * len(_counts(of)) + 1,
)  # fmt: skip
def steps_eta(of: Sources, spec: ExportSpec) -> Made:
    model, data, counts = of.model, of.known, _counts(of)
    many = spec.shown.count or usual_count(model)
    settings = spec.chain.changed(
        sampler="ddim", count=many, label=EVERY_CLASS if model.num_classes else None
    )
    grid = Grid(settings, {"steps": tuple(counts), "eta": ETAS})
    (name,) = chosen_measures(model, data, grid.chains(), Plan())
    measured = []
    for piece in evaluate_each(model, data, grid.chains(), None, of.device):
        if isinstance(piece, Measured):
            measured.append(piece.evaluation.figures[name])
            yield None
    found = np.array([figure.mean() for figure in measured]).reshape(len(ETAS), len(counts))
    title, floor = measured[-1].title, measured[-1].mean("data") or 0.0

    def draw(size: tuple[int, int], look: Style) -> Pixels:
        from diffvis.rendering.figure import draw_chart  # matplotlib takes its time

        width = round(0.58 * size[0])
        curves = tuple(
            Curve(f"η = {eta:g}", np.array(counts, float), row, *curve_look(place))
            for place, (eta, row) in enumerate(zip(ETAS, found, strict=True))
        )
        chart = Chart(f"{title} over steps", "steps", title, curves, (width, size[1]), look,
                      log_x=True)  # fmt: skip
        frame = blank(size, look.panel)
        paste(frame, draw_chart(chart), 0, 0)
        paste(frame, _table(found, counts, (size[0] - width, size[1]), look), width, 0)
        return frame

    best = np.unravel_index(found.argmin(), found.shape)
    yield Drawn(
        draw,
        f"{model.name}, {many:,} samples each: {title}, smaller is better; data themselves have "
        f"{floor:.3g}. Best is η = {ETAS[best[0]]:g} in {counts[best[1]]} steps "
        f"({found[best]:.3g}); in {counts[0]} steps η = 0 has {found[0, 0]:.3g} and η = 1 "
        f"{found[-1, 0]:.3g}. Seed {spec.shown.seed}.",
        lambda: {
            "steps": np.tile(np.array(counts, float), len(ETAS)),
            "eta": np.repeat(np.array(ETAS), len(counts)),
            name: found.ravel(),
        },
    )


def _pitch(width: int, count: int, em: int) -> int:
    """From one column of numbers to the next, behind the names of the rows."""
    return (width - text_width("η = 0.2", em) - 3 * em) // count


def _table(found: np.ndarray, counts: list[int], size: tuple[int, int], look: Style) -> Pixels:
    """η from top to bottom, steps from left to right; the best of each column stands out."""
    frame = blank(size, look.panel)
    em = look.legible(min(size[0] / 26, size[1] / 16) * look.text_scale)
    while (pitch := _pitch(size[0], len(counts), em)) < text_width("0.0000", em, True) and em > 7:
        em -= 1
    first, row = size[0] - em - pitch * len(counts), round(1.7 * line_height(em))
    top = (size[1] - row * (len(ETAS) + 1)) // 2
    write(frame, "steps", em // 2, top + row // 2, em, look.muted)
    fill(frame, Rect(em // 2, top + row - 1, size[0] - em, 1), look.border)
    for k, steps in enumerate(counts):
        x = first + (k + 1) * pitch
        write(frame, f"{steps}", x, top + row // 2, em, look.muted, align="right")
        for i, eta in enumerate(ETAS):
            y, best = top + (i + 1) * row + row // 2, i == int(found[:, k].argmin())
            tone = look.signal if best else look.text
            write(frame, f"{found[i, k]:.3g}", x, y, em, tone, bold=best, align="right")
            if k == 0:
                write(frame, f"η = {eta:g}", em // 2, y, em, look.text)
    return frame
