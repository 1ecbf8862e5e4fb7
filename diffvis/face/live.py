"""Something that shows itself below a notebook's cell, anew now and again while it changes."""

import sys
import time
from typing import Any

REFRESH_S = 1.5


class Live:
    """Shows ``thing`` as it is from time to time; outside a notebook, nothing."""

    def __init__(self, thing: object) -> None:
        self._thing = thing
        self._display = find_display()
        self._handle: Any = None
        self._shown_at = time.monotonic()

    def now_and_again(self) -> None:
        """Show it if that is due."""
        if self._display is not None and time.monotonic() - self._shown_at >= REFRESH_S:
            self._show()
            self._shown_at = time.monotonic()  # drawing takes time, too

    def last(self) -> None:
        """Show it as it is in the end."""
        if self._display is not None:
            self._show()

    def _show(self) -> None:
        if self._handle is None:
            self._handle = self._display(self._thing, display_id=True)
        else:
            self._handle.update(self._thing)


def find_display() -> Any:
    """IPython's, where the program is a notebook's kernel: a terminal can take nothing back."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return (
        None if getattr(shell, "kernel", None) is None else sys.modules["IPython.display"].display
    )
