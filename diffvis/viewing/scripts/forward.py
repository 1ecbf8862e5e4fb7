"""The noising of some samples as code."""

from collections.abc import Sequence
from dataclasses import dataclass

from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.seeds import fold_seed
from diffvis.viewing.scripts.schedule import factors_at, path_code, schedule_expression
from diffvis.viewing.scripts.writing import indices, script, wanted


@dataclass(frozen=True)
class Noised:
    """What is noised: samples of a data set by their numbers, to the time t, by the closed form or
    by the true chain.
    """

    data: Dataset
    index: Sequence[int]
    schedule: NoiseSchedule
    t: int
    seed: int
    walks: bool = False
    span: tuple[float, float] = (-1.0, 1.0)
    """The values of black and white in images."""


def forward_script(noised: Noised) -> str:
    """x_t of x_0 in plain PyTorch, with the noise that the program draws."""
    data, schedule = noised.data, noised.schedule
    shape = (len(noised.index), *data.shape)
    how = "the true chain" if noised.walks else "the closed form"
    return script(
        f"{data.title} noised to t = {noised.t}, as diffvis shows it, in plain PyTorch: {how}.",
        [
            *path_code(schedule),
            *wanted("x0", f"float32 {shape}{_range(noised)}: your samples", _samples(noised)),
            f"generator = torch.Generator().manual_seed({fold_seed(noised.seed)})",
            *(_walk(schedule, noised.t) if noised.walks else _jump(schedule, noised.t)),
            'print(f"x_t: mean {x_t.mean():.3f}, std {x_t.std():.3f}")',
        ],
    )


def short_forward_script(noised: Noised) -> str:
    """The same with diffvis."""
    lines = [
        "import torch, diffvis",
        "",
        f"x0, schedule = {_samples(noised)}, {schedule_expression(noised.schedule)}",
        f"generator = torch.Generator().manual_seed({fold_seed(noised.seed)})",
    ]
    if noised.walks:
        lines.append(f"x_t = list(diffvis.q_path(schedule, x0, generator))[{noised.t}]")
    else:
        lines += [
            "eps = torch.randn(x0.shape, generator=generator)",
            f"x_t = diffvis.q_sample(schedule, x0, {noised.t}, eps)",
        ]
    return "\n".join([*lines, ""])


def _samples(noised: Noised) -> str:
    x0 = f'diffvis.open_dataset("{noised.data.source}").x0({indices(noised.index)})'
    low, high = noised.span
    if noised.data.is_points or (low, high) == (-1, 1):
        return x0
    return f"({x0} + 1) * {(high - low) / 2:g} + {low:g}"


def _range(noised: Noised) -> str:
    low, high = noised.span
    return "" if noised.data.is_points else f" in {low:g}..{high:g}"


def _jump(schedule: NoiseSchedule, t: int) -> list[str]:
    signal, noise = factors_at(schedule)
    return [
        "eps = torch.randn(x0.shape, generator=generator)",
        f"t = {t}",
        f"x_t = {signal} * x0 + {noise} * eps  # Ho et al. 2020, eq. 4",
    ]


def _walk(schedule: NoiseSchedule, t: int) -> list[str]:
    keep = "(1 - beta[t]).sqrt()" if schedule.preserves_variance else "signal[t] / signal[t - 1]"
    return [
        "x_t = x0",
        f"for t in range(1, {t} + 1):  # Ho et al. 2020, eq. 2: fresh noise in every step",
        "    eps = torch.randn(x0.shape, generator=generator)",
        f"    x_t = {keep} * x_t + beta[t].sqrt() * eps",
    ]
