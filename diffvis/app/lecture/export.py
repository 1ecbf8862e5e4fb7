"""Every scene of a lecture as a still and a film: what the export dialog would begin with."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from diffvis.app.export.choices import choices_for, moment_of, spec_of
from diffvis.app.lecture.frame import Frame
from diffvis.app.lecture.scenes import open_of, refused, show_scene
from diffvis.errors import UserError, in_words
from diffvis.lectures.lecture import Lecture
from diffvis.lectures.naming import file_names
from diffvis.lectures.scene import Scene
from diffvis.rendering.export import export
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import Subject

STILL, FILM = ".png", ".gif"
STRIP = "strip"
Outcome = Path | UserError


def export_scenes(
    window: Frame,
    lecture: Lecture,
    folder: Path,
    style: str,
    size: tuple[int, int] | None = None,
) -> Iterator[Outcome]:
    """Show each scene in a window, which nobody need see, and write its files; what was written, or
    why it could not be. No chain is walked in the window: files walk their own.
    """
    look = {"style": style} | ({"size": size} if size else {})
    for name, scene in zip(file_names(lecture), lecture.scenes, strict=True):
        if not isinstance(scene, Scene):
            yield scene.problem
            continue
        try:
            _show(window, scene)
            for suffix, subject, spec in _files_of(window, scene, look):
                path = folder / f"{name}{suffix}"
                for _ in export(path, subject, spec, window.session.device):
                    pass
                yield path
        except (UserError, OSError) as error:
            yield refused(scene, in_words(error) or UserError(str(error), "see that it is there"))


def _show(window: Frame, scene: Scene) -> None:
    """Raises UserError where it cannot be shown."""
    loop, wrong = QEventLoop(), list[UserError]()

    def refuse(error: UserError) -> None:
        wrong.append(error)
        loop.quit()

    begin: Callable[[], None] = partial(
        show_scene, window, scene, open_of(window, scene), loop.quit, refuse, walks=False
    )
    QTimer.singleShot(0, loop, begin)
    loop.exec()
    if wrong:
        raise wrong[0]


def _files_of(
    window: Frame, scene: Scene, look: dict[str, object]
) -> Iterator[tuple[str, Subject, ExportSpec]]:
    """A still, and a film of what moves."""
    session, shown = window.session, window.workspaces[scene.workspace].shown()
    choices = choices_for(shown, session)
    first = choices[0]
    spec = spec_of(shown).changed(view=first.view, **first.fields, **look)
    striped = [each for each in choices if each.view == STRIP]
    if scene.strip and striped:
        strip = spec_of(shown).changed(view=STRIP, times=scene.strip, **striped[0].fields, **look)
        yield STILL, striped[0].subject, strip
    elif first.stands:
        yield STILL, first.subject, spec.changed(t=moment_of(shown, session))
    if first.moves:
        yield FILM, first.subject, spec
