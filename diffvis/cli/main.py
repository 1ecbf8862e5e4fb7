"""``diffvis``: the window or a command, and how what goes wrong is said."""

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import diffvis
from diffvis.cli.commands import COMMANDS
from diffvis.cli.export import export_app
from diffvis.cli.sizes import parse_size
from diffvis.errors import UserError

app = typer.Typer(
    name="diffvis",
    help="A teaching instrument for diffusion models. Without a command it opens the window.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(export_app, name="export")

# Typer may bring a click of its own, whose exceptions are not those of a click beside it.
USAGE_ERRORS = tuple(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


class Theme(StrEnum):
    dark = "dark"
    light = "light"
    system = "system"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (``sys.argv`` if None) and return its exit status.

    0: done; 2: the user gave something that cannot be used, said in one line on stderr; 130:
    stopped with Ctrl+C; 1: an error of diffvis itself, whose traceback goes to the log.
    """
    command = typer.main.get_command(app)
    try:
        status = command.main(
            None if arguments is None else list(arguments),
            prog_name="diffvis",
            standalone_mode=False,
        )
    except UserError as error:
        return _complain(str(error))
    except USAGE_ERRORS as error:
        return _complain(error.format_message().rstrip("."), hint="see diffvis --help")
    except (KeyboardInterrupt, typer.Abort):
        return _complain("stopped", status=130)
    except Exception as error:  # noqa: BLE001  (the last resort, so that no user sees a traceback)
        return _report(error)
    return status if isinstance(status, int) else 0


def _complain(problem: str, hint: str = "", status: int = 2) -> int:
    line = " ".join(problem.split())
    print(f"diffvis: {line}{f'; {hint}' if hint else ''}", file=sys.stderr)  # noqa: T201
    return status


def _report(error: Exception) -> int:
    """An error nobody foresaw: the line for the user, the traceback for who mends it."""
    if os.environ.get("DIFFVIS_DEBUG"):
        traceback.print_exception(error)
        return 1
    from diffvis.files import home

    log = home() / "diffvis.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(log, encoding="utf-8")
    except OSError:
        return _complain(f"unexpected {type(error).__name__}: {error}", status=1)
    logger = logging.getLogger("diffvis")
    logger.addHandler(handler)
    logger.error("not caught", exc_info=error)
    logger.removeHandler(handler)
    handler.close()
    return _complain(f"unexpected {type(error).__name__}: {error}; details in {log}", status=1)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"diffvis {diffvis.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    model: Annotated[
        str | None, typer.Option(help="A model to begin with: a name, a run folder, a checkpoint.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="The data to begin with: a name or a path.")
    ] = None,
    workspace: Annotated[
        str, typer.Option(help="forward, reverse, schedules or training.")
    ] = "forward",
    t: Annotated[int | None, typer.Option(help="The time to begin at.")] = None,
    screenshot: Annotated[
        Path | None, typer.Option(help="Draw the window into this PNG file and close it.")
    ] = None,
    theme: Annotated[
        Theme | None, typer.Option(help="The colours; without it those of last time.")
    ] = None,
    size: Annotated[
        str, typer.Option(help="Width and height of the window, such as 1920x1080.")
    ] = "1280x720",
    presentation: Annotated[
        bool, typer.Option("--presentation", help="Large type and no chrome, for a projector.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    if screenshot is not None:
        from diffvis.rendering.files import check_path

        check_path(screenshot, (".png",))
    from diffvis.app.main import run

    status = run(
        model=model,
        data=data,
        workspace=workspace,
        t=t,
        screenshot=screenshot,
        theme=theme,
        size=parse_size(size),
        presentation=presentation,
    )
    raise typer.Exit(status)
