"""Where Tab goes: the header, the workspaces that can be seen, the transport.

Qt's own chain visits workspaces that lie behind others, where nobody sees the focus. It is not even
asked for: PySide takes what ``nextInFocusChain`` returns for a child of what it was asked of, so
that with any one widget all those after it, and the window's menus, would be taken for deleted.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QToolBar, QWidget

from diffvis.app.widgets.scrolling import areas_around


def move_focus(window: QMainWindow, forward: bool, parts: Sequence[QWidget] | None = None) -> bool:
    """Give the focus to the next stop, or to the one before, in the window or only in ``parts``.
    Where it is taken from a widget that is hidden or switched off, the window gets it: no key of
    its own may press what nobody chose.
    """
    now, way = window.focusWidget(), 1 if forward else -1
    if now is not None and now is not window and not (now.isVisible() and now.isEnabled()):
        window.setFocus(Qt.FocusReason.OtherFocusReason)
        return True
    stops = tab_stops(window, parts)
    if not stops:
        return False
    place = stops.index(now) if now in stops else (-1 if forward else 0)
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    stop = stops[(place + way) % len(stops)]
    stop.setFocus(reason)
    for area in areas_around(stop):
        area.ensureWidgetVisible(stop)
    return True


def tab_stops(window: QMainWindow, parts: Sequence[QWidget] | None = None) -> list[QWidget]:
    """All widgets that take the focus by Tab, in the order of the window's parts."""
    found = []
    for part in _parts(window) if parts is None else parts:
        found += [each for each in part.findChildren(QWidget) if _takes_focus(each)]
    return found


def _parts(window: QMainWindow) -> list[QWidget]:
    """The bars above, the docks from left to right, the bars below."""
    areas = {bar: window.toolBarArea(bar) for bar in window.findChildren(QToolBar)}
    above = [bar for bar, area in areas.items() if area == Qt.ToolBarArea.TopToolBarArea]
    below = [bar for bar in areas if bar not in above]
    docks = [
        dock
        for dock in window.findChildren(QDockWidget)
        if not dock.isFloating() and not dock.visibleRegion().isEmpty()
    ]
    return [*above, *sorted(docks, key=lambda dock: (dock.x(), dock.y())), *below]


def _takes_focus(widget: QWidget) -> bool:
    """Seen, or to be scrolled to; the field of a spin box is the spin box."""
    by_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    if not by_tab or not widget.isEnabled() or not widget.isVisible():
        return False
    if widget.focusProxy() is not None or widget.objectName().startswith("qt_"):
        return False
    return not widget.visibleRegion().isEmpty() or _in_scroll_area(widget)


def _in_scroll_area(widget: QWidget) -> bool:
    return any(not area.visibleRegion().isEmpty() for area in areas_around(widget))
