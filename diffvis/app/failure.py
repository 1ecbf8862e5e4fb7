"""What went wrong, as the window says it."""

import traceback
from dataclasses import dataclass

from diffvis.errors import in_words


@dataclass(frozen=True)
class Failure:
    """What went wrong, in words for the window and a traceback for the log."""

    title: str
    hint: str
    details: str
    request: object = None

    @classmethod
    def of(cls, error: BaseException, request: object = None) -> "Failure":
        details = "".join(traceback.format_exception(error))
        words = in_words(error)
        if words is not None:
            return cls(words.problem, words.remedy, words.details or details, request)
        first_line = (str(error) or type(error).__name__).splitlines()[0]
        return cls(first_line, "see Details; the log has the same traceback", details, request)
