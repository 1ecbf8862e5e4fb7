"""What the window does: the actions that are there always, in the order of its menu.

Those of a workspace press its buttons, as a person would.
"""

from PySide6.QtWidgets import QAbstractButton

from diffvis.app.actions import Action, Family, Gesture, Item
from diffvis.app.lecture.actions import ACTIONS as OF_LECTURES
from diffvis.app.recent import forget_all, recent
from diffvis.app.shell import choices, zooming
from diffvis.app.shell.choices import FILE, VIEW
from diffvis.app.shell.code import copy_code
from diffvis.app.shell.frame import Frame
from diffvis.app.shell.on_show import MENU as ON_SHOW
from diffvis.app.shell.titles import TITLES
from diffvis.app.transport.actions import DECLARED as TRANSPORT
from diffvis.app.transport.actions import of_transport
from diffvis.app.widgets.zoom import PRESS

EDIT = "Edit"
WORKSPACES, LAYOUT, HELP = "Workspaces", "Layout", "Help"
BESIDE = (("forward", "schedules"), ("forward", "reverse"), ("training", "reverse"))
WIDER = 1.2  # of a workspace beside another, from one time to the next
NO_RUN = "no run is under way"
NOT_NOW = "it cannot be done now"
RECENT = "Open recent"  # the title of the menu


def _about(window: Frame) -> None:
    from diffvis.app.shell.about import AboutSheet

    sheet = AboutSheet(window)
    window.closed.connect(sheet.reject)
    sheet.open()


def _workspace(place: int, key: str) -> Action:
    title = TITLES[key]
    return Action(
        f"workspace.{key}", title, lambda window: window.open_workspace(key), WORKSPACES,
        (f"Ctrl+{place}",), f"Show the {title} workspace", menu=WORKSPACES,
        checked=lambda window: window.in_front == key,
    )  # fmt: skip


def _beside(left: str, right: str) -> Action:
    def arrange(window: Frame) -> None:
        window.docks.side_by_side(left, right)
        window.show_workspace(left)

    title = f"{TITLES[left]} beside {TITLES[right]}"
    id = f"layout.{left}_{right}"
    return Action(id, title, arrange, LAYOUT, menu=WORKSPACES, also="side by side split")


def _reset(key: str) -> Action:
    title = f"Reset {TITLES[key]}"
    tip = "Every choice in it as it was at first"

    def reset(window: Frame) -> None:
        workspace = window.workspaces[key]  # made first: that is no change
        with window.session.history.changing(f"reset of {TITLES[key]}"):
            workspace.reset()

    return Action(
        f"{key}.reset", title, reset, WORKSPACES,
        tip=tip, menu=WORKSPACES,
    )  # fmt: skip


def _press(id: str, title: str, tip: str, cannot: str = NOT_NOW, also: str = "") -> Action:
    """Press the button ``id`` of a workspace, which comes to the front."""
    key = id.partition(".")[0]

    def press(window: Frame) -> None:
        window.show_workspace(key)
        window.findChild(QAbstractButton, id).click()

    def why_not(window: Frame) -> str:
        if key not in window.workspaces.made:
            return ""  # it will be, when it is shown
        return "" if window.findChild(QAbstractButton, id).isEnabled() else cannot

    return Action(id, title, press, TITLES[key], tip=tip, also=also, why_not=why_not)


def _off_stage(window: Frame) -> str:
    return "" if window.stage.on else "nothing is presented"


def _take_picked(window: Frame) -> None:
    _, x0, words = window.workspaces["reverse"].picked()
    window.show_workspace("bench")
    window.workspaces["bench"].take_sample(x0, words)


def _nothing_picked(window: Frame) -> str:
    made = window.workspaces.made.get("reverse")
    picked = None if made is None else made.picked()
    if picked is None:
        return "no chain of Reverse has come to its end"
    alike = picked[0] is window.session.model
    return "" if alike else "the chain of Reverse is of another model"


def _nothing_shown(window: Frame) -> str:
    if window.in_front not in ("forward", "reverse"):
        return "Forward and Reverse can be filmed"
    return "" if window.shown_times.any else "t has not moved yet"


ACTIONS: tuple[Item, ...] = (
    Action(
        "source.open_file", "Open file…", lambda window: window.header.open_file(), FILE,
        ("Ctrl+O",), "A model, data, a picture, a schedule or a lecture", menu="",
        also="load checkpoint",
    ),
    Action(
        "source.open_folder", "Open folder…", lambda window: window.header.open_folder(), FILE,
        tip="A run, or a folder of pictures", menu="", also="load",
    ),
    Action(
        "forward.draw", "Draw data…", lambda window: window.sources.draw_wanted.emit(), FILE,
        tip="Draw your own points, by mouse or keys, and learn them", menu="",
        also="pad pen scribble spray paint own",
    ),
    Family(
        "recent.open", RECENT, choices.recent_ones, FILE, "Opened lately", menu="",
    ),
    Action(
        "recent.forget", "Forget these", lambda _: forget_all(), FILE, menu=RECENT,
        tip="Empty the list of what was opened lately", also="clear recent history",
        why_not=lambda _: "" if recent() else "nothing was opened lately",
    ),
    Action(
        "source.paste", "Paste a picture", lambda window: window.paste(), FILE, ("Ctrl+V",),
        "Open the picture, file or folder that is on the clipboard", menu="", also="clipboard",
    ),
    Action(
        "export.open", "Export…", lambda window: window.export(), FILE, ("Ctrl+E",),
        "Export what I am looking at", menu="", also="save film figure gif mp4 png svg pdf csv",
    ),
    Action(
        "export.figures", "Figures of papers and courses…", lambda window: window.export_figures(),
        FILE, tip="Of the model in use, each over its caption", menu="",
        also="export gallery paper course bound spectrum ddim nichol ho",
    ),
    Action(
        "picture.copy", "Copy picture", lambda window: window.on_show.copy_picture(), ON_SHOW,
        ("Ctrl+C",), "The picture under the mouse, or the largest, for a slide", yields=True,
        also="clipboard png image", why_not=lambda window: window.on_show.why_not(), menu=ON_SHOW,
    ),
    Action(
        "picture.copy_svg", "Copy as SVG", lambda window: window.on_show.copy_svg(), ON_SHOW,
        ("Ctrl+Shift+C",), "In lines and words, for an editor of drawings", yields=True,
        also="clipboard vector", menu=ON_SHOW, why_not=lambda window: window.on_show.why_not(),
    ),
    Action(
        "picture.save", "Save picture…", lambda window: window.on_show.save(), ON_SHOW,
        ("Ctrl+S",), "PNG or SVG, as it is on show", also="export png svg file", menu=ON_SHOW,
        why_not=lambda window: window.on_show.why_not(),
    ),
    Action(
        "picture.copy_whole", "Copy the whole view", lambda window: window.on_show.copy_whole(),
        ON_SHOW, tip="All of the workspace in front, crisp",
        menu=ON_SHOW, also="clipboard workspace screenshot",
    ),
    Action(
        "picture.save_whole", "Save the whole view…", lambda window: window.on_show.save_whole(),
        ON_SHOW, tip="All of the workspace in front as PNG",
        menu=ON_SHOW, also="export workspace screenshot",
    ),
    Action(
        "code.copy", "Copy as Python", copy_code, ON_SHOW, ("Ctrl+Alt+C",),
        "What is on show as a script of plain PyTorch", menu=ON_SHOW,
        also="code script torch source clipboard",
    ),
    Action(
        "code.copy_short", "Copy as Python with diffvis",
        lambda window: copy_code(window, short=True), ON_SHOW,
        tip="What is on show in five lines", menu=ON_SHOW, also="code script notebook clipboard",
    ),
    Action(
        "export.just_shown", "Save the last five seconds as GIF",
        lambda window: window.save_just_shown(), ON_SHOW, tip="What was just played or scrubbed",
        menu=ON_SHOW, also="film record history", why_not=_nothing_shown,
    ),
    Action(
        "source.about", "About the data", lambda window: window.header.show_data_sheet(), FILE,
        tip="All that is known of the data", also="facts options size classes",
    ),
    Action(
        "edit.undo", "Undo", lambda window: window.session.history.undo(), EDIT, ("Ctrl+Z",),
        "What was changed last: model, data, schedule, a setting; first in a field what is typed",
        menu="", also="back revert restore", what=lambda window: window.session.history.undoes,
        why_not=lambda window: "" if window.session.history.undoes else "nothing was changed",
    ),
    Action(
        "edit.redo", "Redo", lambda window: window.session.history.redo(), EDIT,
        ("Ctrl+Shift+Z", "Ctrl+Y"), "What was undone last", menu="", also="again repeat",
        what=lambda window: window.session.history.redoes,
        why_not=lambda window: "" if window.session.history.redoes else "nothing was undone",
    ),
    Family("theme.choose", "Theme", choices.themes, VIEW, "How the window looks", menu=""),
    Action(
        "window.presentation", "Presentation mode", lambda window: window.stage.toggle(), VIEW,
        ("F11", "F5"), "The stage: pictures fill the screen, for a projector", menu="",
        also="full screen lecture stage", checked=lambda window: window.stage.on,
    ),
    Action(
        "window.end_presentation", "End presentation mode", lambda window: window.stage.back(),
        VIEW, ("Esc",), "Or close the controls that are open on stage", yields=True,
        also="full screen leave stage", why_not=_off_stage,
    ),
    Action(
        "stage.blank", "Black screen", lambda window: window.stage.blank(), VIEW, ("B", "."),
        "On stage; any key brings the pictures back", yields=True, also="blank dark stage",
        why_not=_off_stage,
    ),
    Action(
        "stage.next", "Next view on stage", lambda window: window.stage.views.turn(1), VIEW,
        ("Down",), "Of the workspace in front", yields=True, also="page", why_not=_off_stage,
    ),
    Action(
        "stage.previous", "Previous view on stage", lambda window: window.stage.views.turn(-1),
        VIEW, ("Up",), "Of the workspace in front", yields=True, also="page", why_not=_off_stage,
    ),
    Action(
        "stage.controls", "Controls on stage", lambda window: window.stage.show_controls(), VIEW,
        ("F10",), "Over the pictures; so does the mouse at the upper or right edge",
        also="menu forms header", why_not=_off_stage,
    ),
    Family(
        "window.present_on", "Present on", choices.screens, VIEW,
        "Presentation mode on this screen", menu="",
    ),
    Action(
        "picture.larger", "Enlarge the picture",
        lambda window: zooming.enlarge(window.pictures(), PRESS), VIEW,
        ("Ctrl++", "Ctrl+="), "The one under the mouse, or the largest", also="zoom in magnify",
    ),
    Action(
        "picture.smaller", "Make the picture smaller",
        lambda window: zooming.enlarge(window.pictures(), 1 / PRESS), VIEW,
        ("Ctrl+-",), "One that was enlarged", also="zoom out",
    ),
    Action(
        "picture.whole", "Show pictures whole",
        lambda window: zooming.show_whole(window.pictures()), VIEW,
        ("Ctrl+0",), "Those that were enlarged", also="zoom reset fit",
    ),
    *OF_LECTURES,
    *(_workspace(place, key) for place, key in enumerate(TITLES, start=1)),
    *(_beside(left, right) for left, right in BESIDE),
    Action(
        "layout.wider", "More room for this workspace",
        lambda window: window.docks.widen(window.in_front, WIDER), LAYOUT,
        tip="Where it stands beside another", menu=WORKSPACES, also="wider larger",
    ),
    Action(
        "layout.narrower", "Less room for this workspace",
        lambda window: window.docks.widen(window.in_front, 1 / WIDER), LAYOUT,
        tip="Where it stands beside another", menu=WORKSPACES, also="narrower smaller",
    ),
    Action(
        "layout.float", "Float this workspace", lambda window: window.docks.float(window.in_front),
        LAYOUT, tip="A window of its own, which can stand on a second screen",
        menu=WORKSPACES, also="undock detach",
    ),
    Action(
        "layout.reset", "Reset layout", lambda window: window.reset_layout(), LAYOUT,
        tip="All workspaces behind one another, as on the first day", menu=WORKSPACES, also="dock",
    ),
    *(_reset(key) for key in TITLES),
    Action(
        "window.preferences", "Preferences…", lambda window: window.show_preferences(), VIEW,
        ("Ctrl+,",), "Theme, marked t, memory, device", menu="", also="settings options",
    ),
    Action(
        "help.palette", "Find an action…", lambda window: window.show_palette(), HELP,
        ("Ctrl+K",), "Everything that can be done, by its words", menu="",
        also="command palette search",
    ),
    Action(
        "help.shortcuts", "Keyboard shortcuts", lambda window: window.show_shortcuts(), HELP,
        ("?",), "All keys at a glance", menu="", also="help keys",
    ),
    Action(
        "help.hints", "Show the hints again",
        lambda window: window.session.preferences.show_hints_again(), HELP,
        tip="Every workspace says again what to do first", menu="",
    ),
    Action(
        "help.about", "About diffvis", _about, HELP, menu="",
        tip="Its version and licence, and what is installed here", also="doctor version licence",
    ),
    Gesture("Tab", "To the next control", HELP),
    Action(
        "window.quit", "Quit", lambda window: window.close(), HELP, ("Ctrl+Q",), menu="",
        also="exit close",
    ),
    _press("forward.resample", "New noise", "Draw another ε", also="resample epsilon"),
    _press("forward.random", "Random samples", "Samples from anywhere", "all there are are shown"),
    _press("reverse.run", "Run the chain", "Walk it from noise to data", also="sample generate"),
    _press(
        "reverse.pause", "Pause the chain", "Walk no further, or go on", "no chain is on its way",
        "resume",
    ),
    _press("reverse.new_seed", "New seed", "Draw another seed and run", also="random"),
    _press("schedules.load", "Load a schedule…", "From a JSON file", also="open"),
    _press("schedules.save", "Save the schedule…", "As a JSON file"),
    _press("training.start", "Start training", "Train a new model", "a run is under way", "learn"),
    _press(
        "training.pause", "Pause training", "Hold the run, or go on", NO_RUN,
        "resume",
    ),
    _press(
        "training.stop", "Stop training", "Stop and save; Reverse then steps the model", NO_RUN,
    ),
    _press("training.save", "Save a checkpoint", "Save it now and go on", NO_RUN),
    Action(
        "bench.take_picked", "Work on the selected sample in Bench", _take_picked, WORKSPACES,
        tip="The sample that is selected in Reverse, at the end of its chain",
        why_not=_nothing_picked, also="picture source inpaint edit",
    ),
    _press("bench.run", "Run the tool", "Or stop it", also="inpaint edit denoise tool"),
    *choices.DROP_DOWNS,
)  # fmt: skip
"""Each is done to a ``Frame``."""

DECLARED: tuple[Item, ...] = (*ACTIONS, *TRANSPORT)


def of_window(window: Frame) -> tuple[Item, ...]:
    """All that can be done in a window, in the order of its menus."""
    transport = of_transport(window.player, window.session.preferences)
    return *(item.of(window) for item in ACTIONS), *transport
