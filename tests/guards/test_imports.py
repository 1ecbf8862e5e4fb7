"""What one module asks of another is there, also where it is asked for inside a function."""

import ast
import importlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("diffvis", "benchmarks", "recipes")


def asked(path: Path) -> Iterator[tuple[str, str]]:
    """Modules of ours and the names that are imported from them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS:
            yield from ((str(node.module), each.name) for each in node.names)


def is_there(module: str, name: str) -> bool:
    found = importlib.import_module(module)
    return hasattr(found, name) or (
        hasattr(found, "__path__") and find_spec(f"{module}.{name}") is not None
    )


@pytest.mark.parametrize("folder", [*OURS, "docs"])
def test_what_is_imported_is_there(folder: str) -> None:
    wanted = {
        (module, name, str(path.relative_to(ROOT)))
        for path in (ROOT / folder).rglob("*.py")
        for module, name in asked(path)
    }
    assert wanted
    assert [each for each in sorted(wanted) if not is_there(each[0], each[1])] == []
