"""How near DDIM comes back to a picture whose own noise it has found."""

import numpy as np

from diffvis.bench.registry import tool_of
from diffvis.bench.task import Task
from diffvis.data.browse import spread_places
from diffvis.rendering.chart import Chart, Curve
from diffvis.rendering.course.figure import Made, Sources, register
from diffvis.rendering.course.page import of_charts
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.sampling.settings import ChainSettings

STEPS = 10, 20, 50, 100, 200, 500
SAMPLES = 16  # unless told


def _counts(of: Sources) -> tuple[int, ...]:
    T = of.model.schedule.T
    return (*(n for n in STEPS if n < T), T)


@register(
    "inversion-error", "Error of DDIM's inversion", "Song et al. 2021 (DDIM), table 2",
    about="to noise and back again: what is lost with few steps",
    work=lambda of, spec: 2 * sum(_counts(of)) + 1,
)  # fmt: skip
def inversion_error(of: Sources, spec: ExportSpec) -> Made:
    model, data, counts = of.model, of.known, _counts(of)
    index = data.test[spread_places(len(data.test), spec.shown.count or SAMPLES)]
    x0 = model.seen(data.x0(index), data.scaling).to(of.device)
    task = Task(model, ChainSettings(seed=spec.shown.seed), x0=x0, device=of.device)
    tool = tool_of("invert")(step_counts=counts)
    tool.check_fit(model)
    error = None
    for board in tool.walk(task):
        error = board.results.get("error", error)
        yield None
    assert error is not None
    y, steps = error.double().numpy(), np.array(counts, float)
    squares = y**2 / 4 if not model.is_points else y**2  # of values in [0, 1], as in the paper

    def charts(size: tuple[int, int], look: Style) -> list[Chart]:
        curves = (
            Curve("root mean square error", steps, y),
            Curve("first order: 1 / steps", steps, y[0] * steps[0] / steps, "muted", "dot"),
        )
        return [Chart("x₀ to x_T and back by DDIM", "steps", "error, in units of the model", curves,
                      size, look, log_x=True, log_y=True)]  # fmt: skip

    said = ", ".join(f"{value:.3g} in {n}" for n, value in zip(counts, y, strict=True))
    yield of_charts(
        charts,
        f"{model.name}, {len(x0)} samples of {data.title} that nobody trained on: root mean square "
        f"error {said} steps.",
        lambda: {"steps": steps, "error": y, "squared error": squares},
    )
