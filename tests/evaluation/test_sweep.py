"""A grid of chains: its order, its rows, its folder, and what it goes on with."""

import csv
import json
import shutil
from pathlib import Path

import pytest

import diffvis
from diffvis.data import Dataset, open_dataset
from diffvis.diffusion import make_schedule
from diffvis.errors import UserError
from diffvis.evaluation import Plan, evaluate
from diffvis.evaluation.sweeping.folder import RECIPE, TABLE, SweepFolder
from diffvis.evaluation.sweeping.found import Found
from diffvis.evaluation.sweeping.grid import Grid
from diffvis.evaluation.sweeping.sweep import TIME, chosen_measures, measures_of
from diffvis.files import shipped_models
from diffvis.models.model import Model, exact_model, open_model
from diffvis.models.shipped import WEIGHTS
from diffvis.models.weights import read_checkpoint, write_checkpoint
from diffvis.rendering.subjects.sweep import Sweep, new_sweep
from diffvis.sampling.settings import ChainSettings

LISTS = {"sampler": ["ddim"], "steps": [2, 4, None], "eta": [0.0, 1.0], "count": [30], "seed": [3]}


@pytest.fixture(scope="module")
def roll() -> Dataset:
    return open_dataset("swiss-roll?n=300")


@pytest.fixture(scope="module")
def model(roll: Dataset) -> Model:
    return exact_model(roll, make_schedule("cosine", 6))


@pytest.fixture
def asked(model: Model, roll: Dataset) -> Found:
    return new_sweep(model, roll, Grid.of(LISTS), Plan())


def test_the_first_list_runs_fastest() -> None:
    grid = Grid.of({"steps": [5, 10, 5], "seed": [1], "eta": [0.0, 0.5]})
    assert grid.places() == [
        {"steps": 5, "eta": 0.0}, {"steps": 10, "eta": 0.0},
        {"steps": 5, "eta": 0.5}, {"steps": 10, "eta": 0.5},
    ]  # fmt: skip
    assert {chain.seed for chain in grid.chains()} == {1} and len(grid) == 4
    assert Grid.from_json(json.loads(json.dumps(grid.to_json()))) == grid


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        ({"steps": [5]}, "no setting has several values"),
        ({"steps": [], "eta": [0.0, 1.0]}, "the list of steps is empty"),
        ({"eta": [0.0, 2.0]}, "eta = 2.0 is not possible"),
        ({"stepz": [1, 2]}, "did you mean steps"),
        ({"seed": list(range(40)), "steps": list(range(1, 40))}, "1,560 combinations"),
    ],
)
def test_lists_that_cannot_be(lists: dict, words: str) -> None:
    with pytest.raises(UserError, match=words):
        Grid.of(lists)


def test_what_is_measured_is_known_before(model: Model, roll: Dataset) -> None:
    digits = open_dataset("digits")
    images = exact_model(digits, make_schedule("cosine", 2), limit=20)
    few = ChainSettings(count=12)
    for made, data, chain, plan in (
        (model, roll, few, Plan()),
        (images, digits, few, Plan(bits=1)),
    ):
        *_, found = evaluate(made, data, chain, plan)
        assert set(measures_of(made, data, chain, plan)) == {*found.figures, TIME}
    assert chosen_measures(images, digits, [few], Plan()) == ("frechet",)
    with pytest.raises(UserError, match="frechet is not measured of"):
        chosen_measures(model, roll, [few], Plan(), ["frechet"])


def test_a_sweep_goes_on_where_it_was_stopped(
    tmp_path: Path, asked: Found, model: Model, roll: Dataset
) -> None:
    folder = SweepFolder.begin(tmp_path / "s", asked)
    work = folder.run(model, roll, "cpu")
    while len(folder.found.rows) < 2:
        piece = next(work)
    with pytest.raises(UserError, match="is in use by another process"):
        next(SweepFolder.open(tmp_path / "s").run(model, roll, "cpu"))
    work.close()  # in the middle of the third chain
    assert 0 < piece.done < piece.total
    again = SweepFolder.begin(tmp_path / "s", new_sweep(model, roll, Grid.of(LISTS), Plan()))
    assert again.found.rows == folder.found.rows and len(again.found.rows) == 2
    first = next(rest := again.run(model, roll, "cpu"))
    assert first.done >= piece.total // 6 and first.what.startswith("3 of 6"), "not from the start"
    assert all(part.done <= part.total for part in rest)

    with (tmp_path / "s" / TABLE).open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["steps"], row["eta"]) for row in rows] == [
        ("2", "0"), ("4", "0"), ("6", "0"), ("2", "1"), ("4", "1"), ("6", "1"),
    ]  # fmt: skip
    chain = ChainSettings(sampler="ddim", steps=4, eta=1.0, count=30, seed=3)
    *_, alone = evaluate(model, roll, chain)
    assert float(rows[4]["energy"]) == alone.figures["energy"].mean()
    assert float(rows[4]["energy_data"]) == alone.figures["energy"].mean("data")


def test_another_sweep_does_not_go_on_in_the_folder(
    tmp_path: Path, asked: Found, model: Model, roll: Dataset
) -> None:
    SweepFolder.begin(tmp_path, asked)
    for more, words in (
        ({"steps": [2, 4]}, "its steps are 2, 4, 6, not 2, 4"),
        ({"eta": [0.5]}, "its eta are 0, 1, not 0.5"),
        ({"count": [40]}, "its count is 30, not 40"),
    ):
        other = new_sweep(model, roll, Grid.of({**LISTS, **more}), Plan())
        with pytest.raises(UserError, match=words):
            SweepFolder.begin(tmp_path, other)
    with pytest.raises(UserError, match="another number of seeds"):
        SweepFolder.begin(tmp_path, new_sweep(model, roll, Grid.of(LISTS), Plan(seeds=2)))
    trained_otherwise = exact_model(roll, make_schedule("cosine", 6), limit=100)
    with pytest.raises(UserError, match="of other weights"):
        SweepFolder.begin(tmp_path, new_sweep(trained_otherwise, roll, Grid.of(LISTS), Plan()))


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, asked: Found) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="holds something else"):
        SweepFolder.begin(tmp_path, asked)
    with pytest.raises(UserError, match="holds no sweep"):
        SweepFolder.open(tmp_path)
    (tmp_path / RECIPE).write_text('{"axes": 3}')
    with pytest.raises(UserError, match="cannot be read"):
        SweepFolder.open(tmp_path)
    with pytest.raises(UserError, match="nothing of this sweep is measured"):
        Sweep(asked)


def test_from_python(model: Model, roll: Dataset, tmp_path: Path) -> None:
    made = diffvis.sweep(model, roll, steps=[2, 3], count=20, seeds=2)
    assert made.table["steps"] == ["2", "3"] and "recall_sd" in made.table
    assert made._repr_svg_().count("<svg") == 1 and made._repr_png_()[:4] == b"\x89PNG"
    path = diffvis.export(made, tmp_path / "s.csv", view="recall")
    assert path.read_text().startswith("steps,sliced_wasserstein")


def test_a_table_in_another_order_is_refused(model: Model, roll: Dataset, tmp_path: Path) -> None:
    folder = SweepFolder.begin(tmp_path, new_sweep(model, roll, Grid.of(LISTS), Plan()))
    for _ in folder.run(model, roll, "cpu"):
        pass
    head, *rows = (tmp_path / TABLE).read_text().splitlines()
    assert len(SweepFolder.open(tmp_path).found.rows) == len(rows)
    for other in (rows[::-1], rows[1:]):  # sorted by a spreadsheet; a row taken out
        (tmp_path / TABLE).write_text("\n".join([head, *other]))
        with pytest.raises(UserError) as caught:
            SweepFolder.open(tmp_path)
        assert "order" in caught.value.remedy


@pytest.mark.parametrize("lost", [("model", "name"), ("model", "T"), ("data", "fingerprint")])
def test_a_recipe_that_lacks_something_is_refused(
    lost: tuple[str, str], asked: Found, tmp_path: Path
) -> None:
    SweepFolder.begin(tmp_path, asked)
    told = json.loads((tmp_path / RECIPE).read_text())
    del told[lost[0]][lost[1]]
    (tmp_path / RECIPE).write_text(json.dumps(told))
    with pytest.raises(UserError, match="cannot be read"):
        SweepFolder.open(tmp_path)


def test_a_guide_that_is_missing_is_told_before_any_folder(model: Model, roll: Dataset) -> None:
    grid = Grid.of({**LISTS, "guidance": [2.0], "guide_by": ["nosuch"]})
    with pytest.raises(UserError, match="there is no model nosuch"):
        new_sweep(model, roll, grid, Plan())


def test_a_sweep_goes_on_with_the_guide_that_it_had(roll: Dataset, tmp_path: Path) -> None:
    guide = tmp_path / "guide"
    shutil.copytree(shipped_models() / "swiss-roll", guide)
    model = open_model("swiss-roll")
    lists = {**LISTS, "guidance": [2.0], "guide_by": [str(guide)]}
    SweepFolder.begin(tmp_path / "sweep", new_sweep(model, roll, Grid.of(lists), Plan()))
    assert SweepFolder.begin(
        tmp_path / "sweep", new_sweep(model, roll, Grid.of(lists), Plan())
    ).found.model["guides"]
    header, weights = read_checkpoint(guide / WEIGHTS, [""])
    name = max(weights, key=lambda name: weights[name].numel())
    write_checkpoint(guide / WEIGHTS, {**weights, name: 2 * weights[name]}, header)
    with pytest.raises(UserError, match="had other weights"):
        SweepFolder.begin(tmp_path / "sweep", new_sweep(model, roll, Grid.of(lists), Plan()))
