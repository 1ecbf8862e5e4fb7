"""Power over frequency: noise drowns fine detail first (Dieleman 2024)."""

import numpy as np
import torch
from torch import Tensor

from diffvis.data.browse import spread_places
from diffvis.diffusion.estimate import estimate
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.seeds import seeded
from diffvis.rendering.chart import Chart, Curve, curve_look
from diffvis.rendering.course.figure import Made, Sources, register
from diffvis.rendering.course.page import of_charts
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style

SAMPLES = 128  # unless told
PARTS = 1 / 15, 1 / 3, 2 / 3  # of T


def power(x: Tensor) -> np.ndarray:
    """The mean power of images x (N, C, H, W) at 1, 2, .. cycles in a picture, to the finest that
    both sides hold. Noise N(0, 1) has 1 at each.
    """
    height, width = x.shape[-2:]
    spectrum = torch.fft.fft2(x.double()).abs().square().mean((0, 1)) / (height * width)
    rows = torch.fft.fftfreq(height, 1 / height)
    columns = torch.fft.fftfreq(width, 1 / width)
    ring = torch.hypot(rows[:, None], columns[None]).round().long()
    finest = min(height, width) // 2
    sums = torch.zeros(int(ring.max()) + 1, dtype=torch.float64)
    sums.index_add_(0, ring.flatten(), spectrum.flatten())
    return (sums / ring.flatten().bincount())[1 : finest + 1].numpy()


@register(
    "spectrum",
    "Spectra of xₜ and of x̂₀",
    "Dieleman 2024",
    about="fine detail drowns first, and comes back last",
    images=True,
)
def spectrum(of: Sources, spec: ExportSpec) -> Made:
    model, data = of.images, of.known
    schedule = model.schedule
    times = spec.shown.times or tuple(max(1, round(part * schedule.T)) for part in PARTS)
    index = data.train[spread_places(len(data.train), spec.shown.count or SAMPLES)]
    x0 = model.seen(data.x0(index), data.scaling).to(of.device)
    eps = torch.randn(x0.shape, generator=seeded(spec.shown.seed)).to(of.device)
    noised, aimed = {}, {}
    for t in times:
        x_t = q_sample(schedule, x0, t, eps)
        noised[t] = power(x_t)
        if t:
            with torch.no_grad():
                aimed[t] = power(estimate(model.denoiser, schedule, x_t, t).x0_hat)
    own = power(x0)
    k = np.arange(1, len(own) + 1, dtype=float)

    def charts(size: tuple[int, int], look: Style) -> list[Chart]:
        return [
            Chart(title, "cycles in a picture", "power", (
                Curve("data", k, own),
                *(Curve(f"t = {t}", k, y, *curve_look(place))
                  for place, (t, y) in enumerate(curves.items(), 1)),
            ), size, look, log_x=True, log_y=True, caption=f"{data.title}, {len(x0)} pictures")
            for title, curves in (("xₜ", noised), ("x̂₀ of the network", aimed))
        ]  # fmt: skip

    said = []
    for t in times:
        signal, noise = float(schedule.signal[t]) ** 2 * own, float(schedule.noise[t]) ** 2
        drowned = np.flatnonzero(signal < noise)
        said.append(f"from {k[drowned[0]]:.0f} on at t = {t}" if len(drowned) else
                    f"nowhere at t = {t}")  # fmt: skip
    yield of_charts(
        charts,
        f"{len(x0)} pictures of {data.title}. The power of data falls with frequency, that of "
        f"noise is even: noise is stronger {', '.join(said)} (cycles in a picture). What "
        f"{model.name} aims at has lost the same frequencies.",
        lambda: {
            "cycles": k, "data": own, **{f"x_{t}": y for t, y in noised.items()},
            **{f"x0_hat at {t}": y for t, y in aimed.items()},
        },
    )  # fmt: skip
