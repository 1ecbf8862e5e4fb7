"""``diffvis check``: what is wrong, with how a model is read."""

from diffvis.cli.check_readings import check_readings


def check_command(target: str, data: str | None, as_json: bool, device: str) -> int:
    """Check the model ``target``.

    Returns:
        The exit status; see ``check_readings``.

    Raises:
        UserError: it is nothing that can be checked.
    """
    return check_readings(target, data, as_json, device)
