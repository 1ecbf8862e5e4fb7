"""The library diffusers, where it is installed: its classes build what its folders describe."""

import warnings
from types import ModuleType

from diffvis.errors import UserError


def library() -> ModuleType:
    """diffusers, imported when something of it is opened: that takes seconds.

    Raises:
        UserError: it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it imports itself
            import diffusers
            from diffusers import DDPMScheduler, UNet2DModel  # noqa: F401  # loaded by these names
    except (ImportError, RuntimeError) as error:  # it tells by RuntimeError what a part could not
        if not isinstance(error, ModuleNotFoundError) and "diffusers" not in str(error):
            raise
        raise UserError(
            "a folder of diffusers is built by that library, which is not installed here",
            'pip install "diffvis[diffusers]"',
        ) from error
    return diffusers
