"""DPM-Solver++(2M): a second-order solver of the deterministic reverse process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffvis.sampling.sampler import Mean, Sampler, register

if TYPE_CHECKING:
    from diffvis.diffusion.schedule import NoiseSchedule


@register(
    "dpm-solver",
    "DPM-Solver++",
    "x̂_0 extrapolated from two steps, no noise (Lu et al. 2022, 2M)",
    year=2022,
)
class DPMSolver(Sampler):
    """DPM-Solver++(2M) (Lu et al. 2022, algorithm 2) over any falling times.

    Extrapolates x0_hat along the log SNR from this step and the one before. The first step, and the
    one to s = 0, where the log SNR is infinite, are of first order, which is DDIM.
    """

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        ahead = 0.0
        if t_before is not None and s > 0:
            now, then, before = (float(schedule.log_snr[k]) for k in (t, s, t_before))
            # 1/(2r) with r = h_before / h, the ratio of the two steps in log SNR.
            ahead = (then - now) / (now - before) / 2
        keep = float(schedule.noise[s] / schedule.noise[t])
        # alpha_s (1 - exp(-h)), written so that it is 1 at s = 0.
        pull = float(schedule.signal[s]) - keep * float(schedule.signal[t])
        return Mean(x_t=keep, x0_hat=pull, extrapolation=ahead)

    def code(self) -> tuple[str, ...]:
        return (
            "D, log_snr = x0, torch.log(alpha_bar / (1 - alpha_bar))  # Lu et al. 2022",
            "if before is not None and s > 0:",
            "    now, then, last = (log_snr[i].item() for i in (t, s, before[0]))",
            "    D = x0 + (then - now) / (now - last) / 2 * (x0 - before[1])",
            "keep, before = math.sqrt((1 - a_s) / (1 - a_t)), (t, x0)",
            "x = keep * x + (math.sqrt(a_s) - keep * math.sqrt(a_t)) * D",
        )
