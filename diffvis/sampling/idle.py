"""Settings of a chain that were chosen and change nothing, or will not serve."""

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.sampling.settings import ChainSettings, chain_settings


def idle_settings(settings: ChainSettings, path: int | NoiseSchedule) -> dict[str, str]:
    """Their names, and for people why they change nothing of a chain from T to 0; ``path`` as of
    ``ChainSettings.times``.

    Raises:
        UserError: more steps are asked for than there are timesteps.
    """
    T = path if isinstance(path, int) else path.T
    times, known = settings.times(path), chain_settings()
    values = {**{name: settings[name] for name in known}, "T": T}
    found = {
        name: words
        for name, setting in known.items()
        if setting.applies is not None
        and settings[name] != setting.default
        and (words := setting.applies(values))
    }
    if settings.guide_by and settings.guidance == 1:
        found["guide_by"] = "with guidance 1, guide_by changes nothing"
    if settings.shift != 1 and times == settings.changed(shift=1.0).times(path):
        found["shift"] = f"with {len(times) - 1} of {T} steps, shift changes nothing"
    return found


def notes_on(settings: ChainSettings, schedule: NoiseSchedule) -> dict[str, str]:
    """For people, by names: the settings that change nothing, and what the sampler doubts.

    Raises:
        UserError: more steps are asked for than there are timesteps.
    """
    doubt = settings.make_sampler().doubt(schedule, settings.times(schedule))
    return idle_settings(settings, schedule) | ({"sampler": doubt} if doubt else {})
