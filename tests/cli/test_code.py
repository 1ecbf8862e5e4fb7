"""``diffvis code``: the script of a chain, on its way to a file or another program."""

import pytest

from diffvis.cli import main
from diffvis.models.model import open_model
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.viewing.scripts import reverse_script, short_reverse_script

CHAIN = ["--sampler", "ddim", "--steps", "20", "--count", "4", "--seed", "7"]
SETTINGS = ChainSettings(sampler="ddim", steps=20, count=4, seed=7, label=EVERY_CLASS)


def test_it_is_that_of_the_window(capsys: pytest.CaptureFixture[str]) -> None:
    model = open_model("digits")
    assert main(["code", "digits", *CHAIN]) == 0
    assert capsys.readouterr().out == reverse_script(model, SETTINGS)
    assert main(["code", "digits", *CHAIN, "--short"]) == 0
    assert capsys.readouterr().out == short_reverse_script(model, SETTINGS)


def test_what_is_not_possible_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", "digits", "--label", "cat"]) == 2
    assert "knows no class cat" in capsys.readouterr().err
    assert main(["code", "nothing-here"]) == 2
    assert "there is no model nothing-here" in capsys.readouterr().err
