"""``diffvis lecture``: a lecture in the window, or as files."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from diffvis.cli.outcome import complain
from diffvis.cli.output import may_write, note
from diffvis.cli.sizes import parse_size
from diffvis.errors import UserError, require_one_of
from diffvis.lectures.files import open_lecture
from diffvis.lectures.naming import file_names
from diffvis.lectures.standing_in import stand_ins

if TYPE_CHECKING:
    from diffvis.app.lecture.export import Outcome

THEMES = ("dark", "light", "system")


def lecture_command(
    file: str,
    folder: Path | None,
    theme: str | None,
    size: str | None,
    presentation: bool,
    force: bool,
) -> int:
    """Returns the exit status: 1 where some scenes could not be written, and the others were.

    Raises:
        UserError: it is no lecture, or a file is there already.
    """
    lecture = open_lecture(file)
    if theme is not None:
        require_one_of("theme", theme, THEMES)
    wanted = None if size is None else parse_size(size)
    if folder is None:
        from diffvis.cli.window import open_window

        assert lecture.path is not None
        return open_window(
            lecture=lecture.path, theme=theme, size=wanted, presentation=presentation
        )
    names = file_names(lecture)
    may_write(force, *(folder / f"{name}{end}" for name in names for end in (".png", ".gif")))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be made ({error.strerror})", "choose another folder"
        ) from error
    from diffvis.app.shell.lecture_files import export_lecture

    for words in (*lecture.doubts, *stand_ins(lecture.scenes)):
        note(words)
    style = "light" if theme == "light" else "dark"
    return _say(export_lecture(lecture, folder, style, wanted))


def _say(outcomes: Iterable["Outcome"]) -> int:
    from diffvis.app.lecture.export import Nothing

    missed = False
    for outcome in outcomes:
        if isinstance(outcome, UserError):
            missed = True
            complain(outcome.problem, hint=outcome.remedy)
        elif isinstance(outcome, Nothing):
            note(outcome.says)
        else:
            typer.echo(str(outcome))
    return 1 if missed else 0
