"""docs/signals.md says who emits and who listens, as the code has it."""

import re
from pathlib import Path

import pytest

from docs.make_signals import PAGE, ROOT, Code, SignalOf, page


@pytest.fixture(scope="module")
def code() -> Code:
    return Code(ROOT, "diffvis/app")


def test_the_page_is_that_of_the_code(code: Code) -> None:
    """Write it again with python docs/make_signals.py."""
    assert PAGE.read_text(encoding="utf-8") == page(code)


def test_every_signal_is_there_and_every_connection_is_understood(code: Code) -> None:
    lines = [
        line
        for path in (ROOT / "diffvis").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"    \w+ = Signal\(", line)
    ]
    assert len(code.uses) == len(lines) > 100
    assert code.unclear == []


def test_connections_that_are_known(code: Code) -> None:
    use = code.uses[SignalOf("diffvis.app.session.Session", "t_changed")]
    assert "Session.set_t" in use.emitted
    assert {"Clock.moved", "ReverseWorkspace._show_t"} <= use.heard
    use = code.uses[SignalOf("diffvis.app.transport.transport_range.RangeButton", "marks_wanted")]
    assert use.heard == {"TransportBar.marks_wanted"}


PARTS = '''
from PySide6.QtCore import Signal
from home.base import Base

class Speaker(Base):
    said = Signal(str)  # a word
    passed = Signal()

    def say(self) -> None:
        self.said.emit("a")

    def both(self, other: "Speaker | None") -> list["Speaker"]:
        self.said.connect(other.passed)
        self.ended.emit()

class Deaf:
    """Its signal of the same name is no one's."""

    said = Signal()
'''
ROOM = """
from functools import partial
from home.parts import Speaker

class Room:
    def __init__(self, first: Speaker) -> None:
        self._all = {1: first, 2: make()}
        for number, each in self._all.items():
            each.said.connect(self._hear)
        for signal in (first.passed, first.ended):
            signal.connect(partial(self._hear, 1))
        made = make()
        made.said.connect(lambda: None)
        unknown().said.connect(self._hear)
        made.button.clicked.connect(made.passed)

    def _hear(self) -> None: ...

def make() -> Speaker: ...
"""


def test_who_listens_in_a_small_house(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "base.py").write_text("class Base:\n    ended = Signal()\n")
    (home / "parts.py").write_text(PARTS)
    (home / "room.py").write_text(ROOM)
    code = Code(tmp_path, "home")
    uses = {(s.owner.split(".")[-1], s.name): use for s, use in code.uses.items()}
    said, passed = uses["Speaker", "said"], uses["Speaker", "passed"]
    assert said.emitted == {"Speaker.say"}
    assert said.heard == {"Room._hear", "Room.__init__", "Speaker.passed"}
    assert passed.emitted == {"Speaker.said", "Room.__init__"}
    assert passed.heard == uses["Base", "ended"].heard == {"Room._hear"}
    assert uses["Base", "ended"].emitted == {"Speaker.both"}
    assert uses["Deaf", "said"].heard == set()
    assert code.unclear == ["Room.__init__: unknown().said"]
    assert "| `said` | str: a word | `Speaker.say` |" in page(code)
