"""Figures of noise schedules: Nichol & Dhariwal 2021."""

import numpy as np

from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.schedule import NoiseSchedule, make_schedule
from diffvis.rendering.chart import Chart, Curve, curve_look
from diffvis.rendering.course.figure import Drawn, Made, Sources, register
from diffvis.rendering.course.moments import table_of
from diffvis.rendering.course.page import of_charts
from diffvis.rendering.origin import choose_samples
from diffvis.rendering.pixels import Pixels, blank, paste
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style

NICHOL = "Nichol & Dhariwal 2021"
LENGTHS = 100, 1000, 4000
SHOWN = 8  # moments of a strip, evenly apart
LOW = 0.3  # of the width of two strips, that they are high


@register(
    "beta-tilde",
    "β̃ₜ over βₜ",
    f"{NICHOL}, figure 1",
    about="the two variances of a reverse step differ near t = 0 alone",
    usual="",
    data=False,
)
def beta_tilde(of: Sources, spec: ExportSpec) -> Made:
    """Why the choice between the two variances hardly matters: they differ at the end alone."""
    schedules = [make_schedule("linear", T) for T in LENGTHS]
    ratios = [(s.posterior_variance / s.beta)[1:].numpy() for s in schedules]
    parts = [np.arange(1, s.T + 1) / s.T for s in schedules]
    tenth = ", ".join(f"{ratio[len(ratio) // 10 - 1]:.4f}" for ratio in ratios)

    def charts(size: tuple[int, int], look: Style) -> list[Chart]:
        curves = tuple(
            Curve(f"T = {s.T:,}", x, y, *curve_look(place))
            for place, (s, x, y) in enumerate(zip(schedules, parts, ratios, strict=True))
        )
        return [Chart("β̃ₜ / βₜ: the two variances of a reverse step", "t / T", "β̃ₜ / βₜ", curves,
                      size, look, log_x=True)]  # fmt: skip

    yield of_charts(
        charts,
        f"The ratio of the small variance to the large one, linear schedule of T = 100, 1,000 and "
        f"4,000 steps: 0 at t = 1, but {tenth} at t = T/10. With more steps they differ for "
        "an ever smaller part of the way.",
    )


@register(
    "alpha-bar",
    "ᾱₜ of two schedules",
    f"{NICHOL}, figure 5",
    about="how much of the data is left at t: with linear betas less, sooner",
    usual="",
    data=False,
)
def alpha_bar(of: Sources, spec: ExportSpec) -> Made:
    linear, cosine = _both(1000)

    def charts(size: tuple[int, int], look: Style) -> list[Chart]:
        x = np.arange(1001) / 1000
        curves = tuple(
            Curve(s.kind, x, s.alpha_bar.numpy(), *curve_look(place))
            for place, s in enumerate((linear, cosine))
        )
        return [Chart("ᾱₜ over the way to noise", "t / T", "ᾱₜ", curves, size, look)]

    half = [int((s.alpha_bar < 0.5).nonzero()[0]) / 10 for s in (linear, cosine)]
    small = [100 * float((s.alpha_bar < 0.01).double().mean()) for s in (linear, cosine)]
    yield of_charts(
        charts,
        f"The signal's part of the variance, T = 1,000. Linear has lost half of it after "
        f"{half[0]:.0f} % of the way and is below 0.01 for the last {small[0]:.0f} %; cosine after "
        f"{half[1]:.0f} %, and for the last {small[1]:.0f} %.",
    )


@register(
    "linear-cosine",
    "Linear and cosine strips",
    f"{NICHOL}, figure 3",
    about="the same pictures noised by both: linear is noise long before T",
)
def linear_cosine(of: Sources, spec: ExportSpec) -> Made:
    data, schedules = of.known, _both(of.model.schedule.T)
    T, seed = schedules[0].T, spec.shown.seed
    count = spec.shown.count or (1_000 if data.is_points else 1)
    origin = choose_samples(data, count, 0, seed)
    times = spec.shown.times or tuple(round(T * k / (SHOWN - 1)) for k in range(SHOWN))
    moments = [[q_sample(s, origin.x0, t, origin.eps) for t in times] for s in schedules]

    def draw(size: tuple[int, int], look: Style) -> Pixels:
        from diffvis.rendering.phrases import decimals
        from diffvis.rendering.strips import StripRow, draw_strips

        t = times[len(times) // 2]
        rows = [
            StripRow(
                s.kind, rf"\bar{{α}}_{{t}} = {decimals(float(s.alpha_bar[t]))}",
                "noise" if place else "signal", q_sample(s, origin.x0, t, origin.eps), strip,
            )
            for place, (s, strip) in enumerate(zip(schedules, moments, strict=True))
        ]  # fmt: skip
        width = size[0]
        height, edge = min(size[1], round(LOW * width)), max(4, width // 80)
        frame = blank((width, height), look.panel)
        look = look.showing(of.model.range).scaled(max(1.0, height / 300))
        room = width - 2 * edge, height - edge
        drawn = draw_strips(
            rows, t, times, room, look, colours=origin.colours, extent=origin.extent
        )
        paste(frame, drawn, edge, edge // 2)
        return frame

    late = times[-2]
    left = [float(s.alpha_bar[late]) for s in schedules]
    yield Drawn(
        draw,
        f"{data.title} under the linear and the cosine schedule, T = {T}, the same noise, at "
        f"t = {', '.join(map(str, times))}. At t = {late} the linear one has left {left[0]:.2g} of "
        f"the signal's variance, the cosine one {left[1]:.2g}. Seed {seed}.",
        lambda: table_of(
            {
                f"{s.kind}": dict(zip(times, strip, strict=True))
                for s, strip in zip(schedules, moments, strict=True)
            }
        ),
    )


def _both(T: int) -> tuple[NoiseSchedule, NoiseSchedule]:
    return make_schedule("linear", T), make_schedule("cosine", T)
