"""How the two factors of a path are written: that of x_0 and that of eps."""

from typing import NamedTuple
from unicodedata import normalize

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.markup import plain


class Written(NamedTuple):
    """In the markup of formulas (``markup.py``)."""

    signal: str
    noise: str
    variance: str
    """The square of the factor of eps."""

    @property
    def letters(self) -> tuple[str, str]:
        """Both factors in letters alone: ``√ᾱ_t``, ``√(1−ᾱ_t)``."""
        return plain(self.signal), plain(self.noise)


PRESERVING = Written(r"\sqrt{\bar{α}_{t}}", r"\sqrt{1−\bar{α}_{t}}", r"(1−\bar{α}_{t})")
FLOW = Written("(1−t/T)", "t/T", "(t/T)^{2}")
EXPLODING = Written("1", "σ_{t}", "σ^{2}_{t}")
OTHER = Written("s_{t}", "σ_{t}", "σ^{2}_{t}")


def reach(schedule: NoiseSchedule, t: int) -> float:
    """How much further from 0 than data x_t lies, for data of variance 1; 1 where it does not. Axes
    and the range of grey grow with it on a path whose variance explodes.
    """
    return max(1.0, float(schedule.power[t]) ** 0.5)


def written(schedule: NoiseSchedule) -> Written:
    """The factors of x_t = signal_t x_0 + noise_t eps as people write them on this path."""
    if schedule.preserves_variance:
        return PRESERVING
    if schedule.kind == "flow":
        return FLOW
    return EXPLODING if bool((schedule.signal == 1).all()) else OTHER


def factors_of(schedule: NoiseSchedule) -> tuple[str, str]:
    """Those of x_0 and eps in letters, to stand alone; where the first is 1, as ``s_t``."""
    signal, noise = (normalize("NFC", factor) for factor in written(schedule).letters)
    return signal.strip("()") if "t" in signal else "s_t", noise
