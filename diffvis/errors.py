"""Errors that are meant for the person using diffvis, not for its developers."""


class UserError(Exception):
    """What went wrong with something the user gave, and what to do about it.

    The command line prints it as one line and exits with 2; the window shows it as a notice.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}: {remedy}")
        self.problem = problem
        self.remedy = remedy
