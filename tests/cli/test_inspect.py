"""``diffvis inspect``: models, data, exports and schedules, for people and as JSON."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from diffvis.files import shipped_models


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: shipped_models() / "swiss-roll", ["a model of diffvis", "--model"]),
        (lambda folder: shipped_models() / "digits" / "model.safetensors", ["10 classes"]),
        (lambda folder: _points(folder), ["is data", "3 points", "--data"]),
        (lambda folder: _schedule(folder), ["is a schedule", "T = 2"]),
        (lambda folder: _weights(folder), ["state dict", "betas", "schedule: T = 30"]),
    ],
)
def test_what_things_are(
    diffvis: Callable, tmp_path: Path, make: Callable[[Path], Path], words: list[str]
) -> None:
    path = make(tmp_path)
    done = diffvis("inspect", path)
    assert done.status == 0, done.err
    for word in words:
        assert word in done.out, done.out
    told = json.loads(diffvis("inspect", path, "--json").out)
    assert told["path"] == str(path) and told["what"] in done.out
    assert all(line in done.out for line in (*told["lines"], *told["next"]))


def test_an_export_carries_what_made_it(diffvis: Callable, tmp_path: Path) -> None:
    out = tmp_path / "forward.png"
    assert diffvis("export", "forward", "--data", "moons", "--out", out).status == 0
    done = diffvis("inspect", out)
    assert done.status == 0 and "carries its recipe" in done.out and "moons" in done.out
    assert f"diffvis export --recipe {out}" in done.out


def test_nothing_and_what_is_not_known(diffvis: Callable, tmp_path: Path) -> None:
    done = diffvis("inspect", tmp_path / "nothing")
    assert done.status == 2 and "there is no" in done.err
    (tmp_path / "a.xyz").write_bytes(b"\1\2\3")
    done = diffvis("inspect", tmp_path / "a.xyz")
    assert done.status == 2 and "nothing that diffvis knows" in done.err


def test_the_same_words_where_it_is_given_as_a_model(diffvis: Callable, tmp_path: Path) -> None:
    path = _weights(tmp_path)
    what = json.loads(diffvis("inspect", path, "--json").out)["what"]
    done = diffvis("sample", path, "--out", tmp_path / "a.png")
    assert done.status == 2 and what in done.err and "diffvis.view(" in done.err


def _points(folder: Path) -> Path:
    (folder / "a.csv").write_text("x,y\n1,2\n3,4\n5,7\n")
    return folder / "a.csv"


def _schedule(folder: Path) -> Path:
    (folder / "s.json").write_text('{"beta": [0.1, 0.5]}')
    return folder / "s.json"


def _weights(folder: Path) -> Path:
    torch.save({"w": torch.zeros(2, 2), "betas": torch.linspace(1e-4, 0.1, 30)}, folder / "w.pt")
    return folder / "w.pt"
