"""What a lecturer should know before using a schedule, in plain language."""

import math

from torch import Tensor

MAX_CONTRAST_LEFT = 0.1
MIN_USEFUL_ALPHA_BAR = 1e-6
MAX_FIRST_NOISE = 0.25


def advice(alpha_bar: Tensor) -> list[str]:
    """Warnings about a schedule with this ``alpha_bar`` (T+1,), on any path the signal's share of
    the variance; none for a sound one.
    """
    T = len(alpha_bar) - 1
    found = []
    contrast = math.sqrt(alpha_bar[-1])
    if contrast > MAX_CONTRAST_LEFT:
        found.append(
            f"x_T is not pure noise: at t = {T} it keeps {contrast:.0%} of the data's contrast "
            f"(alpha_bar_T = {alpha_bar[-1]:.2f} of the signal's power), so chains that start from "
            "noise start in the wrong place. Use more steps or larger betas."
        )
    lost = int((alpha_bar < MIN_USEFUL_ALPHA_BAR).sum())
    if lost > max(1, T // 5):
        found.append(
            f"The last {lost} of {T} steps see nothing but noise and teach nothing. "
            "Use smaller betas or the cosine schedule."
        )
    first = math.sqrt(1 - alpha_bar[1])
    if first > MAX_FIRST_NOISE:
        found.append(
            f"The first step is coarse: x_1 already holds noise of standard deviation {first:.2f}, "
            "which the last reverse step has to remove at once. Use more steps."
        )
    return found
