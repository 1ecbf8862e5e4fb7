"""``diffvis sweep``: lists on the command line, a folder, charts of it."""

import csv
import inspect
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from diffvis.cli.commands import sweep
from diffvis.cli.options import as_command
from diffvis.cli.setting_lists import read_lists
from diffvis.models.model import open_model
from diffvis.rendering.recipe import read_recipe
from diffvis.rendering.remake import remake
from diffvis.rendering.subjects.sweep import Sweep
from diffvis.sampling.settings import chain_settings

FEW = ("--samples", 20, "--device", "cpu")


def test_every_setting_can_be_a_list() -> None:
    assert set(chain_settings()) <= set(inspect.signature(as_command(sweep)).parameters)


def test_a_list_of_guides_can_hold_none() -> None:
    model = open_model("swiss-roll")
    assert read_lists(model, {"guide_by": "none,swiss-roll"}) == {"guide_by": ["", "swiss-roll"]}


def test_all_steps_have_two_names() -> None:
    model = open_model("swiss-roll")
    assert read_lists(model, {"steps": "2,T,none"}) == {"steps": [2, None, None]}


@pytest.fixture(scope="module")
def swept(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from diffvis.cli import main

    out = tmp_path_factory.mktemp("swept") / "s"
    asked = ["--eta", "0,1", "--steps", "2,T", *map(str, FEW), "--measure", "recall,energy"]
    assert main(["sweep", str(run_folder), "--out", str(out), *asked]) == 0
    return out


def test_lists_in_the_order_of_the_command(swept: Path, run_folder: Path) -> None:
    with (swept / "sweep.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["eta"], row["steps"]) for row in rows] == [
        ("0", "2"), ("1", "2"), ("0", "12"), ("1", "12")
    ]  # fmt: skip
    told = json.loads((swept / "sweep.json").read_text())
    assert told["settings"]["sampler"] == "ddim", "which has η"
    assert (swept / "recall.svg").stat().st_size > 1000 and (swept / "energy.png").is_file()


def test_the_same_command_again_has_nothing_to_do(
    diffvis: Callable, swept: Path, run_folder: Path
) -> None:
    before = (swept / "sweep.csv").read_bytes()
    done = diffvis("sweep", run_folder, "--out", swept, "--eta", "0,1", "--steps", "2,12", *FEW)
    assert "holds another sweep" in done.problem(), "T, which is None, is not 12"
    done = diffvis("sweep", run_folder, "--out", swept, "--eta", "0,1", "--steps", "2,T", *FEW)
    assert done.status == 0 and "has 4 of 4 already" in done.err
    assert (swept / "sweep.csv").read_bytes() == before
    assert (swept / "sliced_wasserstein.png").is_file(), "the usual measure"


def test_a_chart_carries_its_numbers(diffvis: Callable, swept: Path, tmp_path: Path) -> None:
    out = tmp_path / "recall.pdf"
    assert diffvis("export", "sweep", swept, "--measure", "recall", "--out", out).status == 0
    made = remake(read_recipe(out))
    assert isinstance(made.subject, Sweep) and not made.differences
    chart = made.subject.chart("recall", made.spec)
    assert [curve.name for curve in chart.curves] == ["steps 2", "steps 12", "data themselves"]
    assert chart.x_label == "η" and chart.curves[0].x.tolist() == [0, 1]
    shares = [100 * row["recall"] for row in made.subject.found.rows]
    assert chart.curves[0].y.tolist() + chart.curves[1].y.tolist() == shares
    table = tmp_path / "t.csv"
    assert diffvis("export", "sweep", swept, "--out", table).status == 0
    with table.open() as file, (swept / "sweep.csv").open() as kept:
        for row, same in zip(csv.DictReader(file), csv.DictReader(kept), strict=True):
            assert float(row["recall"]) == pytest.approx(float(same["recall"]))
    assert "no view nose" in diffvis(
        "export", "sweep", swept, "--measure", "nose", "--out", tmp_path / "n.png"
    ).problem()  # fmt: skip


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--steps", "5,x"), "steps = 'x' is not possible: give a whole number from 1"),
        (("--steps", "5"), "no setting has several values"),
        (("--steps", "2,3", "--measure", "frechet"), "frechet is not measured of"),
        (("--sampler", "ddim,dim"), "sampler = 'dim' is not possible"),
        (("--steps", "2,13"), "13 steps are not possible"),
        (("--label", "each,9", "--steps", "2"), "knows no classes"),
    ],
)
def test_what_cannot_be_is_said_before_any_work(
    diffvis: Callable, run_folder: Path, tmp_path: Path, words: tuple, problem: str
) -> None:
    done = diffvis("sweep", run_folder, "--out", tmp_path / "s", *words, "--device", "cpu")
    assert problem in done.problem() and not (tmp_path / "s").exists()
