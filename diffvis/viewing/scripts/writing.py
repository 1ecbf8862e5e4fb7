"""How scripts are put together."""

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise

MOST_LINES = 60


def script(about: str, lines: Iterable[str]) -> str:
    """A script with what it is about on top, and the imports that its lines need."""
    body = list(lines)
    text = "\n".join(body)
    needed = [name for name in ("copy", "math") if f"{name}." in text]
    head = [f"# {line}" for line in about.splitlines()]
    return "\n".join([*head, *(f"import {name}" for name in needed), "import torch", "", text, ""])


def wanted(name: str, says: str, here: str = "") -> list[str]:
    """Lines that ask for what a script does not hold. Where nobody puts it in, ``here`` makes what
    is on screen with diffvis; where nothing can, the script ends with a sentence.
    """
    lines = [f"{name} = ...  # {says}"]
    if here:
        return [
            *lines,
            f"if {name} is ...:  # nothing was put in: what is on screen, by diffvis",
            "    import diffvis",
            f"    {name} = {here}",
        ]
    sentence = json.dumps(f"{name} is missing: in place of its three dots, put in {says}")
    return [*lines, f"if {name} is ...:", f"    raise SystemExit({sentence})"]


def numbers(values: Sequence[float]) -> str:
    """A list of them, exact."""
    return f"[{', '.join(map(repr, values))}]"


def indices(values: Sequence[int]) -> str:
    """Numbers of samples: as a range where they are one."""
    steps = {b - a for a, b in pairwise(values)}
    if len(values) > 1 and len(steps) == 1 and (step := steps.pop()) > 0:
        last = values[-1] + 1
        return f"range({values[0]}, {last})" if step == 1 else f"range({values[0]}, {last}, {step})"
    return repr(list(values))
