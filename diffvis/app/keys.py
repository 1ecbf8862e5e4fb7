"""Keys: how Qt spells them, how people read them, which an event is."""

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

MODIFIERS = ("Ctrl", "Shift", "Alt", "Meta")
CAPS = {
    "Left": "←",
    "Right": "→",
    "Up": "↑",
    "Down": "↓",
    "PgUp": "Page Up",
    "PgDown": "Page Down",
    "-": "−",
}
"""What is written on a key, where Qt calls it otherwise."""


def normal(keys: str) -> str:
    """As Qt spells them.

    Raises:
        ValueError: there are no such keys.
    """
    sequence = QKeySequence(keys)
    if sequence.isEmpty() or sequence[0].key() == Qt.Key.Key_unknown:
        raise ValueError(f"there are no keys {keys!r}")
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)


def caps(keys: str) -> tuple[str, ...]:
    """What is written on each of the keys that are pressed together: Shift, ←."""
    held = []
    for modifier in MODIFIERS:
        if keys.startswith(f"{modifier}+"):
            held.append(modifier)
            keys = keys.removeprefix(f"{modifier}+")
    return *held, CAPS.get(keys, keys)


def spelled(keys: str) -> str:
    """In one word, for people: ``Shift+←``."""
    return "+".join(caps(keys))


def pressed(event: QKeyEvent) -> tuple[str, ...]:
    """As Qt spells the keys of an event; then without Shift, which + needs on some keyboards."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    plain = modifiers & ~Qt.KeyboardModifier.ShiftModifier
    found = (QKeySequence(QKeyCombination(held, key)).toString() for held in (modifiers, plain))
    return tuple(dict.fromkeys(found))
