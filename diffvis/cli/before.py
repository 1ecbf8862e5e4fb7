"""Options that stand before a command, which does not see them."""

import typer

from diffvis.errors import UserError


def refuse_before(context: typer.Context) -> None:
    """Raise UserError for an option of a group that is given although a command follows."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            command = context.invoked_subcommand
            raise UserError(
                f"{parameter.opts[0]} before {command} has no effect",
                f"put it after {command} if that has such an option, or leave it out",
            )
