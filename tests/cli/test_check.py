"""``diffvis check MODEL``: its table, its sentence and its status."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from diffvis.files import shipped_models
from diffvis.models.weights import read_checkpoint, write_checkpoint


@pytest.fixture
def misread(tmp_path: Path) -> Path:
    """The digits, whose file says that they predict eps; it is v."""
    header, tensors = read_checkpoint(shipped_models() / "digits" / "model.safetensors")
    header["model"]["predicts"] = "eps"
    path = tmp_path / "misread.safetensors"
    write_checkpoint(path, tensors, {"model": header["model"], "step": header["step"]})
    return path


def test_a_model_that_is_read_rightly_has_status_0(diffvis: Callable) -> None:
    done = diffvis("check", "digits")
    assert done.status == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "digits: loss by t, over what predicting nothing costs"
    assert lines[2].startswith("as v, t = 1..T, cosine, -1..1")
    assert lines[-1].startswith("Read as v, t = 1..T, cosine, -1..1 it fits")


def test_a_model_that_is_misread_has_status_1(diffvis: Callable, misread: Path) -> None:
    done = diffvis("check", misread, "--data", "digits", "--json")
    assert done.status == 1, done.err
    found = json.loads(done.out)
    assert "read as v it fits" in found["sentence"]
    assert found["bugs"] == ["eps-read-as-v"]
    given, best = (
        next(row for row in found["readings"] if row[which]) for which in ("given", "best")
    )
    assert (given["predicts"], best["predicts"]) == ("eps", "v")
    assert best["mean"] < given["mean"] / 2
    assert len(best["loss"]) == len(found["t"])


def test_a_reading_that_is_a_bug_is_called_by_its_name(diffvis: Callable, misread: Path) -> None:
    done = diffvis("check", misread, "--data", "digits")
    assert done.out.splitlines()[-1] == "diffvis bugs eps-read-as-v explains it"
    assert "explains it" not in diffvis("check", "digits").out


def test_what_cannot_be_judged_has_status_2(diffvis: Callable) -> None:
    for words in (["nowhere"], ["digits", "--data", "swiss-roll"], ["digits", "--seconds", "9"]):
        done = diffvis("check", *words)
        assert done.status == 2
        assert not done.out and len(done.err.splitlines()) == 1
