"""``diffvis check student.py`` as a person types it: the code runs in a process of its own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

HOME = Path(__file__).parents[1] / "grading" / "students"
ENDLESS = """
import torch
def q_sample(x0, t, noise):
    while True:
        x0 = x0 + 1
def fill():
    return [bytearray(2**20) for _ in range(10**6)]
"""
pytestmark = pytest.mark.process


def test_it_says_before_that_the_code_is_run_and_after_what_is_wrong(diffvis: Callable) -> None:
    done = diffvis("check", HOME / "wrong_posterior.py")
    assert done.status == 1
    assert "is run now, in a process of its own" in done.err
    assert "uses beta_t where beta~_t is expected" in done.out
    assert "diffvis bugs beta-for-posterior-variance explains it" in done.out


def test_as_json_with_an_adapter(diffvis: Callable) -> None:
    adapters = ["--name", "q_sample=blend", "--args", "q_sample=x0,t,noise"]
    done = diffvis("check", HOME / "unjudged_names.py", *adapters, "--json")
    told = json.loads(done.out)
    assert done.status == told["status"] == 0
    assert [each["function"] for each in told["functions"]] == ["q_sample", "betas"]


def test_nothing_that_can_be_judged(diffvis: Callable, tmp_path: Path) -> None:
    path = tmp_path / "other.py"
    path.write_text("def hello():\n    print('hello')\n")
    done = diffvis("check", path)
    assert done.status == 2
    assert "say which is which with --name" in done.out


def test_code_that_does_not_end_or_ends_the_process(diffvis: Callable, tmp_path: Path) -> None:
    path = tmp_path / "endless.py"
    path.write_text(ENDLESS)
    done = diffvis("check", path, "--seconds", 4)
    assert done.status == 2 and "took more than 4 s" in done.err
    path.write_text("import os\nos._exit(3)\n")
    done = diffvis("check", path)
    assert done.status == 2 and "ended its process (status 3)" in done.err


def test_code_that_wants_all_memory_is_refused_it(diffvis: Callable, tmp_path: Path) -> None:
    path = tmp_path / "greedy.py"
    sound = (HOME / "wrong_no_roots.py").read_text()
    path.write_text(sound + "\nkept = [bytearray(2**24) for _ in range(10_000)]\n")
    done = diffvis("check", path, "--memory", 300)
    assert done.status == 1, "the rest of the file is judged"
    assert "sqrt-forgotten" in done.out


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["nothing.py"], "there is no file nothing.py"),
        ([HOME / "wrong_ddim.py", "--data", "digits"], "--data says nothing about code"),
        ([HOME / "wrong_ddim.py", "--name", "hello=there"], "--name hello=there is not possible"),
        ([HOME / "wrong_ddim.py", "--args", "q_sample"], "--args q_sample is not possible"),
    ],
)
def test_what_cannot_be_checked(diffvis: Callable, words: list[object], problem: str) -> None:
    done = diffvis("check", *words)
    assert done.status == 2 and problem in done.err


def test_a_file_that_is_no_python(diffvis: Callable, tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("def q_sample(x0, t, noise:\n")
    done = diffvis("check", path)
    assert done.status == 2 and "no sound Python (line 1" in done.err
