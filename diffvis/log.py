"""The log in the user's folder, where the tracebacks go."""

import logging
import logging.handlers
from pathlib import Path

from diffvis.files import home

_MOST_BYTES, _KEPT = 1_000_000, 2


def log_path() -> Path:
    return home() / "diffvis.log"


class LogFile(logging.handlers.RotatingFileHandler):
    """What cannot be written, as on a full disk, is not logged: a log that complains of itself is
    no help.

    Raises:
        OSError: there can be no log.
    """

    failed = False  # whether something could not be written

    def __init__(self) -> None:
        home().mkdir(parents=True, exist_ok=True)
        super().__init__(log_path(), maxBytes=_MOST_BYTES, backupCount=_KEPT, encoding="utf-8")
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - of logging.Handler
        self.failed = True

    def close(self) -> None:
        """What is left in its buffer may not find room either."""
        try:
            super().close()
        except OSError:
            self.failed = True
