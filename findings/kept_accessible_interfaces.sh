#!/usr/bin/env bash
# An accessible interface that a Python factory has made stays in memory for good under PySide6, with
# all that it holds, though its widget and its C++ part are gone.
#
# First guess, written down before: Qt's cache owns what a factory returns and deletes it with the
# widget, as Qt's documentation says; the Python object goes when nothing else refers to it.
#
# Seen with PySide6 6.11.3: of 100 interfaces, each made for a widget that is then deleted, Qt has
# deleted all 100 (none is valid), and all 100 Python objects are alive, with what they refer to. Of
# 100 interfaces that nobody but the program made, none is.
#
# Why it matters: an interface is asked what is on its widget, so it holds the widget, or its
# pictures. With a screen reader at work each dialog that was opened would stay. diffvis' interfaces
# refer to their widgets weakly, and a test sees the widgets go.
#
# bash findings/kept_accessible_interfaces.sh; exit status 0: still so, 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q PySide6-Essentials==6.11.3
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'EOF'
import gc
import sys
import weakref

import PySide6
import shiboken6
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAccessibleWidget, QApplication, QWidget

COUNT = 100
app = QApplication([])


class Interface(QAccessibleWidget):
    def __init__(self, widget):
        super().__init__(widget, QAccessible.Role.Graphic, "")


def factory(_kind, thing):
    if not isinstance(thing, QWidget):
        return None
    made = Interface(thing)
    interfaces.add(made)
    return made


interfaces = weakref.WeakSet()
for _ in range(COUNT):
    widget = QWidget()
    interfaces.add(Interface(widget))
    shiboken6.delete(widget)
gc.collect()
alone = len(interfaces)

interfaces = weakref.WeakSet()
QAccessible.installFactory(factory)
for _ in range(COUNT):
    widget = QWidget()
    QAccessible.queryAccessibleInterface(widget)
    shiboken6.delete(widget)
gc.collect()
kept = len(interfaces)
valid = sum(map(shiboken6.isValid, interfaces))

print(f"PySide6 {PySide6.__version__}: of {COUNT} interfaces, {kept} are alive and {valid} valid "
      f"after their widgets; without a factory {alone} are alive")
sys.exit(0 if (kept, valid, alone) == (COUNT, 0, 0) else 1)
EOF
