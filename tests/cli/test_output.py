"""Tables: whole lines in a file or a pipe, wrapped on a terminal, and every cell as written."""

import re
import sys
from io import StringIO

import pytest

from diffvis.cli.output import table

LONG = "a perceptron of " + " ".join(f"{n}-thousand" for n in range(40))
ROWS = [
    ("name", "size", "what it is"),
    ("roll", "0.1 MB", LONG),
    ("[bold]x[/bold]", "", ":smile: and 日本 of /home/1234"),
    ("日本", "12 MB", "short"),
]
PRINTED = [
    "name            size    what it is",
    f"roll            0.1 MB  {LONG}",
    "[bold]x[/bold]          :smile: and 日本 of /home/1234",
    "日本            12 MB   short",
]


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def without_codes(text: str) -> list[str]:
    """The lines of a terminal, without what makes heads bold."""
    return [line.rstrip() for line in re.sub(r"\x1b\[\d*m", "", text).splitlines()]


@pytest.mark.parametrize("columns", ["20", "80"])
def test_a_pipe_gets_a_line_for_each_row(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    """Whatever the width of the terminal behind it; nothing is cut off, no spaces trail."""
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    table(ROWS)
    assert capsys.readouterr().out.splitlines() == PRINTED
    monkeypatch.setenv("FORCE_COLOR", "1")
    table(ROWS)
    assert without_codes(capsys.readouterr().out) == PRINTED


@pytest.mark.parametrize("width", [30, 60, 100])
def test_a_terminal_is_not_overrun(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr(sys, "stdout", screen := Terminal())
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    table(ROWS)
    lines = without_codes(screen.getvalue())
    assert max(map(len, lines)) <= width
    letters = sorted("".join(cell.replace(" ", "") for row in ROWS for cell in row))
    assert sorted("".join(lines).replace(" ", "")) == letters, "all is there"
