"""What stands outside of the package, and is not run by every test, asks it for what there is."""

import ast
import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("benchmarks", "recipes", "docs")

pytestmark = pytest.mark.skipif(
    not (ROOT / "benchmarks").is_dir(), reason="they come with the repository only"
)


def asked_for(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of each ``from diffvis... import name`` anywhere in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "diffvis":
            yield from ((str(node.module), alias.name) for alias in node.names)


def is_there(module: str, name: str) -> bool:
    found = importlib.import_module(module)
    return hasattr(found, name) or (
        hasattr(found, "__path__") and importlib.util.find_spec(f"{module}.{name}") is not None
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_name_that_is_imported_is_there(folder: str) -> None:
    asked = {
        (each, str(path.relative_to(ROOT)))
        for path in sorted((ROOT / folder).rglob("*.py"))
        for each in asked_for(path)
    }
    assert asked
    lost = [f"{path}: {'.'.join(each)}" for each, path in sorted(asked) if not is_there(*each)]
    assert lost == []
