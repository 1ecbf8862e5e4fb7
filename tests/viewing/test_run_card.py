"""What a list says of a run: read from its folder, not from the whole of its metrics."""

import json
import math
from pathlib import Path

import pytest

from diffvis.training.run import new_run_path, runs_folder
from diffvis.viewing.run_card import TAIL, run_card, run_name


def put(path: Path, rows: list[str], data: str = "digits", steps: int = 5_000) -> Path:
    """A run folder with these rows of (step, event, loss)."""
    (path / "previews").mkdir(parents=True)
    (path / "run.json").write_text(
        json.dumps({"format": 2, "config": {"data": data, "steps": steps}})
    )
    (path / "metrics.csv").write_text("\n".join(["step,event,loss", *rows, ""]))
    return path


@pytest.mark.parametrize(
    ("folder", "data", "name"),
    [
        ("digits-3", "digits", "Digits 3"),
        ("digits-3", "digits?size=16", "Digits 3"),
        ("swiss-roll-12", "swiss-roll", "Swiss roll 12"),
        ("my photos-2", "/home/me/my photos", "my photos 2"),
        ("2025-03-01-140509-digits", "digits", "Digits, 2025-03-01 14:05"),
        ("The best so far", "digits", "The best so far"),
        ("epoch-7", "digits", "epoch-7"),
    ],
)
def test_a_run_has_the_name_that_people_give_it(folder: str, data: str, name: str) -> None:
    assert run_name(Path(folder), data) == name


def test_the_newest_validation_is_the_loss(tmp_path: Path) -> None:
    rows = ["1,step,9.0", "2,validation,0.5", "3,step,0.1", "4,validation,0.2149", "5,step,0.1"]
    card = run_card(put(tmp_path / "digits-3", rows))
    assert card.title == "Digits 3, loss 0.21"
    assert card.progress == "step 5 of 5,000"


def test_without_a_validation_it_is_the_mean_of_the_last_steps(tmp_path: Path) -> None:
    many = [f"{step},step,8.0" for step in range(1, TAIL)]
    card = run_card(put(tmp_path / "digits-1", [*many, *["7,step,nan", "8,step,8.0"]], steps=8))
    assert card.loss == 8.0
    assert card.progress == "all 8 steps"


def test_a_run_that_has_gone_on_says_so(tmp_path: Path) -> None:
    path = put(tmp_path / "digits-1", ["1,step,4.0"])
    assert run_card(path).title == "Digits 1, loss 4.00"
    with (path / "metrics.csv").open("a") as file:
        file.write("2,validation,0.25\n")
    assert run_card(path).title == "Digits 1, loss 0.25"


def test_one_that_cannot_be_read_is_called_by_its_folder(tmp_path: Path) -> None:
    path = put(tmp_path / "digits-1", [])
    assert math.isnan(run_card(path).loss)
    (path / "run.json").write_text("[")
    (path / "metrics.csv").write_text("step,event,loss\n1,step,1.0\n")
    assert run_card(path).title == "digits-1"


def test_new_runs_are_counted_and_none_is_written_over() -> None:
    assert new_run_path("digits") == runs_folder() / "digits-1"
    for taken in ("digits-1", "digits-9", "digits-best", "digits-extra-20"):
        (runs_folder() / taken).mkdir(parents=True)
    assert new_run_path("digits") == runs_folder() / "digits-10"
    assert new_run_path("digits-extra") == runs_folder() / "digits-extra-21"
