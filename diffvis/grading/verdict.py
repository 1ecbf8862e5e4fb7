"""What was found out about one function."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["right", "differs", "unjudged"]
ALL_RIGHT, SOMETHING_DIFFERS, NOTHING_JUDGED = 0, 1, 2


@dataclass(frozen=True)
class Verdict:
    """``function`` is the papers' name for it, ``called`` the student's own."""

    function: str
    called: str
    status: Status
    sentence: str
    bug: str = ""
    """Of the catalogue, where one fits."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Of a coefficient that differs: t, found, expected, ratio."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def line(self) -> str:
        """For a terminal."""
        mark = {"right": "right", "differs": "WRONG", "unjudged": "not judged"}[self.status]
        named = (
            self.function if self.called == self.function else f"{self.called} ({self.function})"
        )
        end = f" [bug: {self.bug}]" if self.bug else ""
        return f"{named}: {mark}: {self.sentence}{end}"


def exit_status(verdicts: Sequence[Verdict]) -> int:
    """0: all that could be judged is right, and something could; 1: something differs; 2: nothing
    could be judged.
    """
    found = {verdict.status for verdict in verdicts}
    if "differs" in found:
        return SOMETHING_DIFFERS
    return ALL_RIGHT if "right" in found else NOTHING_JUDGED
