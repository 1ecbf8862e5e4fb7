"""What can be done with lectures."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from diffvis.app.actions import Action, Family, Gesture, Item
from diffvis.app.asking import ask_file, ask_save
from diffvis.lectures.shelf import SUFFIX, is_lecture, shipped_lectures

if TYPE_CHECKING:
    from diffvis.app.lecture.lectures import Lectures
    from diffvis.app.lecture.panel import LecturePanel

GROUP = "Lecture"
FILES = f"Lectures (*{SUFFIX})"


class Frame(Protocol):
    """The window, as far as these ask for it."""

    @property
    def lectures(self) -> "Lectures": ...
    @property
    def lecture_panel(self) -> "LecturePanel": ...
    @property
    def has_lecture(self) -> bool: ...


def _none_open(window: Frame) -> str:
    return "" if window.has_lecture else "no lecture is open"


def _no_step(by: int) -> Callable[[Frame], str]:
    def why_not(window: Frame) -> str:
        if not window.has_lecture:
            return "no lecture is open"
        lectures = window.lectures
        there = 0 <= lectures.place + by < len(lectures.lecture)
        return "" if there else "there is no other scene that way"

    return why_not


def _nothing_covered(window: Frame) -> str:
    covered = window.has_lecture and window.lectures.cover is not None
    return "" if covered else "nothing is covered"


def _open(window: Frame) -> None:
    chosen = ask_file(window, "Open a lecture", FILES, "lectures")
    if chosen:
        window.lectures.open(Path(chosen))


def _save_as(window: Frame) -> None:
    name = window.lectures.lecture.path.name if window.lectures.lecture.path else "lecture"
    chosen = ask_save(window, "Save the lecture", name, FILES, "lectures")
    if chosen:
        path = Path(chosen)
        window.lectures.save_as(path if is_lecture(path) else path.with_name(path.name + SUFFIX))


def _shipped(window: Frame) -> list[Action]:
    from diffvis.lectures.files import open_lecture  # pydantic takes its time

    return [
        Action(
            f"lecture.open {name}", open_lecture(path).title, partial(window.lectures.open, path),
            GROUP,
        )
        for name, path in shipped_lectures().items()
    ]  # fmt: skip


def _scenes(window: Frame) -> list[Action]:
    lectures = window.lectures if window.has_lecture else None
    if lectures is None or lectures.lecture is None:
        return []
    return [
        Action(
            f"lecture.go {number}", f"{number}. {scene.title}",
            partial(lectures.go, number - 1), GROUP, tip=scene.notes,
            checked=lambda number=number: lectures.place == number - 1,
        )
        for number, scene in enumerate(lectures.lecture.scenes, 1)
    ]  # fmt: skip


ACTIONS: tuple[Item, ...] = (
    Action(
        "lecture.keep", "Keep this scene", lambda window: window.lectures.keep(), GROUP,
        ("Ctrl+Shift+K",), "What is on show becomes a scene of the lecture", menu=GROUP,
        also="bookmark remember slide",
    ),
    Action(
        "lecture.next", "Next scene", lambda window: window.lectures.next(), GROUP,
        tip="Of the lecture, as a presenter's clicker does", menu=GROUP, why_not=_no_step(1),
        also="slide",
    ),
    Action(
        "lecture.previous", "Previous scene", lambda window: window.lectures.previous(), GROUP,
        menu=GROUP, why_not=_no_step(-1), also="slide back",
    ),
    Gesture("PgDown, PgUp", "Next or previous scene, while a lecture is open", GROUP),
    Action(
        "lecture.reveal", "Reveal", lambda window: window.lectures.reveal(), GROUP, ("R",),
        "Show the picture that the scene covers", yields=True, menu=GROUP,
        why_not=_nothing_covered, also="predict uncover",
    ),
    Action(
        "lecture.panel", "Scenes beside the workspace",
        lambda window: window.lecture_panel.bring_back(), GROUP,
        tip="The list of scenes, and the notes", menu=GROUP, also="side panel list",
    ),
    Action("lecture.open_file", "Open a lecture…", _open, GROUP, menu=GROUP, also="load"),
    Action(
        "lecture.save_as", "Save the lecture as…", _save_as, GROUP,
        tip="It is written there from now on", menu=GROUP, why_not=_none_open,
    ),
    Action(
        "lecture.close", "Close the lecture", lambda window: window.lectures.close(), GROUP,
        tip="What is on show stays", menu=GROUP, why_not=_none_open,
    ),
    Family("lecture.open", "Open lecture", _shipped, GROUP, "One that comes with diffvis", GROUP),
    Family("lecture.go", "Go to scene", _scenes, GROUP, "Of the lecture"),
)  # fmt: skip
"""Each is done to a ``Frame``."""
