"""Orders of convergence of the samplers of the ODE: error over evaluations of an exact denoiser.

    python -m benchmarks.orders [--picture docs/pictures/orders.png]

For data of one Gaussian the ODE has a solution in closed form, which every chain is held against,
in float64, from 7/8 T to T/4, where the log SNR is finite. The order is the slope of log error over
log evaluations. Those that take the steps they are told are given more of them; the adaptive solver
is given a smaller tolerance, and takes as many as that needs.
"""

import argparse
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.equalities import Mixture, noise, paths
from diffvis.diffusion import NoiseSchedule
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.sampler import Sampler
from diffvis.sampling.walk import walk

LONG = 2**14
"""T: so many that the slope between two t, which the adaptive solver asks for, is that of a line to
1e-9."""
FIRST, END = LONG * 7 // 8, LONG // 4
COUNTS = (16, 32, 64, 128)
TOLERANCES = tuple(float(10 ** (-k / 2)) for k in range(6, 15))
FIXED: Mapping[str, tuple[str, dict[str, Any]]] = {
    "Euler": ("euler", {}),
    "DDIM": ("ddim", {}),
    "Heun": ("heun", {}),
    "Heun along t": ("heun", {"slopes": "t"}),
    "DPM-Solver++(2M)": ("dpm-solver", {}),
}
ADAPTIVE = {"Adaptive, RK23": "rk23", "Adaptive, RK45": "rk45"}
TITLES = {"linear": "linear", "cosine": "cosine", "flow": "straight", "ve": "exploding"}
MEAN, VARIANCE = 0.7, 0.3


@dataclass(frozen=True)
class Convergence:
    """Errors of one sampler, from few evaluations to many."""

    evaluations: tuple[int, ...]
    errors: tuple[float, ...]

    @cached_property
    def order(self) -> float:
        """Minus the slope of log error over log evaluations, without the fewest of them."""
        x, y = np.log(self.evaluations[1:]), np.log(self.errors[1:])
        return -float(np.polyfit(x, y, 1)[0])


@dataclass(frozen=True)
class Problem:
    """The ODE of one Gaussian on a path, and its solution."""

    schedule: NoiseSchedule

    @cached_property
    def exact(self) -> Mixture:
        mean, variance = torch.full((1, 1), MEAN), torch.full((1, 1, 1), VARIANCE)
        return Mixture(torch.ones(1), mean.double(), variance.double(), self.schedule)

    @cached_property
    def start(self) -> Tensor:
        return noise(self.schedule)[:, :1]

    @cached_property
    def truth(self) -> Tensor:
        """x at the end: (x - signal mean) / spread stays what it is."""
        signal = self.schedule.signal
        stays = (self.start - float(signal[FIRST]) * MEAN) / self._spread(FIRST)
        return float(signal[END]) * MEAN + self._spread(END) * stays

    def _spread(self, t: int) -> float:
        signal, noise = float(self.schedule.signal[t]), float(self.schedule.noise[t])
        return math.hypot(signal * math.sqrt(VARIANCE), noise)

    def measure(self, sampler: Sampler, steps: int) -> tuple[int, float]:
        """How often a chain of so many even steps asks, and its largest error at the end."""
        times = [FIRST - (FIRST - END) * k // steps for k in range(steps + 1)]
        calls = 0
        for step in walk(sampler, self.exact, self.schedule, self.start, times):
            calls += step.calls
        return calls, float((step.x_s - self.truth).abs().max())


def convergences(kind: str) -> dict[str, Convergence]:
    """By its name, how each sampler converges on the path ``kind`` of ``TITLES``."""
    problem = Problem(paths(LONG)[kind])
    return {
        **{name: told_its_steps(problem, name) for name in FIXED},
        **{name: adaptive(problem, name) for name in ADAPTIVE},
    }


def told_its_steps(problem: Problem, name: str) -> Convergence:
    """Of one of ``FIXED``, over ``COUNTS`` of steps."""
    sampler, options = FIXED[name]
    return _convergence(problem.measure(SAMPLERS[sampler](**options), n) for n in COUNTS)


def adaptive(problem: Problem, name: str) -> Convergence:
    """Of one of ``ADAPTIVE``, over ``TOLERANCES``."""
    solver = ADAPTIVE[name]
    return _convergence(
        problem.measure(SAMPLERS["ode"](solver=solver, tolerance=tolerance), 1)
        for tolerance in TOLERANCES
    )


def _convergence(measured: Iterable[tuple[int, float]]) -> Convergence:
    return Convergence(*zip(*measured, strict=True))


TICKS = (16, 32, 64, 128, 256)
LOOKS = {
    "Euler": ("#0072b2", "o"),
    "DDIM": ("#56b4e9", "v"),
    "Heun": ("#d55e00", "s"),
    "Heun along t": ("#e69f00", "D"),
    "DPM-Solver++(2M)": ("#009e73", "^"),
    "Adaptive, RK23": ("#cc79a7", "P"),
    "Adaptive, RK45": ("#000000", "X"),
}


def draw(found: Mapping[str, Mapping[str, Convergence]], file: Path) -> None:
    """One panel a path, both axes logarithmic, so that an order is a slope."""
    import matplotlib
    from matplotlib.figure import Figure

    from diffvis.files import atomic_write

    matplotlib.use("agg")
    figure = Figure(figsize=(9.6, 9), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True, sharey=True)
    for axes, (kind, rows) in zip(panels.flat, found.items(), strict=True):
        for name, row in rows.items():
            colour, marker = LOOKS[name]
            axes.loglog(
                row.evaluations, row.errors, marker=marker, color=colour, markersize=5,
                label=f"{name}: {row.order:.2f}",
            )  # fmt: skip
        axes.set_title(f"{TITLES[kind]} path")
        axes.set_xticks(TICKS, [str(n) for n in TICKS])
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize="small", loc="lower left", title="slope")
    figure.supxlabel("evaluations of the denoiser")
    figure.supylabel("largest error")
    with atomic_write(file) as to:
        figure.savefig(to, format="png", dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw them to a PNG as well")
    asked = parser.parse_args()
    found = {kind: convergences(kind) for kind in TITLES}
    for kind, rows in found.items():
        print(f"\n{TITLES[kind]} path: order of convergence")
        for name, row in rows.items():
            pairs = zip(row.evaluations, row.errors, strict=True)
            each = "  ".join(f"{n}: {error:.0e}" for n, error in pairs)
            print(f"  {name:18s} {row.order:5.2f}   {each}")
    if asked.picture is not None:
        draw(found, asked.picture)


if __name__ == "__main__":
    main()
