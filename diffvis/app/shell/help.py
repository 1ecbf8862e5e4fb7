"""The sheet of keyboard shortcuts, made of the actions that have keys."""

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from diffvis.app.actions import Action, Gesture, Item
from diffvis.app.keys import caps
from diffvis.app.widgets.fields import label

COLUMNS = 3
AROUND = QSize(40, 60)  # pixels of the screen, for the frame that the system draws
FIRST = "Letters, arrows and Space go first to the field or button that has the focus."
HEAD_ROWS = 2  # what a heading takes, with the space around it
Line = tuple[tuple[tuple[str, ...], ...], str]
"""The keys, each as what is written on them, and what they do."""


class ShortcutSheet(QDialog):
    """All shortcuts at a glance; Esc closes it."""

    def __init__(self, parent: QWidget, items: Iterable[Item]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setObjectName("help.shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(40)
        for groups in _in_columns(lines_by_group(items)):
            columns.addLayout(_column(groups))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(28, 20, 28, 20)
        whole.setSpacing(16)
        sheet = QScrollArea(self)  # in its style before its labels are asked for their sizes
        sheet.setWidgetResizable(True)
        sheet.setWidget(page)
        whole.addWidget(sheet)
        whole.addWidget(label(FIRST, "hint"))
        room = parent.screen().availableSize().expandedTo(parent.size()) - AROUND
        wanted = page.sizeHint() + self.sizeHint() - sheet.sizeHint()
        self.resize(wanted.boundedTo(room))


def lines_by_group(items: Iterable[Item]) -> dict[str, list[Line]]:
    """What the sheet says under each heading."""
    found: dict[str, list[Line]] = {}
    for item in items:
        if isinstance(item, Gesture):
            found.setdefault(item.group, []).append((((item.keys,),), item.title))
        elif isinstance(item, Action) and item.keys:
            line = tuple(map(caps, item.keys)), item.title.rstrip("…")
            found.setdefault(item.group, []).append(line)
    return found


def _in_columns(groups: dict[str, list[Line]]) -> list[dict[str, list[Line]]]:
    """The groups in their order, in columns about as high as each other."""
    total = sum(HEAD_ROWS + len(lines) for lines in groups.values())
    columns: list[dict[str, list[Line]]] = [{}]
    above = 0
    for group, lines in groups.items():
        middle = above + (HEAD_ROWS + len(lines)) / 2
        if middle > len(columns) * total / COLUMNS:
            columns.append({})
        columns[-1][group] = lines
        above += HEAD_ROWS + len(lines)
    return columns


def _column(groups: dict[str, list[Line]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(6)
    row = 0
    for group, lines in groups.items():
        if row:
            grid.setRowMinimumHeight(row, 14)
            row += 1
        grid.addWidget(label(group, "title"), row, 0, 1, 2)
        for keys, does in lines:
            row += 1
            grid.addWidget(label(does), row, 0)
            grid.addLayout(_caps_of(keys), row, 1)
        row += 1
    grid.setRowStretch(row, 1)
    grid.setColumnStretch(0, 1)
    return grid


def _caps_of(keys: tuple[tuple[str, ...], ...]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(4)
    row.addStretch(1)
    for place, together in enumerate(keys):
        if place:
            row.addWidget(label("or", "muted"))
        for cap in together:
            row.addWidget(label(cap, "key"))
    return row
