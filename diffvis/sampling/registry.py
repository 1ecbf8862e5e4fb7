"""The samplers there are: a module each in ``samplers/``, and those of packages of one's own."""

import importlib
import pkgutil

from diffvis.errors import UserError
from diffvis.joining import Registry
from diffvis.sampling import samplers
from diffvis.sampling.sampler import REGISTERED, Sampler
from diffvis.settings import Setting, settings_of

for module in pkgutil.iter_modules(samplers.__path__):
    importlib.import_module(f"{samplers.__name__}.{module.name}")

SAMPLERS: Registry[type[Sampler]] = REGISTERED
"""By name, in the order of their years."""


def sampler_titles() -> dict[str, str]:
    """Their names and what people call them, in full."""
    return {
        name: f"{sampler.title} ({sampler.also})" if sampler.also else sampler.title
        for name, sampler in SAMPLERS.items()
    }


def sampler_settings() -> dict[str, tuple[str, Setting]]:
    """The settings that samplers have of their own, by name: the sampler and the setting.

    Raises:
        UserError: two samplers have one of the same name.
    """
    found: dict[str, tuple[str, Setting]] = {}
    for name, sampler in SAMPLERS.items():
        for setting in settings_of(sampler).values():
            if setting.name in found:
                raise UserError(
                    f"the samplers {found[setting.name][0]} and {name} both have a setting "
                    f"{setting.name}",
                    "give one of them another name",
                )
            found[setting.name] = name, setting
    return found
