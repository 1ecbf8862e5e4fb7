"""``import diffvis``: what is offered, that it is lazy, and that checkers of types see it all."""

import ast
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import diffvis

ROOT = Path(__file__).parents[2]
HEAVY = ("PySide6", "sklearn", "matplotlib")


def seen_by_checkers() -> set[str]:
    """The names imported under TYPE_CHECKING, with where they come from."""
    tree = ast.parse(Path(diffvis.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    found = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {f"{node.module}.{alias.name}" for node in found for alias in node.names}


def test_what_checkers_see_is_what_there_is() -> None:
    found = {f"{diffvis._HOMES[name]}.{name}" for name in diffvis.__all__}
    assert found == seen_by_checkers()
    assert set(diffvis._HOMES) == set(diffvis.__all__)
    assert (ROOT / "diffvis" / "py.typed").is_file()


@pytest.mark.parametrize("name", diffvis.__all__)
def test_each_is_there_and_says_what_it_is(name: str) -> None:
    found = getattr(diffvis, name)
    assert name in dir(diffvis)
    assert inspect.getdoc(found), f"diffvis.{name} has no words"
    if inspect.isfunction(found):
        untyped = [
            each.name
            for each in inspect.signature(inspect.unwrap(found)).parameters.values()
            if each.name not in found.__annotations__
            and each.name not in diffvis.sample.__signature__.parameters
        ]
        assert untyped == [] and "return" in found.__annotations__


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'smaple'"):
        _ = diffvis.smaple
    assert not hasattr(diffvis, "_repr_html_")  # as notebooks ask of everything
    assert pickle.loads(pickle.dumps(diffvis.q_sample)) is diffvis.q_sample


USED = """
import sys
import diffvis
first = [name for name in ("torch", *sys.argv[1:]) if name in sys.modules]
model = diffvis.open_model("swiss-roll")
diffvis.open_dataset("moons")
chain = diffvis.sample(model, steps=3, count=5)
diffvis.q_sample(diffvis.NoiseSchedule.cosine(10), chain.x0, 3, chain.x_T)
diffvis.train, diffvis.wrap, diffvis.evaluate, diffvis.export, diffvis.view
print(first, [name for name in sys.argv[1:] if name in sys.modules])
"""


@pytest.mark.process
def test_neither_it_nor_what_it_samples_needs_qt_or_plots() -> None:
    done = subprocess.run(
        [sys.executable, "-c", USED, *HEAVY], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[] []"), done.stderr


def test_each_public_name_stands_in_the_documentation() -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert [name for name in diffvis.__all__ if f"`diffvis.{name}" not in text] == []
