"""Errors that are meant for the person using diffvis, not for its developers."""

import errno
import os

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LONGEST = 120  # letters of a path in a sentence
_REMEDIES = {
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EACCES: "choose another, or change who may use it",
    errno.EPERM: "choose another, or change who may use it",
    errno.EROFS: "choose a place that can be written",
    errno.EMFILE: "close other programs, or raise the limit of open files",
    errno.ENFILE: "close other programs",
}
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "bad_alloc")


class UserError(Exception):
    """What went wrong with something the user gave, and what to do about it.

    The command line prints it as one line and exits with 2; the window shows it as a notice, and
    marks the ``field`` that it is about, where there is one. ``details`` are lines for which a
    sentence has no room, such as those to type next.
    """

    def __init__(
        self, problem: str, remedy: str, *, field: str | None = None, details: str = ""
    ) -> None:
        super().__init__(f"{problem}: {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.field = field
        self.details = details


def in_words(error: BaseException) -> UserError | None:
    """What the machine refused, in the words that the window and the command line have for it; None
    where something else went wrong.
    """
    if isinstance(error, UserError):
        return error
    if is_out_of_memory(error):
        return UserError(
            "Not enough memory", "choose fewer samples, a smaller batch or a smaller network"
        )
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return UserError(
            f"{error.filename or 'a file'} cannot be written ({error.strerror})",
            "free some space, or choose another place",
        )
    if isinstance(error, OSError) and error.filename is not None:
        named = _short(os.fsdecode(error.filename))
        remedy = _REMEDIES.get(error.errno or 0, "see that it is there, and may be used")
        return UserError(f"{named} cannot be used ({error.strerror or error})", remedy)
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        return UserError("a file has a name that is no text in UTF-8", "give it another name")
    return None


def _short(name: str) -> str:
    """The end of a long path, which says more than its beginning."""
    return name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocation failed; on a CPU PyTorch raises a plain ``RuntimeError`` then."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    text = str(error).lower()  # what reads tensors raises its own error for that of PyTorch
    return not isinstance(error, UserError) and any(words in text for words in _OUT_OF_MEMORY)


def require_one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raises UserError unless ``value``, of what is called ``name``, is one of the ``allowed``."""
    if value not in allowed:
        shown = ", ".join(word for word in allowed if word)
        raise UserError(f"there is no {name} {value}", f"choose one of {shown}", field=name)
