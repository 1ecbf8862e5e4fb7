"""A student's file as statements; nothing is run here."""

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from diffvis.errors import UserError
from diffvis.files import read_small
from diffvis.grading.names import function_of

LARGEST_BYTES = 20 * 2**20
NOTEBOOK = ".ipynb"
SUFFIXES = (".py", NOTEBOOK)


@dataclass(frozen=True)
class Source:
    """The top-level statements of a file, and what they tell without being run."""

    path: Path
    statements: Sequence[ast.stmt]

    @property
    def functions(self) -> list[str]:
        """The names of functions and methods that can be judged."""
        return [
            node.name
            for statement in self.statements
            for node in ast.walk(statement)
            if isinstance(node, ast.FunctionDef) and function_of(node.name)
        ]

    @property
    def first_t(self) -> int | None:
        """0 where t runs over 0..T-1, 1 where it runs over 1..T; None where the file does not say.

        What counts are draws of t, ``randint(1, T + 1)``, and loops down to the data,
        ``reversed(range(T))``.
        """
        votes = [
            vote
            for statement in self.statements
            for node in ast.walk(statement)
            if isinstance(node, ast.Call) and (vote := _vote(node)) is not None
        ]
        return None if not votes else max(sorted(set(votes)), key=votes.count)

    def mentions(self, attribute: str) -> bool:
        """Whether ``.attribute`` stands anywhere."""
        return any(
            isinstance(node, ast.Attribute) and node.attr == attribute
            for statement in self.statements
            for node in ast.walk(statement)
        )


def read_source(path: Path) -> Source:
    """The statements of a Python file, or of the code cells of a notebook.

    Raises:
        UserError: it cannot be read, or it is no Python.
    """
    if path.suffix not in SUFFIXES:
        raise UserError(f"{path} is no Python file", "give a .py file or an .ipynb notebook")
    try:
        content = read_small(path, LARGEST_BYTES)
    except FileNotFoundError:
        raise UserError(f"there is no file {path}", "check the path") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error})", "check it") from None
    try:
        words = content if isinstance(content, str) else content.decode("utf-8-sig")
        cells = _cells(words) if path.suffix == NOTEBOOK else [words]
        statements = [each for cell in cells for each in ast.parse(cell).body]
    except SyntaxError as error:
        raise UserError(
            f"{path} is no sound Python (line {error.lineno}: {error.msg})", "run it once"
        ) from None
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(f"{path} cannot be read ({error})", "give a Python file") from None
    return Source(path, statements)


def _cells(words: str) -> list[str]:
    """The code cells of a notebook, without the lines that only Jupyter understands."""
    cells = []
    for cell in json.loads(words)["cells"]:
        if cell["cell_type"] == "code":
            lines = "".join(cell["source"]).splitlines()
            kept = [line for line in lines if not line.lstrip().startswith(("%", "!", "?"))]
            cells.append("\n".join(kept))
    return cells


def _vote(call: ast.Call) -> int | None:
    """The first t that a draw or a loop tells."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    numbers = [_whole(argument) for argument in call.args]
    named = {keyword.arg: _whole(keyword.value) for keyword in call.keywords}
    if name == "randint":
        low = named.get("low", numbers[0] if numbers else None)
        bounds = sum(not isinstance(each, ast.Tuple | ast.List) for each in call.args)
        if low in (0, 1) and (bounds >= 2 or "high" in named):
            return low
        return 0 if "low" not in named and bounds == 1 else None
    if name == "reversed" and call.args and isinstance(call.args[0], ast.Call):
        inner = call.args[0]
        if getattr(inner.func, "id", "") != "range":
            return None
        if len(inner.args) == 1:
            return 0
        return low if (low := _whole(inner.args[0])) in (0, 1) else None
    if name == "range" and len(numbers) == 3 and numbers[2] is not None and numbers[2] < 0:
        return {-1: 0, 0: 1}.get(numbers[1]) if numbers[1] is not None else None
    return None


def _whole(node: ast.expr) -> int | None:
    """The value of a whole number that is written out."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return None
    return value if type(value) is int else None
