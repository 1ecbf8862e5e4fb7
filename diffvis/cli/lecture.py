"""``diffvis lecture``: a lecture in the window, or as files."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from diffvis.cli.outcome import complain
from diffvis.cli.output import may_write, note, wrote
from diffvis.cli.sizes import parse_size
from diffvis.data.naming import slug
from diffvis.errors import UserError, require_one_of
from diffvis.lectures.files import open_lecture
from diffvis.lectures.lecture import Lecture
from diffvis.lectures.naming import USUAL, Endings, file_names
from diffvis.lectures.scene import Scene
from diffvis.lectures.standing_in import stand_ins
from diffvis.rendering.export_settings import poster_of
from diffvis.rendering.formats.mp4 import check_codec
from diffvis.rendering.slides.beamer import write_beamer
from diffvis.rendering.slides.pptx import check_pptx, write_pptx
from diffvis.rendering.slides.slide import Slide
from diffvis.rendering.style import STYLES

if TYPE_CHECKING:
    from diffvis.app.lecture.export import Outcome

ENDS = {
    "": USUAL,
    ".pptx": Endings(film=".mp4", poster=True),
    ".tex": Endings(stills=(".pdf", ".png"), film=".frames"),
}
"""Of the files that a deck shows."""
THEMES = ("dark", "light", "system")


def lecture_command(
    file: str,
    folder: Path | None,
    deck: str,
    theme: str | None,
    size: str | None,
    presentation: bool,
    force: bool,
) -> int:
    """Returns the exit status: 1 where some scenes could not be written, and the others were.

    ``deck``: the ending of a file that shows them all, or nothing.

    Raises:
        UserError: it is no lecture, or a file is there already.
    """
    lecture = open_lecture(file)
    if theme is not None:
        require_one_of("theme", theme, THEMES)
    wanted = None if size is None else parse_size(size)
    if folder is None and deck:
        raise UserError("a deck is written into a folder", "add --export with its name")
    if folder is None:
        from diffvis.cli.window import open_window

        assert lecture.path is not None
        return open_window(
            lecture=lecture.path, theme=theme, size=wanted, presentation=presentation
        )
    names, made = file_names(lecture), ENDS[deck]
    whole = folder / f"{slug(lecture.title)}{deck}"
    written = [f"{name}{end}" for name in names for end in (*made.stills, made.film)]
    may_write(force, *(folder / name for name in written), *([whole] if deck else []))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be made ({error.strerror})", "choose another folder"
        ) from error
    if deck == ".pptx":
        check_pptx(whole)
        check_codec()
    from diffvis.app.shell.lecture_files import export_lecture

    for words in (*lecture.doubts, *stand_ins(lecture.scenes)):
        note(words)
    style = "light" if theme == "light" else "dark"
    files: list[Path] = []
    status = _say(export_lecture(lecture, folder, style, wanted, made), files)
    if deck:
        slides = list(_slides(lecture, folder, set(files), made))
        if deck == ".pptx":
            write_pptx(whole, slides, lecture.title, STYLES[style])
        else:
            write_beamer(whole, slides, lecture.title)
        wrote(whole, f"{len(slides)} slides")
    return status


def _slides(lecture: Lecture, folder: Path, written: set[Path], made: Endings) -> Iterator[Slide]:
    """One for each scene of which there is something: its film, or its still where nothing moves or
    moments stand side by side.
    """
    for name, scene in zip(file_names(lecture), lecture.scenes, strict=True):
        film = folder / f"{name}{made.film}"
        stills = [p for end in made.stills if (p := folder / f"{name}{end}") in written]
        still = stills[0] if stills else None
        if film in written and not (still and isinstance(scene, Scene) and scene.strip):
            yield Slide(scene.title, _last_frame(film), film, notes=scene.notes)
        elif still is not None:
            yield Slide(scene.title, still, notes=scene.notes)


def _last_frame(film: Path) -> Path:
    return max(film.glob("frame-*.png")) if film.is_dir() else poster_of(film)


def _say(outcomes: Iterable["Outcome"], files: list[Path]) -> int:
    """Print what became of each scene; ``files`` gets those that were written."""
    from diffvis.app.lecture.export import Nothing

    missed = False
    for outcome in outcomes:
        if isinstance(outcome, UserError):
            missed = True
            complain(outcome.problem, hint=outcome.remedy)
        elif isinstance(outcome, Nothing):
            note(outcome.says)
        else:
            files.append(outcome)
            typer.echo(str(outcome))
    return 1 if missed else 0
