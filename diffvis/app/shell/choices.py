"""What there is to choose from, as actions that are made when somebody looks."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox

from diffvis.app.actions import Action, Family
from diffvis.app.preference_settings import THEME
from diffvis.app.recent import recent
from diffvis.app.shell.frame import Frame
from diffvis.app.shell.titles import TITLES
from diffvis.app.transport.actions import PLAY
from diffvis.app.widgets.entry_delegate import ENTRY
from diffvis.app.widgets.fields import choose

FILE, VIEW = "File", "View"


def recent_ones(window: Frame) -> list[Action]:
    """What was opened lately, the newest first."""
    openers = {
        "model": window.sources.open_model,
        "data": window.sources.open_data,
        "run": lambda source: window.open_run(Path(source)),
        "lecture": lambda source: window.lectures.open(source),
    }
    return [
        Action(
            f"recent.{item.kind} {item.source}", f"{item.kind.capitalize()}: {item.title}",
            partial(openers[item.kind], item.source), FILE,
        )
        for item in recent()
    ]  # fmt: skip


def themes(window: Frame) -> list[Action]:
    return [
        Action(
            f"theme.{choice.value}", choice.title, partial(window.theme.set_name, choice.value),
            VIEW, checked=lambda name=choice.value: window.theme.name == name,
        )
        for choice in THEME.offered()
    ]  # fmt: skip


def screens(window: Frame) -> list[Action]:
    """Those that a presentation can be on, where there are several."""
    found = []
    for screen in QGuiApplication.screens():
        size = screen.geometry().size()
        title = f"{screen.name()}, {size.width()} × {size.height()}"
        does = partial(window.stage.begin, screen)
        found.append(Action(f"window.present_on {screen.name()}", title, does, VIEW))
    return found if len(found) > 1 else []


def _drop_down(id: str, title: str, group: str, tip: str) -> Family:
    """The choices of the drop-down ``id``, of the header or of a workspace that has been made."""
    key = id.partition(".")[0]

    def members(window: Frame) -> Sequence[Action]:
        there = key not in TITLES or key in window.workspaces.made
        box = window.findChild(QComboBox, id) if there else None
        return [] if box is None else _choices_of(box, bring_to_front(window))

    def bring_to_front(window: Frame) -> Callable[[], object]:
        return partial(window.show_workspace, key) if key in TITLES else bool

    return Family(id, title, members, group, tip)


def _choices_of(box: QComboBox, before: Callable[[], object]) -> list[Action]:
    """Without those that ask for more (…), which are actions by themselves."""
    items, found = box.model(), []

    def take(place: int) -> None:
        before()
        choose(box, place)

    for place in range(box.count()):
        text, index = box.itemText(place), items.index(place, 0)
        if not text or text.endswith("…"):
            continue
        entry = box.itemData(place, ENTRY)
        tip = entry.lines[0] if entry is not None and entry.lines else ""
        possible = box.isEnabled() and bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        found.append(
            Action(
                f"{box.objectName()} {place}", text, partial(take, place), "", tip=tip,
                why_not=lambda possible=possible: "" if possible else "it cannot be chosen now",
                checked=lambda place=place: box.currentIndex() == place,
            )
        )  # fmt: skip
    return found


DROP_DOWNS = (
    _drop_down("source.model", "Model", FILE, "What predicts in the reverse chain"),
    _drop_down("source.data", "Data", FILE, "What the forward process noises"),
    _drop_down("forward.mode", "Way of noising", TITLES["forward"], "Closed form or true chain"),
    _drop_down("reverse.sampler", "Sampler", TITLES["reverse"], "How the chain is walked"),
    _drop_down("schedules.kind", "Schedule", TITLES["schedules"], "How the noise grows with t"),
    _drop_down("bench.tool", "Tool", TITLES["bench"], "What is done with a picture"),
    _drop_down("training.preset", "Preset", TITLES["training"], "A set-up that is known to work"),
    _drop_down("training.network", "Network", TITLES["training"], "What is trained"),
    _drop_down("transport.speed", "Speed", PLAY, "Steps of t a second"),
)
"""Each is done to a ``Frame``."""
