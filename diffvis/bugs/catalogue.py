"""The errors that real teaching code has had: of noising and training, and of sampling."""

from types import MappingProxyType

from diffvis.bugs.bug import Bug
from diffvis.bugs.of_sampling import OF_SAMPLING
from diffvis.bugs.of_training import OF_TRAINING
from diffvis.errors import UserError

BUGS = MappingProxyType({bug.name: bug for bug in (*OF_TRAINING, *OF_SAMPLING)})
"""By name, those of training first."""


def bug_named(name: str) -> Bug:
    """The bug of that name.

    Raises:
        UserError: there is none.
    """
    if name not in BUGS:
        raise UserError(f"there is no bug {name}", f"choose one of {', '.join(BUGS)}")
    return BUGS[name]
