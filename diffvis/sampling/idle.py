"""Settings of a chain that were chosen and change nothing."""

from diffvis.sampling.sampler import sampler_settings
from diffvis.sampling.settings import ChainSettings


def idle_settings(settings: ChainSettings, T: int) -> dict[str, str]:
    """Their names, and for people why they change nothing of a chain from T to 0.

    Raises:
        UserError: more steps are asked for than there are timesteps.
    """
    found = {
        name: f"with {settings.sampler}, {name} changes nothing"
        for name, (sampler, setting) in sampler_settings().items()
        if sampler != settings.sampler and settings[name] != setting.default
    }
    times = settings.times(T)
    if settings.shift != 1 and times == settings.changed(shift=1.0).times(T):
        found["shift"] = f"with {len(times) - 1} of {T} steps, shift changes nothing"
    if settings.guidance != 1 and settings.label is None:
        found["guidance"] = "without a class, guidance changes nothing"
    return found
