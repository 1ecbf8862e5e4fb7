"""What guidance gives and what it takes: samples as asked, and how varied they are."""

import numpy as np

from diffvis.evaluation.evaluate import Plan
from diffvis.evaluation.sweeping.grid import Grid
from diffvis.evaluation.sweeping.sweep import (
    Measured,
    chosen_measures,
    evaluate_each,
    usual_count,
)
from diffvis.models.model import Model
from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.course.figure import Made, Sources, register
from diffvis.rendering.course.page import of_charts
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.sampling.settings import EVERY_CLASS

SCALES = 0.0, 1.0, 2.0, 4.0, 8.0
STEPS = 10  # of DDIM
MEASURES = "accuracy", "recall", "precision", "frechet"


def _knows_classes(model: Model) -> bool:
    return bool(model.num_classes) and not model.needs_class


@register(
    "guidance", "As asked and diversity over guidance", "Ho & Salimans 2022, figure 4",
    about="more guidance: more samples are as asked, and they differ less",
    work=lambda of, spec: len(SCALES) + 1, images=True, needs=_knows_classes,
)  # fmt: skip
def guidance(of: Sources, spec: ExportSpec) -> Made:
    model, data = of.images, of.known
    count, steps = spec.shown.count or usual_count(model), min(STEPS, model.schedule.T)
    base = spec.chain.changed(sampler="ddim", steps=steps, count=count, label=EVERY_CLASS)
    grid = Grid(base, {"guidance": SCALES})
    chosen_measures(model, data, grid.chains(), Plan(), MEASURES)
    measured = []
    for piece in evaluate_each(model, data, grid.chains(), None, of.device):
        if isinstance(piece, Measured):
            measured.append(piece.evaluation.figures)
            yield None
    found = {key: np.array([figures[key].mean() for figures in measured]) for key in MEASURES}
    own = {key: measured[0][key].mean("data") or 0.0 for key in MEASURES}
    at = np.array(SCALES)

    def charts(size: tuple[int, int], look: Style) -> list[Chart]:
        shares = (
            Curve("as asked", at, 100 * found["accuracy"], dots=True),
            Curve("recall: how much of the data", at, 100 * found["recall"], "noise", "dash",
                  dots=True),
            Curve("precision: how like data", at, 100 * found["precision"], "accent1", "dot",
                  dots=True),
        )  # fmt: skip
        far = (
            Curve("samples", at, found["frechet"], dots=True),
            Curve("data themselves", at, np.full(len(at), own["frechet"]), "muted", "dot"),
        )
        ticks = tuple((scale, f"{scale:g}") for scale in SCALES)
        return [
            Chart("As asked, and how varied", "guidance w", "%", shares, size, look, ticks=ticks),
            Chart("How far from data", "guidance w", "Fréchet distance", far, size, look,
                  ticks=ticks),
        ]  # fmt: skip

    best = int(found["frechet"].argmin())
    yield of_charts(
        charts,
        f"{model.name}, {count:,} samples of all classes by DDIM in {steps} steps: as asked are "
        f"{_over(found['accuracy'])} % at w = {', '.join(f'{w:g}' for w in SCALES)}; recall is "
        f"{_over(found['recall'])} %. The Fréchet distance is least at w = {SCALES[best]:g} "
        f"({found['frechet'][best]:.3g}; data themselves {own['frechet']:.3g}). Seed "
        f"{spec.shown.seed}.",
        lambda: {"guidance": at, **found},
    )


def _over(shares: np.ndarray) -> str:
    return ", ".join(f"{100 * share:.0f}" for share in shares)
