"""The wrong code is reached by its name alone, and the page of bugs is what the catalogue says."""

import ast
from pathlib import Path

import diffvis
from diffvis.bugs.catalogue import BUGS
from docs.make_bugs import PAGE, PICTURES, page

HOME = Path(diffvis.__file__).parent
OFFER = {
    "app/bug_choice.py",
    "app/reverse/chain.py", "app/reverse/compare.py", "app/reverse/compared.py",  # side B
    "app/training/form.py", "app/workers/going.py",
    "cli/bug_figure.py", "cli/bugs.py", "cli/check_readings.py", "cli/train.py",
    "rendering/subjects/compare.py",
    "grading/judging.py", "grading/of_steps.py",  # the words of the catalogue
}  # fmt: skip


def _imports(file: Path) -> bool:
    """Whether a file imports anything of ``diffvis.bugs``."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    found = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    found += [each.name for node in nodes if isinstance(node, ast.Import) for each in node.names]
    return any(f"{name}.".startswith("diffvis.bugs.") for name in found)


def test_only_what_offers_them_imports_bugs() -> None:
    files = [f for f in HOME.rglob("*.py") if HOME / "bugs" not in f.parents]
    assert {str(f.relative_to(HOME).as_posix()) for f in files if _imports(f)} == OFFER


def test_the_page_is_that_of_the_catalogue_and_each_bug_has_a_picture() -> None:
    """Write it again with python docs/make_bugs.py."""
    assert PAGE.read_text(encoding="utf-8") == page()
    assert {path.stem for path in PICTURES.glob("*.png")} == set(BUGS)
    assert max(path.stat().st_size for path in PICTURES.glob("*.png")) < 60_000
