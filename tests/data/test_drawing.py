"""Points of a drawing lie evenly along its strokes, and are a table like any other."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.data.drawing import CLASSES, Drawing, Stroke, colour_place, points_of, stretch_of
from diffvis.data.drawing_file import DRAFT, keep_draft, keep_points, last_draft, save_points
from diffvis.errors import UserError
from diffvis.files import home

THIN = 0.0


def line(y: float, start: float, end: float, width: float = THIN, of_class: int = 1) -> Stroke:
    return Stroke("line", of_class, width, ((start, y), (end, y)))


def x_of(*strokes: Stroke, n: int = 1_000) -> np.ndarray:
    return points_of(Drawing(strokes), n).cloud.x.double().numpy()


# --- strokes to points -----------------------------------------------------------------------


def test_each_piece_of_the_same_length_has_as_many_points() -> None:
    """A line of length 1, and one of length 2 that turns a corner."""
    corner = Stroke("scribble", 1, THIN, ((0.0, 0.0), (1.0, 0.0), (1.0, -1.0)))
    x = x_of(line(0.5, -1, 0), corner, n=3_000)
    above = x[x[:, 1] == 0.5]
    assert len(above) == 1_000
    assert np.ptp(np.diff(np.sort(above[:, 0]))) < 3e-5, "the same gap everywhere"
    down = x[(x[:, 0] == 1.0) & (x[:, 1] < 0)]
    assert len(down) in (999, 1_000, 1_001)
    assert np.ptp(np.diff(np.sort(down[:, 1]))) < 3e-5


def test_a_broad_stroke_fills_its_width() -> None:
    x = x_of(line(0, -0.5, 0.5, width=0.2), n=5_000)
    assert np.abs(x[:, 1]).max() <= 0.1 + 1e-5
    inner = x[np.abs(x[:, 0]) < 0.35, 1]
    assert inner.std() == pytest.approx(0.05, rel=0.05), "that of a disc is a quarter of its width"


def test_a_spray_is_denser_in_the_middle() -> None:
    x = x_of(Stroke("spray", 1, 0.4, ((0.3, 0.2),)), n=5_000)
    far = np.hypot(*(x - (0.3, 0.2)).T)
    assert far.max() <= 0.2 + 1e-5
    assert (far < 0.1).mean() == pytest.approx(0.5, abs=0.03), "of a disc it were a quarter"


def test_a_dot_among_lines_is_as_long_as_it_is_wide() -> None:
    dot = Stroke("scribble", 1, 0.25, ((0.0, 0.8),))
    x = x_of(line(-0.5, -0.5, 0.5), dot, n=5_000)
    assert (x[:, 1] > 0).sum() == 1_000


def test_an_eraser_takes_of_what_was_drawn_before_it() -> None:
    eraser = Stroke("eraser", 1, 0.5, ((0.0, -1.0), (0.0, 1.0)))
    strokes = line(0, -1, 1), eraser, line(0.6, -0.2, 0.2)
    x = x_of(*strokes, n=2_000)
    assert len(x) == 2_000, "as many as are wanted, however much is erased"
    before, after = x[x[:, 1] == 0], x[x[:, 1] > 0.5]
    assert np.abs(before[:, 0]).min() > 0.25
    assert np.abs(after[:, 0]).min() < 0.01
    assert len(before) / len(after) == pytest.approx(1.5 / 0.4, rel=0.02), "evenly all the same"
    sides = before[:, 0] < 0
    assert sides.mean() == pytest.approx(0.5, abs=0.01)


def test_little_that_is_left_still_has_all_points() -> None:
    """A sixth of a line: of four times as many points too few remain."""
    eraser = Stroke("eraser", 1, 0.4, tuple((-1.2 + 0.1 * k, 0.0) for k in range(20)))
    x = x_of(line(0, -1, 1.2), eraser, n=1_000)
    assert x[:, 0].min() > 0.9
    assert len(np.unique(x, axis=0)) == 1_000


def test_classes_are_those_that_were_drawn() -> None:
    strokes = line(0.5, -1, 1, of_class=3), line(-0.5, -1, 1, of_class=1)
    drawn = points_of(Drawing(strokes), 1_000)
    assert drawn.classes == ("1", "3")
    upper = drawn.cloud.x[:, 1] > 0
    assert torch.equal(drawn.cloud.labels, upper.long())


def test_a_class_that_is_erased_is_none() -> None:
    eraser = Stroke("eraser", 1, 0.2, ((-1.0, 0.5), (1.0, 0.5)))
    drawn = points_of(Drawing((line(0.5, -1, 1, of_class=2), line(-0.5, -1, 1), eraser)), 1_000)
    assert drawn.classes == ()
    assert drawn.cloud.labels is None


def test_the_colours_tell_classes_apart_and_where_a_point_comes_from() -> None:
    alone = points_of(Drawing((line(0, -1, 1),)), 1_000).cloud
    assert np.corrcoef(alone.x[:, 0], alone.origin)[0, 1] > 0.999
    assert alone.origin.max() - alone.origin.min() > 0.99
    bands = [(colour_place(c, 0.0), colour_place(c, 1.0)) for c in range(1, CLASSES + 1)]
    for place, (low, high) in enumerate(bands):
        others = [band for k, band in enumerate(bands) if k != place]
        assert all(high < other[0] or other[1] < low for other in others)
    both = points_of(Drawing((line(0.5, -1, 1), line(-0.5, -1, 1, of_class=2))), 1_000).cloud
    assert both.origin[both.labels == 0].max() <= bands[0][1] + 1e-5
    assert both.origin[both.labels == 1].min() >= bands[1][0] - 1e-5


def test_the_same_drawing_has_the_same_points() -> None:
    strokes = line(0, -1, 1, width=0.1), Stroke("spray", 2, 0.3, ((0.0, 0.5),))
    assert np.array_equal(x_of(*strokes), x_of(*strokes))


def test_how_far_a_drawing_is_stretched() -> None:
    flat = Stroke("line", 1, THIN, ((-1.0, -0.1), (1.0, 0.1)))
    assert stretch_of(points_of(Drawing((flat,)), 1_000).cloud) == pytest.approx(10, rel=1e-3)


@pytest.mark.parametrize(
    ("strokes", "problem"),
    [
        ((), "Nothing is drawn yet"),
        ((Stroke("eraser", 1, 0.2, ((0.0, 0.0),)),), "Nothing is drawn yet"),
        ((Stroke("scribble", 1, 0.04, ((0.3, 0.3),)),), "The drawing is one dot"),
        ((line(0, 0.3, 0.31), line(0, 0.3, 0.3)), "The drawing is one dot"),
        (
            (line(0, -1, 1), Stroke("eraser", 1, 0.5, ((-1.0, 0.0), (1.0, 0.0)))),
            "All that was drawn is erased",
        ),
    ],
)  # fmt: skip
def test_what_is_no_data_is_one_sentence(strokes: tuple[Stroke, ...], problem: str) -> None:
    with pytest.raises(UserError) as refused:
        points_of(Drawing(strokes), 1_000)
    assert refused.value.problem == problem
    assert refused.value.remedy


# --- as files --------------------------------------------------------------------------------


def drawing(of_class: int = 2) -> Drawing:
    return Drawing((line(0.5, -1, 1, width=0.05), line(-0.5, -0.5, 0.8, of_class=of_class)))


def test_its_file_opens_again_with_the_same_points_and_classes(tmp_path: Path) -> None:
    drawn = points_of(drawing(), 2_000)
    save_points(drawn, tmp_path / "two-lines.csv")
    data = open_dataset(tmp_path / "two-lines.csv")
    back = data.scaling.to_data(data.values.double())
    assert torch.allclose(back, drawn.cloud.x.double(), atol=1e-6)
    assert data.classes == drawn.classes == ("1", "2")
    assert torch.equal(data.labels, drawn.cloud.labels)
    assert torch.allclose(data.colour, drawn.cloud.origin, atol=1e-6)
    assert (data.title, len(data)) == ("Two lines", 2_000)


def test_of_one_class_the_file_names_none(tmp_path: Path) -> None:
    save_points(points_of(drawing(of_class=1), 1_000), tmp_path / "lines.csv")
    assert (tmp_path / "lines.csv").read_text().splitlines()[0] == "x,y,origin"
    assert open_dataset(tmp_path / "lines.csv").num_classes == 0


def test_each_drawing_has_a_number_and_the_same_one_stays() -> None:
    first = keep_points(points_of(drawing(), 1_000))
    assert first == home() / "drawings" / "drawing-1.csv"
    assert keep_points(points_of(drawing(), 1_000)) == first
    second = keep_points(points_of(drawing(of_class=3), 1_000))
    assert second.name == "drawing-2.csv"


def test_a_column_is_of_colours_only_where_it_can_be(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("x,y,origin\n" + "".join(f"{k},{k * k},{k / 40}\n" for k in range(40)))
    data = open_dataset(table)
    assert torch.allclose(data.colour, torch.arange(40) / 40)
    assert "origin has the colours of the points" in [about.says for about in data.inferred]
    assert open_dataset(table, columns="x,y").colour is None
    assert open_dataset(table, columns="x,y,origin").shape == (3,)
    table.write_text(table.read_text().replace("0.5\n", "1.5\n"))
    assert open_dataset(table).colour is None


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        save_points(points_of(drawing(), 1_000), tmp_path / "nowhere" / "a.csv")
    home().mkdir(parents=True, exist_ok=True)
    (home() / "drawings").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        keep_points(points_of(drawing(), 1_000))


def test_strokes_are_kept_for_the_next_pad() -> None:
    assert last_draft() is None
    keep_draft(drawing(), 7_000)
    assert last_draft() == (drawing(), 7_000)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda kept: "not JSON",
        lambda kept: "[]",
        lambda kept: json.dumps(kept | {"points": 10**9}),
        lambda kept: json.dumps(kept | {"strokes": [{"tool": "hammer"}]}),
        lambda kept: json.dumps(kept).replace('"line"', '"hammer"'),
        lambda kept: json.dumps(kept).replace("0.5]", "1e400]"),
        lambda kept: json.dumps(kept).replace('"width": 0.05', '"width": NaN'),
        lambda kept: "[" * 100_000,
    ],
)
def test_a_draft_that_cannot_be_read_is_told_and_kept(spoil: Callable[[dict], str]) -> None:
    keep_draft(drawing(), 5_000)
    path = home() / "drawings" / DRAFT
    spoilt = spoil(json.loads(path.read_text()))
    path.write_text(spoilt)
    with pytest.raises(UserError) as refused:
        last_draft()
    beside = Path(refused.value.remedy.removeprefix("it is kept as "))
    assert beside != path
    assert beside.read_text() == spoilt
    assert last_draft() is None
