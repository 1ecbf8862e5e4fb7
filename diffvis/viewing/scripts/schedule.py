"""A noise schedule as code."""

import torch

from diffvis.diffusion.betas import HO_BETA_1, HO_BETA_T, MAX_BETA
from diffvis.diffusion.paths import KARRAS_RHO, KARRAS_SIGMAS, SONG_SIGMAS
from diffvis.diffusion.schedule import SCHEDULE_KINDS, NoiseSchedule, make_schedule
from diffvis.viewing.scripts.writing import numbers, script

_RAMP = "torch.linspace({first}, 1, T, dtype=torch.float64)"
_ALPHA_BAR = "beta = (1 - f[1:] / f[:-1]).clamp(max={most})"
_FORMULAS = {
    "linear": ("Ho et al. 2020", ["beta = {a} + ({b} - {a}) * {ramp}"]),
    "quadratic": (
        "Rombach et al. 2022", ["beta = ({a}**0.5 + ({b}**0.5 - {a}**0.5) * {ramp}) ** 2"],
    ),
    "sigmoid": (
        "Xu et al. 2022", ["beta = {a} + ({b} - {a}) * torch.sigmoid(12 * {ramp} - 6)"],
    ),
    "constant": (
        "Ho et al. 2020", ["beta = torch.full((T,), ({a} + {b}) / 2, dtype=torch.float64)"],
    ),
    "cosine": (
        "Nichol & Dhariwal 2021, eq. 17",
        [
            "f = torch.cos((torch.arange(T + 1).double() / T + 0.008) / 1.008 * math.pi / 2) ** 2",
            _ALPHA_BAR,
        ],
    ),
    "sigmoid-alpha-bar": (
        "Jabri et al. 2022",
        [
            "f = torch.sigmoid(6 * torch.arange(T + 1).double() / T - 3)",
            "f = ((f[-1] - f) / (f[-1] - f[0])).clamp(1e-9, 1)",
            _ALPHA_BAR,
        ],
    ),
}  # fmt: skip


def betas_code(schedule: NoiseSchedule) -> list[str]:
    """Lines after which ``T``, ``beta`` and ``alpha_bar`` are there, float64 with index 0 for the
    data: by its formula, or as numbers where it follows none.
    """
    T, kind = schedule.T, schedule.kind
    lines = [f"T = {T}"]
    name = kind.removesuffix("-unscaled")
    if kind in SCHEDULE_KINDS and name in _FORMULAS and schedule == make_schedule(kind, T):
        source, formula = _FORMULAS[name]
        ramp = _RAMP.format(first=0 if T > 1 else 1)
        values = {"a": HO_BETA_1, "b": HO_BETA_T, "ramp": ramp, "most": MAX_BETA}
        made = [line.format(**values) for line in formula]
        made[0] += f"  # {source}"
        lines += made
        if name not in ("cosine", "sigmoid-alpha-bar"):
            scale = "" if kind.endswith("-unscaled") else " * 1000 / T"
            lines.append(f"beta = (beta{scale}).clamp(max={MAX_BETA})")
    else:
        beta = schedule.beta[1:]
        made = _single_precision_ramp(beta) or (
            f"torch.tensor({numbers(beta.tolist())}, dtype=torch.float64)"
        )
        lines.append(f"beta = {made}  # {kind}")
    return [
        *lines,
        "beta = torch.cat([torch.zeros(1).double(), beta])  # beta[t], t = 1..T; beta[0] = 0",
        "alpha_bar = torch.cumprod(1 - beta, 0)  # alpha_bar[0] = 1",
    ]


_SIGMAS = {
    "flow": (
        "Lipman et al. 2023: straight from x_0 to eps",
        ["sigma = torch.arange(1, T + 1).double() / T", "signal = 1 - sigma"],
    ),
    "ve": (
        "Song et al. 2021: the variance explodes",
        [
            "sigma = torch.exp(math.log({a}) + (math.log({b}) - math.log({a})) * {ramp})",
            "signal = torch.ones(T).double()",
        ],
    ),
    "ve-karras": (
        "Karras et al. 2022, eq. 5",
        [
            "sigma = ({a}**(1 / {rho}) + ({b}**(1 / {rho}) - {a}**(1 / {rho})) * {ramp}) ** {rho}",
            "signal = torch.ones(T).double()",
        ],
    ),
}


def path_code(schedule: NoiseSchedule) -> list[str]:
    """Lines after which ``T``, ``beta`` and ``alpha_bar`` are there, and where variance is not
    preserved ``signal`` and ``sigma``, the factors of x_0 and of eps.
    """
    if schedule.preserves_variance:
        return betas_code(schedule)
    T, kind = schedule.T, schedule.kind
    if kind in _SIGMAS and schedule == make_schedule(kind, T):
        source, formula = _SIGMAS[kind]
        ends = dict(zip("ab", KARRAS_SIGMAS if kind == "ve-karras" else SONG_SIGMAS, strict=True))
        ramp = _RAMP.format(first=0 if T > 1 else 1)
        lines = [line.format(**ends, rho=KARRAS_RHO, ramp=ramp) for line in formula]
        lines[0] += f"  # {source}"
    else:
        lines = [
            f"{name} = torch.tensor({numbers(values.tolist()[1:])}, dtype=torch.float64)"
            for name, values in (("signal", schedule.signal), ("sigma", schedule.noise))
        ]
    return [
        f"T = {T}",
        *lines,
        "signal = torch.cat([torch.ones(1).double(), signal])  # of x_0, and sigma of eps in x_t",
        "sigma = torch.cat([torch.zeros(1).double(), sigma])",
        "alpha_bar = signal**2",
        "ratio = alpha_bar[1:] * sigma[:-1] ** 2 / (alpha_bar[:-1] * sigma[1:] ** 2)  # of the SNR",
        "beta = torch.cat([torch.zeros(1).double(), sigma[1:] ** 2 * (1 - ratio)])",
    ]


def factors_at(schedule: NoiseSchedule) -> tuple[str, str]:
    """The factors of x_0 and of eps at t, after ``path_code``."""
    if schedule.preserves_variance:
        return "alpha_bar[t].sqrt()", "(1 - alpha_bar[t]).sqrt()"
    return "signal[t]", "sigma[t]"


def _single_precision_ramp(beta: torch.Tensor) -> str:
    """What makes these betas as most libraries make theirs, evenly spaced or the squares of what
    is, in float32; "" for others.
    """
    first, last = (float(f"{end:.6g}") for end in (beta[0].item(), beta[-1].item()))
    evenly = torch.linspace(first, last, len(beta))
    if torch.equal(evenly.double(), beta):
        return f"torch.linspace({first}, {last}, T).double()"
    squares = torch.linspace(first**0.5, last**0.5, len(beta)) ** 2
    if torch.equal(squares.double(), beta):
        return f"(torch.linspace({first} ** 0.5, {last} ** 0.5, T) ** 2).double()"
    return ""


def schedule_expression(schedule: NoiseSchedule) -> str:
    """What makes it with diffvis."""
    if schedule.kind in SCHEDULE_KINDS and schedule == make_schedule(schedule.kind, schedule.T):
        return f'diffvis.make_schedule("{schedule.kind}", {schedule.T})'
    if schedule.preserves_variance:
        return f"diffvis.NoiseSchedule.from_betas({numbers(schedule.beta.tolist()[1:])})"
    signal, noise = (numbers(f.tolist()[1:]) for f in (schedule.signal, schedule.noise))
    return f"diffvis.NoiseSchedule.from_factors({signal}, {noise})"


def schedule_script(schedule: NoiseSchedule) -> str:
    """beta, alpha_bar, SNR and the posterior's variance in plain PyTorch."""
    variance = "(1 - alpha_bar)" if schedule.preserves_variance else "sigma**2"
    return script(
        f"The noise schedule that diffvis shows: {schedule.kind}, T = {schedule.T}.",
        [
            *path_code(schedule),
            f"variance = {variance}",
            "snr = alpha_bar / variance",
            "before = torch.cat([torch.zeros(1).double(), variance[:-1]])  # that of t - 1",
            "posterior_variance = beta * before / variance.clamp(min=1e-300)",
            "for t in sorted({1, T // 4, T // 2, T}):",
            '    print(f"t = {t}: beta {beta[t]:.6f}, alpha_bar {alpha_bar[t]:.6f}")',
        ],
    )


def short_schedule_script(schedule: NoiseSchedule) -> str:
    """The same with diffvis."""
    return "\n".join(
        [
            "import diffvis",
            "",
            f"schedule = {schedule_expression(schedule)}",
            "print(schedule.beta, schedule.alpha_bar, schedule.snr)",
            "",
        ]
    )
