"""Errors that are meant for the person using diffvis, not for its developers."""


class UserError(Exception):
    """What went wrong with something the user gave, and what to do about it.

    The command line prints it as one line and exits with 2; the window shows it as a notice, and
    marks the ``field`` that it is about, where there is one.
    """

    def __init__(self, problem: str, remedy: str, *, field: str | None = None) -> None:
        super().__init__(f"{problem}: {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.field = field


def require_one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raises UserError unless ``value``, of what is called ``name``, is one of the ``allowed``."""
    if value not in allowed:
        shown = ", ".join(word for word in allowed if word)
        raise UserError(f"there is no {name} {value}", f"choose one of {shown}", field=name)
