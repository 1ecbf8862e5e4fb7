"""Names, keyboard, contrast: the window for people who do not see it, or not well."""

import re
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QScrollBar,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from diffvis.app.shell.titles import TITLES
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme, palette
from diffvis.app.widgets.legend import Legend
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.raster import RasterView
from diffvis.data.catalogue import open_dataset
from diffvis.files import resource
from diffvis.rendering.style import STYLES, Colour, Style

INTERACTIVE = (
    QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QTableView,
)  # fmt: skip
LEAST_CONTRAST = 4.5  # of text: WCAG 2.2, criterion 1.4.3


def interactive(window: QWidget) -> Iterator[QWidget]:
    """What a person can use, without what is part of such a thing and Qt's own helpers."""
    for widget in window.findChildren(QWidget):
        parts = (*INTERACTIVE, QTabBar, CurvePlot)
        if not isinstance(widget, INTERACTIVE) or isinstance(widget, QScrollBar):
            continue
        if widget.objectName().startswith("qt_") or _inside(widget, parts):
            continue
        yield widget


def _inside(widget: QWidget, kinds: tuple[type[QWidget], ...]) -> bool:
    while (widget := widget.parentWidget()) is not None:
        if isinstance(widget, kinds):
            return True
    return False


# --- names and keyboard --------------------------------------------------------------------


@pytest.mark.parametrize("data", ["swiss-roll", "digits"])
def test_everything_has_a_name_and_can_be_reached_by_tab(
    qtbot: QtBot, window: MainWindow, data: str
) -> None:
    window.session.set_data(open_dataset(data))
    window.offer_hints()
    wrong = []
    for key in TITLES:
        window.show_workspace(key)
        QApplication.processEvents()
        usable = [w for w in interactive(window) if w.isVisibleTo(window) and w.isEnabled()]
        usable = [w for w in usable if _workspace(w) in (None, key)]
        reached = tab_order(window)
        assert len(usable) > 15
        for widget in usable:
            says = f"{key}: {type(widget).__name__} {widget.objectName()!r}"
            if not re.fullmatch(r"[a-z]+\.[\w.-]+", widget.objectName()):
                wrong.append(f"{says} has no name of the form workspace.role")
            if not widget.accessibleName():
                wrong.append(f"{says} has no accessible name")
            if widget not in reached and not _group_reached(widget, reached):
                wrong.append(f"{says} cannot be reached by Tab")
    assert not wrong, "\n".join(wrong)


def test_pictures_and_plots_say_what_they_are(window: MainWindow) -> None:
    kinds = (RasterView, CurvePlot)
    shown = [widget for kind in kinds for widget in window.findChildren(kind)]
    assert len(shown) > 8
    assert [w for w in shown if not w.accessibleName()] == []


def test_tab_goes_through_the_window_from_top_to_bottom(qtbot: QtBot, window: MainWindow) -> None:
    """The header, then the workspace in front, then the transport."""
    for key in TITLES:
        window.show_workspace(key)
        QApplication.processEvents()
        parts = [part_of(widget) for widget in tab_order(window)]
        runs = [part for place, part in enumerate(parts) if place == 0 or parts[place - 1] != part]
        start = runs.index("header")
        assert runs[start:] + runs[:start] == ["header", key, "transport"], key


def test_what_goes_after_tab_takes_no_menu_with_it(qtbot: QtBot, window: MainWindow) -> None:
    going = QPushButton(window)  # the last one made: Qt's chain leads from it to the window
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
    shiboken6.delete(going)
    menu = window.findChild(QWidget, "header.menu").menu()
    menu.aboutToShow.emit()
    for each in menu.findChildren(QMenu):
        each.aboutToShow.emit()


def tab_order(window: MainWindow) -> list[QWidget]:
    """What Tab visits, beginning with the button of the first workspace."""
    window.activateWindow()
    first = window.findChild(QWidget, f"workspace.{next(iter(TITLES))}")
    first.setFocus()
    order = [first]
    while len(order) < 300:
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        if window.focusWidget() is first:
            return order
        order.append(window.focusWidget())
    raise AssertionError(f"Tab never comes back: {[w.objectName() for w in order[-20:]]}")


def _group_reached(widget: QWidget, reached: list[QWidget]) -> bool:
    """Of exclusive buttons, Tab visits the checked one and arrows the others."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and group.exclusive() and any(b in reached for b in group.buttons())


def _workspace(widget: QWidget) -> str | None:
    while widget is not None:
        if widget.objectName().startswith("dock."):
            return widget.objectName().removeprefix("dock.")
        widget = widget.parentWidget()
    return None


def part_of(widget: QWidget) -> str:
    names = {"bar.header": "header", "bar.transport": "transport"}
    workspace = _workspace(widget)
    while workspace is None and widget is not None:
        if widget.objectName() in names:
            return names[widget.objectName()]
        widget = widget.parentWidget()
    return workspace or "?"


# --- contrast ------------------------------------------------------------------------------


def luminance(colour: Colour) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    parts = [c / 255 for c in colour]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_known_colours() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
@pytest.mark.parametrize("ink", ["text", "muted", "signal", "noise"])
def test_text_can_be_read_on_every_surface(style: Style, ink: str) -> None:
    for surface in (style.background, style.panel):
        assert contrast(getattr(style, ink), surface) >= LEAST_CONTRAST


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_every_rule_of_the_style_sheet_can_be_read(style: Style) -> None:
    text = resource("styles/window.qss").read_text(encoding="utf-8")
    pairs = set()
    for rule in re.findall(r"([^{}]+)\{([^}]*)\}", text):
        colours = dict(re.findall(r"(?<![-\w])(color|background): @(\w+)", rule[1]))
        selection = dict(re.findall(r"selection-(color|background-color): @(\w+)", rule[1]))
        if "color" in colours:
            surfaces = (
                [colours["background"]] if "background" in colours else ["panel", "background"]
            )
            pairs |= {(colours["color"], surface) for surface in surfaces}
        if len(selection) == 2:
            pairs.add((selection["color"], selection["background-color"]))
    assert len(pairs) >= 6
    for ink, surface in sorted(pairs):
        found = contrast(getattr(style, ink), getattr(style, surface))
        assert found >= LEAST_CONTRAST, f"{ink} on {surface}: {found:.2f}"


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_the_palette_can_be_read(style: Style, staged: bool) -> None:
    made = palette(style.staged(720) if staged else style)
    roles = QPalette.ColorRole
    for ink, surface in (
        (roles.Text, roles.Base),
        (roles.WindowText, roles.Window),
        (roles.ButtonText, roles.Button),
        (roles.ToolTipText, roles.ToolTipBase),
        (roles.HighlightedText, roles.Highlight),
        (roles.PlaceholderText, roles.Base),
        (roles.Link, roles.Base),
    ):
        colours = (made.color(role).getRgb()[:3] for role in (ink, surface))
        assert contrast(*colours) >= LEAST_CONTRAST, ink


# --- colour is never alone -----------------------------------------------------------------


def test_curves_differ_by_more_than_their_colour(window: MainWindow, theme: Theme) -> None:
    """Two curves of one plot have different dashes, or a legend names them both."""
    for plot in window.findChildren(CurvePlot):
        meanings: dict[tuple[object, ...], set[str]] = {}
        for name, curve in plot._curves.items():
            look = (curve.dash, curve.alpha, curve.thin)
            meanings.setdefault(look, set()).add(name.split()[0])  # "walk 1" is one of the walks
        alone = [names for names in meanings.values() if len(names) > 1]
        assert plot.findChild(Legend) is not None or not alone, plot.accessibleName()
