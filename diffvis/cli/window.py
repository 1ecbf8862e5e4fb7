"""The window, from the command line: nothing of Qt is imported before it is opened."""

from typing import Any


def open_window(**asked: Any) -> int:
    """Open the window (see ``diffvis.app.shell.main.run``) and return its exit status.

    Raises:
        UserError: what it is asked to show, Qt, or what Qt needs of the system is not here.
    """
    from diffvis.app.shell.display import cannot_import

    try:
        from diffvis.app.shell.main import run
    except ImportError as error:
        raise cannot_import(error) from error
    return run(**asked)
