"""One version: in ``diffvis/__init__.py``, from which everything else takes it."""

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from PIL import Image

import diffvis
from diffvis.cli import main

ROOT = Path(__file__).parents[1]


def test_it_is_written_in_one_place() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in pyproject["project"]
    assert pyproject["project"]["dynamic"] == ["version"]
    source = ROOT / pyproject["tool"]["hatch"]["version"]["path"]
    (written,) = re.findall(r'^__version__ = "(.+)"$', source.read_text("utf-8"), re.MULTILINE)
    assert written == diffvis.__version__ == metadata.version("diffvis")


def test_the_command_and_what_it_writes_say_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"diffvis {metadata.version('diffvis')}\n"
    film, picture = tmp_path / "film.gif", tmp_path / "samples.png"
    roll = ["--data", "swiss-roll?n=40", "--timesteps", "4"]
    assert main(["export", "forward", *roll, "--out", str(film)]) == 0
    assert (
        main(["sample", "swiss-roll", "--out", str(picture), "--count", "2", "--steps", "1"]) == 0
    )
    for path, key in ((film, "comment"), (picture, "recipe")):
        with Image.open(path) as image:
            recipe = json.loads(image.info[key])
        assert recipe["program"] == f"diffvis {metadata.version('diffvis')}"


def test_the_changelog_has_come_to_it() -> None:
    """Newest first: what is not released yet, then this version."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased, newest, *_ = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert (unreleased, newest) == ("Unreleased", diffvis.__version__)


# The packages that ``import diffvis`` brings along, beside Python's own.
BROUGHT = """
import sys
import diffvis
brought = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
print(*brought & {"torch", "numpy", "PIL", "matplotlib", "sklearn", "pydantic", "PySide6", "typer"})
"""


@pytest.mark.process
def test_to_know_it_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", BROUGHT], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
