"""``diffvis``: the window or a command, and how what goes wrong is said."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import diffvis
from diffvis.cli.before import refuse_before
from diffvis.cli.commands import COMMANDS
from diffvis.cli.export import EXPORTS, export
from diffvis.cli.options import Force, as_command
from diffvis.cli.outcome import STOPPED, complain, notes
from diffvis.cli.output import may_write
from diffvis.cli.sizes import parse_size

# Typer may bring a click of its own, whose exceptions are not those of a click beside it.
USAGE_ERRORS = tuple(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


class Theme(StrEnum):
    dark = "dark"
    light = "light"
    system = "system"


def run_command(arguments: Sequence[str]) -> object:
    """Do what the words of a command line say.

    Returns:
        The exit status; what is not a number stands for 0.

    Raises:
        UserError, KeyboardInterrupt: see ``outcome``.
    """
    with notes():  # packages of one's own may not be able to join
        command = typer.main.get_command(app_for(arguments))
    try:
        return command.main(list(arguments), prog_name="diffvis", standalone_mode=False)
    except USAGE_ERRORS as error:
        return complain(error.format_message().rstrip("."), hint="see diffvis --help")
    except typer.Abort:
        return complain("stopped", status=STOPPED)


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """The commands; those that are named among the ``arguments`` with all of their options."""
    app = typer.Typer(
        name="diffvis",
        help="A teaching instrument for diffusion models. Without a command it opens the window.",
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    exports = typer.Typer(
        help="Write films, pictures, plots and numbers for slides and papers.",
        invoke_without_command=True,
    )
    app.callback(invoke_without_command=True)(window)
    exports.callback()(export)
    for typers, commands in ((app, COMMANDS), (exports, EXPORTS)):
        for command in commands:
            name = command.__name__.replace("_", "-")
            typers.command(name)(as_command(command, name in arguments))
    app.add_typer(exports, name="export")
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"diffvis {diffvis.__version__}")
        raise typer.Exit


def window(
    context: typer.Context,
    model: Annotated[
        str | None, typer.Option(help="A model to begin with: a name, a run folder, a checkpoint.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="The data to begin with: a name or a path.")
    ] = None,
    workspace: Annotated[
        str | None,
        typer.Option(
            help="forward, reverse, schedules, training or bench; without it that of last time."
        ),
    ] = None,
    t: Annotated[int | None, typer.Option(help="The time to begin at.")] = None,
    screenshot: Annotated[
        Path | None, typer.Option(help="Draw the window into this PNG file and close it.")
    ] = None,
    theme: Annotated[
        Theme | None, typer.Option(help="The colours; without it those of last time.")
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            help="Width and height of the window, such as 1920x1080; without it those of last time."
        ),
    ] = None,
    presentation: Annotated[
        bool,
        typer.Option("--presentation", help="The stage: large pictures, for a projector."),
    ] = False,
    force: Force = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    if context.invoked_subcommand is not None:
        refuse_before(context)
        context.with_resource(notes())  # the window's go to its log
        return
    if screenshot is not None:
        from diffvis.rendering.files import check_path

        may_write(force, screenshot)
        check_path(screenshot, (".png",))
    from diffvis.cli.window import open_window

    status = open_window(
        model=model,
        data=data,
        workspace=workspace,
        t=t,
        screenshot=screenshot,
        theme=theme,
        size=None if size is None else parse_size(size),
        presentation=presentation,
    )
    raise typer.Exit(status)
