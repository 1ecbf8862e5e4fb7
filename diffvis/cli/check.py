"""``diffvis check``: what is wrong, with a student's functions."""

from collections.abc import Sequence
from pathlib import Path

from diffvis.errors import UserError

CODE = (".py", ".ipynb")


def check_command(
    target: str,
    name: Sequence[str],
    args: Sequence[str],
    seconds: int,
    memory: int,
    as_json: bool,
) -> int:
    """Check the file ``target``.

    Returns:
        The exit status; see ``check_functions``.

    Raises:
        UserError: it is nothing that can be checked.
    """
    if Path(target).suffix in CODE:
        from diffvis.cli.check_functions import check_functions

        return check_functions(Path(target), name, args, seconds, memory, as_json)
    raise UserError(f"{target} cannot be checked", "give a .py file or a notebook")
