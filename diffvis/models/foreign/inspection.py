"""What was found out about a file or folder: what it is, and the lines to type next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diffvis.errors import UserError

SHOWN = 12  # names of weights


@dataclass(frozen=True)
class Inspection:
    """What a file or folder is."""

    path: Path
    what: str
    lines: tuple[str, ...] = ()
    """What is known of it."""
    next: tuple[str, ...] = ()
    """The lines to type next."""
    tensors: Mapping[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    """Type and shape of each weight by its name."""
    opens: bool = False
    """Whether diffvis opens it as it is."""

    def __str__(self) -> str:
        rows = [f"{self.path} is {self.what}", *(f"  {line}" for line in self.lines)]
        if self.tensors:
            shown = list(self.tensors.items())[:SHOWN]
            rows.append(f"  {len(self.tensors):,} tensors:")
            rows += [f"    {n}  {dtype} {_by(shape)}" for n, (dtype, shape) in shown]
            rows += ["    …"] if len(self.tensors) > SHOWN else []
        if self.next:
            rows += ["next:", *(f"  {line}" for line in self.next)]
        return "\n".join(rows)

    def to_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "what": self.what,
            "lines": list(self.lines),
            "next": list(self.next),
            "opens": self.opens,
            "tensors": {n: {"dtype": d, "shape": list(s)} for n, (d, s) in self.tensors.items()},
        }

    def refusal(self) -> UserError:
        """The same words where it was given as a model."""
        last = self.next[-1] if self.next else "give a run folder or a .safetensors file of one"
        known = f" ({'; '.join(self.lines[:3])})" if self.lines else ""
        more = "" if len(self.next) < 2 else f" (diffvis inspect {self.path} has all lines)"
        is_file = self.path.is_file()
        what = f"not a diffvis checkpoint but {self.what}" if is_file else self.what
        return UserError(f"{self.path} is {what}{known}", f"{last}{more}", details=str(self))


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"
