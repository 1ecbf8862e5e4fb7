"""The notebooks run from their first cell to their last, and show pictures below their cells.

In a kernel, where nbclient and ipykernel are installed, as in CI; else cell by cell in a process of
Python, in which what a cell ends with is shown as a notebook would.
"""

import ast
import base64
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
HAS_KERNEL = all(importlib.util.find_spec(name) for name in ("nbclient", "ipykernel"))
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
PICTURES = {"own_network": 4, "lecture_figures": 5, "watch_training": 3 + HAS_KERNEL}
"""How many each shows, at least: a live run is one that only a kernel shows."""
LIMIT_S = 600

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="examples come with the repository only"
)

PLAIN = """
import ast
import json
import sys

pictures = 0
space = {"__name__": "__main__"}
for number, source in enumerate(json.load(open(sys.argv[1]))):
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"<cell {number}>", "exec"), space)
    if last is not None:
        shown = eval(compile(ast.Expression(last.value), f"<cell {number}>", "eval"), space)
        pictures += bool(getattr(shown, "_repr_png_", lambda: None)())
print(pictures)
"""


def cells(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_there_are_three() -> None:
    assert {path.stem for path in NOTEBOOKS} == set(PICTURES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path: Path) -> None:
    code = [cell for cell in cells(path) if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    for cell in code:
        ast.parse("".join(cell["source"]))
    assert len({cell["id"] for cell in cells(path)}) == len(cells(path))


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    shown = in_kernel(path, tmp_path) if HAS_KERNEL else in_python(path, tmp_path)
    assert shown >= PICTURES[path.stem]


def in_kernel(path: Path, folder: Path) -> int:
    """How many pictures the notebook shows; they are left in ``folder``."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=LIMIT_S, kernel_name="python3", resources={"metadata": {"path": folder}}
    )
    client.execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    said = [out for out in outputs if out.get("name") == "stderr"]
    assert said == []
    pictures = [out["data"]["image/png"] for out in outputs if "image/png" in out.get("data", {})]
    for number, picture in enumerate(pictures):
        (folder / f"{path.stem}-{number}.png").write_bytes(base64.b64decode(picture))
    return len(pictures)


def in_python(path: Path, folder: Path) -> int:
    """The same without a kernel, which shows a live run only when it is over."""
    sources = ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "code"]
    (folder / "cells.json").write_text(json.dumps(sources), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, str(folder / "cells.json")],
        cwd=folder, env=os.environ, capture_output=True, text=True, timeout=LIMIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return int(done.stdout.split()[-1])
