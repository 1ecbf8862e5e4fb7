"""Settings of a chain that were chosen and change nothing."""

from dataclasses import replace

from diffvis.sampling.settings import ChainSettings


def idle_settings(settings: ChainSettings, T: int) -> dict[str, str]:
    """Their names, and for people why they change nothing of a chain from T to 0.

    Raises:
        UserError: more steps are asked for than there are timesteps.
    """
    found = {}
    if settings.eta > 0 and settings.sampler != "ddim":
        found["eta"] = f"with {settings.sampler}, eta changes nothing"
    if settings.variance != "auto" and settings.sampler != "ddpm":
        found["variance"] = f"with {settings.sampler}, variance changes nothing"
    times = settings.times(T)
    if settings.shift != 1 and times == replace(settings, shift=1.0).times(T):
        found["shift"] = f"with {len(times) - 1} of {T} steps, shift changes nothing"
    if settings.guidance != 1 and settings.label is None:
        found["guidance"] = "without a class, guidance changes nothing"
    return found
