"""``diffvis check``: what is wrong, with how a model is read or with a student's functions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diffvis.errors import UserError
from diffvis.grading.source import SUFFIXES


def check_command(
    target: str, as_json: bool, of_model: Mapping[str, Any], of_code: Mapping[str, Any]
) -> int:
    """Check the model or the file of code ``target``. ``of_model`` and ``of_code`` are the options
    that each has alone; None where one is not given.

    Returns:
        The exit status: 0 where all is right, 1 where something is not, 2 where nothing could be
        judged.

    Raises:
        UserError: it is nothing that can be checked, or an option is one of the other.
    """
    is_code = Path(target).suffix in SUFFIXES
    own, others = (of_code, of_model) if is_code else (of_model, of_code)
    for name, value in others.items():
        if value:
            raise UserError(
                f"--{name} says nothing about {'code' if is_code else 'a model'}",
                f"leave it out, or give {'a model' if is_code else 'a .py file or a notebook'}",
            )
    given = {name: value for name, value in own.items() if value}
    if is_code:
        from diffvis.cli.check_functions import check_functions

        return check_functions(Path(target), as_json, **given)
    from diffvis.cli.check_readings import check_readings

    return check_readings(target, as_json, **given)
