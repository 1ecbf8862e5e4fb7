#!/usr/bin/env bash
# An undo command that a QUndoStack has merged into the one before stays in memory for good under
# PySide6, with all that it holds.
#
# First guess, written down before: once mergeWith has returned True, the stack deletes the command
# that was pushed, and nothing holds what it held; a limit or clear() frees the rest.
#
# Seen with PySide6 6.11.3: of 100 commands that are undone one by one, 20 are alive where the stack
# has a limit of 20, and none after clear(): as guessed. Of 100 that were merged into one, all 100
# are alive, and 99 still are after clear() and after the stack itself is gone.
#
# Why it matters: merging is for what comes a hundred times a second, as a slider that is dragged.
# Each move then keeps what it would have brought back (in diffvis a model and its data: 290 MB in
# an hour). diffvis keeps its own two lists of commands (app/undo/stack.py), and a test counts what
# is left of a hundred joined changes.
#
# bash findings/merged_undo_commands.sh; exit status 0: still so, 1: it has changed.
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
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QUndoCommand, QUndoStack

PUSHED, LIMIT = 100, 20
app = QCoreApplication([])


class Held:
    """What a command would bring back."""


class Command(QUndoCommand):
    def __init__(self, held, merges):
        super().__init__("a change")
        self.held, self.merges = held, merges

    def id(self):
        return 1 if self.merges else -1

    def mergeWith(self, other):
        return True


def alive(merges, end):
    """How many of what was held are alive after PUSHED commands and the end of their stack."""
    stack, held = QUndoStack(), weakref.WeakSet()
    stack.setUndoLimit(LIMIT)
    for _ in range(PUSHED):
        thing = Held()
        held.add(thing)
        stack.push(Command(thing, merges))
        del thing
    if end != "on the stack":
        stack.clear()
    if end == "stack deleted":
        shiboken6.delete(stack)
    gc.collect()
    return len(held)


print(f"PySide6 {PySide6.__version__}: alive of {PUSHED}, under a limit of {LIMIT}")
seen = {}
for merges in (False, True):
    for end in ("on the stack", "cleared", "stack deleted"):
        seen[merges, end] = alive(merges, end)
        print(f"{'merged' if merges else 'one by one':>12}, {end:13} {seen[merges, end]:4}")
as_guessed = (seen[False, "on the stack"], seen[False, "cleared"]) == (LIMIT, 0)
surprising = all(seen[True, end] >= PUSHED - 1 for end in ("cleared", "stack deleted"))
sys.exit(0 if as_guessed and surprising else "it has changed")
EOF
