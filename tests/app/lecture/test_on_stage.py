"""Lectures on stage: what stands there follows the scenes, and no one sees the notes."""

import json
from pathlib import Path
from typing import Any

import pytest
from driving import finder
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo
from pytestqt.qtbot import QtBot

from diffvis.app.lecture.cover import Cover
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.app.widgets.raster import RasterView

LINEAR = {"kind": "linear", "T": 40}
POINTS: dict[str, Any] = {"data": "swiss-roll", "schedule": LINEAR, "t": 8, "seed": 1}
FIELDS = {"fields": {"count": 20, "sampler": "ddim", "steps": 4}}
SCENES = [
    {**POINTS, "title": "Roll", "workspace": "forward", "states": {"forward": {"view": "cloud"}}},
    {**POINTS, "title": "Back", "workspace": "reverse", "states": {"reverse": FIELDS}},
    {
        **POINTS, "title": "Step", "workspace": "reverse", "states": {"reverse": FIELDS},
        "look": {"stage": "step"},
    },
]  # fmt: skip


@pytest.fixture
def needed() -> tuple[str, ...]:
    return "forward", "reverse"


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.wait(100)
    reverse = window.workspaces["reverse"]
    qtbot.waitUntil(
        lambda: window.jobs.idle and reverse.idle and window.lectures.ahead.idle, timeout=60_000
    )


def test_scenes_have_their_views_on_stage(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "a.diffvis"
    path.write_text(json.dumps({"diffvis": "lecture", "version": 1, "scenes": SCENES}))
    window.stage.begin(full_screen=False)
    window.lectures.open(path)
    settle(qtbot, window)
    panel = finder(window)("dock.lecture")
    assert panel.visibleRegion().isEmpty() or window.childAt(panel.geometry().center()) is not panel
    seen = []
    for key in (None, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        if key is not None:
            qtbot.keyClick(window.focusWidget(), key)
            settle(qtbot, window)
        floor = window.stage.floor
        on_show = [view.objectName() for view in floor.findChildren(RasterView) if view.isVisible()]
        seen.append((window.in_front, window.stage.views.view, on_show))
    assert seen == [
        ("forward", "cloud", ["forward.view"]),
        ("reverse", "samples", ["reverse.view"]),
        ("reverse", "step", ["reverse.step_view"]),
        ("reverse", "samples", ["reverse.view"]),
    ]
    assert window.stage.on
    window.lectures.keep()
    kept = window.lectures.scene
    assert kept is not None
    assert kept.look["stage"] == "samples"
    window.stage.end()
    assert panel.isVisible()


def test_all_type_of_a_cover_can_be_read_from_the_last_row(
    qtbot: QtBot, theme: Theme, stand_on_stage: Any
) -> None:
    view = RasterView(theme, lambda size, style: None, lambda: "")
    stand_on_stage(view)
    view.resize(600, 400)
    cover = Cover(view, theme)
    heights = [QFontInfo(font).pixelSize() for font in cover.fonts()]
    assert len(heights) == 2
    assert min(heights) >= 720 / 30
