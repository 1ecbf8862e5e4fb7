"""From what is on show to a scene, and back: the states of undo's stations, in a workspace."""

from collections.abc import Callable
from typing import Any

from diffvis.app.lecture.frame import Frame
from diffvis.app.undo.commands import Refuse
from diffvis.app.undo.history import History
from diffvis.app.undo.opened import Open
from diffvis.app.undo.reading import REMEDY
from diffvis.errors import UserError
from diffvis.lectures.scene import Scene
from diffvis.lectures.standing_in import opens_for

OPEN = "session"
PARTS = {"reverse": ("reverse", "rival")}
"""The stations of a workspace that has not just one of its own name."""
FIELD = "lecture.scene"
STAGE = "stage"
"""Of a look: the view that stands on stage."""


def keep_scene(window: Frame) -> Scene:
    """What the workspace in front shows.

    Raises:
        UserError: a model or data are in no file, or the Bench is in front.
    """
    key, history = window.in_front, window.session.history
    if key == "bench":
        raise UserError(
            "the Bench is no scene of a lecture",
            "export its board, or keep a scene of another workspace",
        )
    workspace = window.workspaces[key]  # made first, with its stations
    return Scene(
        title=f"{key.capitalize()}, t = {window.session.t}",
        workspace=key,
        **history.written([OPEN])[OPEN],
        states=history.written(PARTS.get(key, (key,))),
        look={**workspace.look(), STAGE: workspace.stage_views.view},
    )


def open_of(window: Frame, scene: Scene) -> Open:
    """What a scene has open, as undo keeps it; data and model need not be open yet."""
    written = {name: getattr(scene, name) for name in ("model", "schedule", "seed", "t")}
    written["data"] = opens_for(scene.data)
    return window.session.history.read(OPEN, written)


def show_scene(
    window: Frame,
    scene: Scene,
    opened: Open,
    then: Callable[[], None],
    refuse: Refuse,
) -> None:
    """Open what a scene needs, in the background where it is not open, put all on show, and
    ``then``; or refuse.
    """

    def put() -> None:
        try:
            put_scene(window, scene, opened)
        except UserError as error:
            refuse(error)
        else:
            then()

    window.session.history.bring({OPEN: opened}, put, refuse)


def put_scene(window: Frame, scene: Scene, opened: Open, walks: bool = True) -> None:
    """Put on show what is open. ``walks``: a chain that was on show is walked again.

    Raises:
        UserError: it cannot be shown.
    """
    session, key = window.session, scene.workspace
    history, workspace = session.history, window.workspaces[key]
    with window.stage.still(), history.changing(f"scene: {scene.title}", FIELD):
        if "reverse" in window.workspaces.made:
            window.workspaces["reverse"].chain.forget()  # or each change would walk it again
        window.player.pause()
        window.show_workspace(key)
        history.show({OPEN: opened})
        for name in PARTS.get(key, (key,)):
            if name in scene.states:
                history.show({name: _read(history, name, scene.states[name])})
        workspace.show_look(scene.look)
        views = workspace.stage_views
        wanted = str(scene.look.get(STAGE))
        views.show(wanted if wanted in views.titles else views.usual)
        if key == "reverse" and walks and scene.look.get("walked", True):
            workspace.run(play=False)
            workspace.go_to_when_there(scene.t)
        else:
            session.set_t(scene.t)


def _read(history: History, name: str, written: Any) -> Any:
    """A state that anybody may have written. Raises UserError where it is not possible."""
    try:
        return history.read(name, written)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise UserError(f"its {name} cannot be read ({error})", REMEDY) from None


def refused(scene: Scene, error: UserError) -> UserError:
    """Why a scene cannot be shown, in one sentence that names it."""
    return UserError(f"{scene.title} cannot be shown", f"{error.problem}; {error.remedy}")
