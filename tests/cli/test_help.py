"""The command line as a program of its own."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from rich.markup import render

from diffvis.cli.commands import COMMANDS
from diffvis.cli.export import EXPORTS
from diffvis.cli.program import app_for

PROGRAM = """
import sys
from diffvis.cli import main
status = main(sys.argv[1:])
heavy = sorted({"torch", "PySide6", "pyqtgraph", "sklearn", "PIL", "numpy"} & set(sys.modules))
print(status, *heavy, file=sys.stderr)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True
    )


@pytest.mark.process
def test_help_imports_neither_torch_nor_qt() -> None:
    done = run("--help")
    assert done.stderr.split() == ["0"]
    for command in ("train", "sample", "export", "evaluate", "models", "data"):
        assert command in done.stdout


@pytest.mark.process
def test_the_help_of_commands_is_as_light() -> None:
    done = run("export", "forward", "--help")
    assert done.stderr.split() == ["0"]
    assert "--frame-ms" in done.stdout
    assert run("train", "--help").stderr.split() == ["0"]


@pytest.mark.process
def test_the_version_is_printed() -> None:
    done = run("--version")
    assert done.stdout.startswith("diffvis 0.")


@pytest.mark.process
def test_a_wrong_option_costs_no_import() -> None:
    done = run("sample", "model", "--out", "x.png", "--count", "many")
    line, status = done.stderr.splitlines()
    assert "--count" in line
    assert status == "2"


def helps(command: object, path: str = "diffvis") -> Iterator[tuple[str, str]]:
    """Every help text below a command, with where it stands."""
    yield path, command.help or ""
    for parameter in command.params:
        yield f"{path} {parameter.name}", getattr(parameter, "help", None) or ""
    for name, inner in getattr(command, "commands", {}).items():
        yield from helps(inner, f"{path} {name}")


def test_no_word_of_a_help_text_is_taken_for_markup() -> None:
    every = [command.__name__ for command in (*COMMANDS, *EXPORTS)]
    found = dict(helps(typer.main.get_command(app_for([*every, "export"]))))
    assert len(found) > 100
    assert {where: render(words).plain for where, words in found.items()} == {
        where: words.replace(r"\[", "[") for where, words in found.items()
    }


@pytest.mark.process
def test_evaluate_names_what_the_fid_needs() -> None:
    said = run("evaluate", "--help").stdout
    assert "diffvis[fid]" in "".join(said.replace("│", " ").split())
