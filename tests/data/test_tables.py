"""Tables of points and of pixels: columns by name, by what is in them, and by the options."""

import gzip
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import sklearn
from sklearn.datasets import load_digits, load_iris, make_swiss_roll

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(0).normal([3, -20], [1, 9], (60, 2)).round(4)


def write(path: Path, rows: Iterable[Iterable[object]], header: str = "", sep: str = ",") -> Path:
    body = "".join(sep.join(map(str, row)) + "\n" for row in rows)
    path.write_text((header + "\n" if header else "") + body, encoding="utf-8")
    return path


def units(data: Dataset) -> np.ndarray:
    """The points in data units, float64 (N, D)."""
    return data.scaling.to_data(data.x0().double()).numpy()


def said(data: Dataset) -> str:
    return "\n".join(map(str, data.inferred))


def called(data: Dataset) -> list[str]:
    """The name of the class of each point."""
    return [data.classes[label] for label in data.labels.tolist()]


LABELS = [i % 3 for i in range(60)]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("name", ["class", "label", "Dataset", "target", "species"])
def test_columns_go_by_their_names(
    tmp_path: Path, points: np.ndarray, place: int, name: str
) -> None:
    rows = [[x, y] for x, y in points.tolist()]
    names = ["x", "y"]
    for row, label in zip(rows, LABELS, strict=True):
        row.insert(place, label)
    names.insert(place, name)
    data = open_dataset(write(tmp_path / "a.csv", rows, ",".join(names)))
    np.testing.assert_allclose(units(data), points, atol=1e-5)
    assert data.classes == ("0", "1", "2") and data.labels.tolist() == LABELS
    assert "x and y are the coordinates; columns=y,x changes it" in said(data)
    assert f"{name} has the classes; label=none changes it" in said(data)


def test_the_datasaurus_of_tiny_diffusion(tmp_path: Path, points: np.ndarray) -> None:
    names = ["dino" if i < 40 else "away" for i in range(60)]
    rows = [[name, x, y] for name, (x, y) in zip(names, points.tolist(), strict=True)]
    for suffix, sep in ((".csv", ","), (".tsv", "\t")):
        data = open_dataset(
            write(tmp_path / f"D{suffix}", rows, sep.join(["dataset", "x", "y"]), sep)
        )
        np.testing.assert_allclose(units(data), points, atol=1e-5)
        assert called(data) == names
    without_names = open_dataset(write(tmp_path / "b.csv", rows))
    np.testing.assert_allclose(units(without_names), points, atol=1e-5)
    assert called(without_names) == names


@pytest.mark.parametrize("header", ["x,y,z", ""])
def test_a_swiss_roll_is_three_coordinates_and_no_class_for_each_point(
    tmp_path: Path, header: str
) -> None:
    roll, _ = make_swiss_roll(300, random_state=0)
    np.savetxt(tmp_path / "roll.csv", roll, delimiter=",", header=header, comments="")
    data = open_dataset(tmp_path / "roll.csv")
    assert data.shape == (3,) and data.labels is None
    np.testing.assert_allclose(units(data), roll, atol=1e-5)
    flat = open_dataset(tmp_path / "roll.csv", columns=(1, 3))
    np.testing.assert_allclose(units(flat), roll[:, [0, 2]], atol=1e-5)


def test_a_quantity_is_left_out_and_said(tmp_path: Path) -> None:
    roll, t = make_swiss_roll(300, random_state=0)
    rows = np.c_[roll[:, [0, 2]], t].tolist()
    data = open_dataset(write(tmp_path / "a.csv", rows, "x,y,t"))
    assert data.shape == (2,) and data.labels is None
    assert "not used: t (300 different numbers)" in said(data)


@pytest.mark.parametrize("form", ["%.18e", "%.1f", "%g"])
def test_labels_of_savetxt_are_called_as_people_call_them(
    tmp_path: Path, points: np.ndarray, form: str
) -> None:
    np.savetxt(tmp_path / "a.txt", np.c_[points, LABELS], fmt=["%.6f", "%.6f", form])
    data = open_dataset(tmp_path / "a.txt")
    assert data.classes == ("0", "1", "2") and data.labels.tolist() == LABELS


def test_names_in_the_comment_that_savetxt_writes(tmp_path: Path, points: np.ndarray) -> None:
    np.savetxt(tmp_path / "a.txt", np.c_[LABELS, points], header="class x y")
    data = open_dataset(tmp_path / "a.txt")
    np.testing.assert_allclose(units(data), points, atol=1e-5)
    assert data.labels.tolist() == LABELS


def test_a_class_first_is_known_by_what_is_in_it(tmp_path: Path, points: np.ndarray) -> None:
    data = open_dataset(write(tmp_path / "a.csv", np.c_[LABELS, points].tolist()))
    np.testing.assert_allclose(units(data), points, atol=1e-5)
    assert data.labels.tolist() == LABELS
    assert "column 1 has the classes" in said(data)


def test_a_comma_at_the_end_of_lines_makes_no_class(tmp_path: Path, points: np.ndarray) -> None:
    for header in ("x,y", "x,y,", ""):
        path = tmp_path / "a.csv"
        text = "".join(f"{x},{y},\n" for x, y in points.tolist())
        path.write_text((header + "\n" if header else "") + text)
        data = open_dataset(path)
        np.testing.assert_allclose(units(data), points, atol=1e-5)
        assert data.labels is None and data.shape == (2,)


@pytest.mark.parametrize("header", [",x,y", "index,x,y", "Unnamed: 0,x,y", '"x","y"', ""])
@pytest.mark.parametrize("first", [0, 1])
def test_a_column_that_counts_the_rows_is_no_coordinate(
    tmp_path: Path, points: np.ndarray, header: str, first: int
) -> None:
    rows = [[first + i, x, y] for i, (x, y) in enumerate(points.tolist())]
    data = open_dataset(write(tmp_path / "a.csv", rows, header))
    np.testing.assert_allclose(units(data), points, atol=1e-5)
    assert data.labels is None and "counts the rows" in said(data)


def test_the_numbers_that_pandas_gives_columns_are_no_point(
    tmp_path: Path, points: np.ndarray
) -> None:
    data = open_dataset(write(tmp_path / "a.csv", points.tolist(), "0,1"))
    np.testing.assert_allclose(units(data), points, atol=1e-5)
    assert "line 1, 0 1, numbers the columns" in said(data)
    data = open_dataset(write(tmp_path / "b.csv", [(1, 2), (3, 5), (9, 4)], "0,1"))
    assert len(data) == 4, "whole numbers below may well go on from 0, 1"


def test_titles_units_and_decimal_commas(tmp_path: Path, points: np.ndarray) -> None:
    rows = [[str(x).replace(".", ","), str(y).replace(".", ",")] for x, y in points.tolist()]
    header = "Measured on Monday, by hand\n\nx;y\ncm;cm"
    data = open_dataset(write(tmp_path / "a.csv", rows, header, ";"))
    np.testing.assert_allclose(units(data), points, atol=1e-5)
    for words in ("line 1 is a title", "line 4 is not of numbers: cm cm", "separated by “;”"):
        assert words in said(data)
    comma = rows[0][0]
    assert f"{comma} is read as {points[0, 0]}" in said(data)
    spaced = open_dataset(write(tmp_path / "b.txt", rows, "", " "))
    np.testing.assert_allclose(units(spaced), points, atol=1e-5)


@pytest.mark.parametrize(("word", "mark"), [("|", "|"), ("tab", "\t"), ("space", " "), (":", ":")])
def test_the_separator_can_be_said(
    tmp_path: Path, points: np.ndarray, word: str, mark: str
) -> None:
    path = write(tmp_path / "a.txt", points.tolist(), "", mark)
    data = open_dataset(f"{path}?sep={word}")
    np.testing.assert_allclose(units(data), points, atol=1e-5)
    assert open_dataset(data.source).fingerprint == data.fingerprint


def test_iris_by_name_and_by_choice(tmp_path: Path) -> None:
    iris = load_iris()
    names = "sepal_length,sepal_width,petal_length,petal_width,species"
    kinds = [iris.target_names[kind] for kind in iris.target]
    rows = [[*row, kind] for row, kind in zip(iris.data.tolist(), kinds, strict=True)]
    path = write(tmp_path / "iris.csv", rows, names)
    data = open_dataset(path)
    np.testing.assert_allclose(units(data), iris.data[:, :2], atol=1e-5)
    assert called(data) == kinds
    assert "not used: petal_length (43 different numbers), petal_width" in said(data)
    petals = open_dataset(f"{path}?columns=petal_length,petal_width&label=none")
    np.testing.assert_allclose(units(petals), iris.data[:, 2:], atol=1e-5)
    assert petals.labels is None and petals.inferred == ()
    assert petals.source == f"{path}?columns=petal_length,petal_width&label=none"
    by_number = open_dataset(path, columns="3,4", label=5)
    assert np.array_equal(units(by_number), units(petals)) and called(by_number) == kinds


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": "x,up"}, "no column up: give columns one of x, y, class"),
        ({"columns": "x,y,x,y"}, "columns = x,y,x,y is not possible: give one to three"),
        ({"columns": "x,class"}, "class of .* has words: choose columns of numbers"),
        ({"label": "kind"}, "no column kind: give label one of x, y, class"),
        ({"sep": "ab"}, "sep = ab is not possible"),
        ({"range": "0..1"}, "points, which have no range"),
        ({"size": 8}, "points, which have no size"),
    ],
)
def test_choices_that_cannot_be_met(
    tmp_path: Path, points: np.ndarray, options: dict[str, object], message: str
) -> None:
    rows = [[x, y, "ab"[i % 2]] for i, (x, y) in enumerate(points.tolist())]
    path = write(tmp_path / "a.csv", rows, "x,y,class")
    with pytest.raises(UserError, match=message):
        open_dataset(path, **options)


@pytest.mark.parametrize(
    ("text", "options", "taken"),
    [
        ("height\n1.5\n1.8\n1.1\n", {}, "height is the only column: points on a line"),
        ("1.5\n1.8\n1.1\n", {}, "column 1 is the only column"),
        ("name,height\na,1.5\nb,1.8\na,1.1\n", {"columns": "height"}, "name has the classes"),
    ],
)
def test_one_column_is_points_on_a_line(
    tmp_path: Path, text: str, options: dict[str, str], taken: str
) -> None:
    (tmp_path / "a.csv").write_text(text)
    data = open_dataset(tmp_path / "a.csv", **options)
    assert data.shape == (1,) and "3 points in 1-D" in data.description
    np.testing.assert_allclose(units(data), [[1.5], [1.8], [1.1]], atol=1e-6)
    assert taken in said(data)


def test_one_column_of_numbers_among_words_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,height\na,1.5\nb,1.8\n")
    with pytest.raises(UserError, match="or columns=height for points on a line"):
        open_dataset(tmp_path / "a.csv")


def test_rows_with_gaps_are_skipped_and_listed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y,class\n1,2,a\n,3,a\n4,NA,b\n5,6,\n7,8,b\n")
    data = open_dataset(tmp_path / "a.csv")
    np.testing.assert_allclose(units(data), [[1, 2], [7, 8]], atol=1e-5)
    assert called(data) == ["a", "b"]
    assert data.skipped == (
        "line 3 of a.csv has nothing in x",
        "line 4 of a.csv has nothing in y",
        "line 5 of a.csv has nothing in class",
    )


def test_a_bad_cell_is_an_error_wherever_the_columns_are(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("class,x,y\n1,2,3\n1,3,oops\n2,5,6\n")
    with pytest.raises(UserError, match="'3', 'oops' in line 3"):
        open_dataset(tmp_path / "a.csv")


def test_a_class_for_nearly_every_point_is_a_warning_where_it_was_asked_for(
    tmp_path: Path, points: np.ndarray
) -> None:
    rows = [[x, y, f"name {i}"] for i, (x, y) in enumerate(points.tolist())]
    path = write(tmp_path / "a.csv", rows, "x,y,who")
    assert open_dataset(path).labels is None
    (warning,) = open_dataset(path, label="who").warnings
    assert "60 classes for 60 samples" in warning.says


def pixels(count: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (40, count))


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("label," + ",".join(f"pixel{i}" for i in range(784)), 0),
        ("label," + ",".join(f"{i}x{j}" for i in range(1, 29) for j in range(1, 29)), 0),
        (",".join(f"pixel{i}" for i in range(784)) + ",class", 784),
        ("", 0),
        ("", 784),
    ],
)
def test_mnist_as_csv(tmp_path: Path, header: str, place: int) -> None:
    images = pixels(784)
    digits = np.arange(40) % 10
    rows = np.insert(images, place, digits, axis=1).tolist()
    data = open_dataset(write(tmp_path / "mnist.csv", rows, header))
    assert (data.values[:, 0].numpy() == images.reshape(40, 28, 28)).all()
    assert data.labels.tolist() == digits.tolist() and data.classes == tuple("0123456789")
    assert "each row of 784 numbers is a picture of 28 × 28" in said(data)
    assert "has the classes; label=none changes it" in said(data)
    half = open_dataset(tmp_path / "mnist.csv", size=14)
    assert half.shape == (1, 14, 14)


def test_rows_of_pixels_with_words_an_index_and_a_shape(tmp_path: Path) -> None:
    images = pixels(24)
    rows = [[i, *row, "ab"[i % 2]] for i, row in enumerate(images.tolist())]
    data = open_dataset(write(tmp_path / "a.csv", rows), shape="4x6")
    assert (data.values[:, 0].numpy() == images.reshape(40, 4, 6)).all()
    assert called(data) == ["a", "b"] * 20 and "column 1 counts the rows" in said(data)


def test_wrong_cells_in_wide_tables_are_errors(tmp_path: Path) -> None:
    rows = pixels(784).tolist()
    rows[7][3] = "oops"
    with pytest.raises(UserError, match=r"a\.csv cannot be read .*oops"):
        open_dataset(write(tmp_path / "a.csv", rows))
    rows[7] = rows[7][:5]
    with pytest.raises(UserError, match=r"784|line 8"):
        open_dataset(write(tmp_path / "a.csv", rows))


def test_scikit_learns_own_files_are_its_sets() -> None:
    folder = Path(sklearn.__path__[0], "datasets", "data")
    digits = open_dataset(folder / "digits.csv.gz")
    assert digits.fingerprint == open_dataset("digits").fingerprint
    iris = open_dataset(folder / "iris.csv")  # whose first line is 150,4,setosa,...
    assert len(iris) == 150 and iris.num_classes == 3
    np.testing.assert_allclose(units(iris), load_iris().data[:, :2], atol=1e-5)


def test_a_damaged_gzip_is_named(tmp_path: Path) -> None:
    packed = gzip.compress(b"x,y\n1,2\n" * 100)
    (tmp_path / "a.csv.gz").write_bytes(packed[:-9])
    with pytest.raises(UserError, match=r"a\.csv\.gz cannot be read"):
        open_dataset(tmp_path / "a.csv.gz")


def test_a_place_on_a_map_has_its_longitude_to_the_right(
    tmp_path: Path, points: np.ndarray
) -> None:
    rows = [[y, x, "ab"[i % 2]] for i, (x, y) in enumerate(points.tolist())]
    data = open_dataset(write(tmp_path / "a.csv", rows, "latitude,longitude,state"))
    np.testing.assert_allclose(units(data), points, atol=1e-5)
    assert called(data)[:2] == ["a", "b"]


def test_a_table_with_one_column_of_numbers_says_which(tmp_path: Path) -> None:
    rows = [["MSFT", "Jan 1 2000", 39.81], ["MSFT", "Feb 1 2000", 36.35]]
    with pytest.raises(UserError, match="only one column of numbers, price, among symbol, date"):
        open_dataset(write(tmp_path / "a.csv", rows, "symbol,date,price"))


@pytest.mark.parametrize("first", [True, False])
def test_labels_stand_before_or_behind_pixels_of_which_the_corner_is_rarely_drawn(
    tmp_path: Path, first: bool
) -> None:
    """300 of the digits have three other values in the last pixel, fewer than there are classes."""
    digits = load_digits()
    pixels, labels = 15 * digits.data[:300].astype(int), digits.target[:300, None]
    assert 1 < len(np.unique(pixels[:, -1])) < 10
    np.savetxt(
        tmp_path / "rows.csv",
        np.hstack([labels, pixels] if first else [pixels, labels]),
        fmt="%d",
        delimiter=",",
    )
    data = open_dataset(tmp_path / "rows.csv")
    assert data.classes == tuple("0123456789")
    assert np.array_equal(data.values.reshape(300, 64).numpy(), pixels)


@pytest.mark.parametrize("options", ["", "?label=none"])
def test_rows_of_pixels_without_labels_have_no_classes(tmp_path: Path, options: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (50, 784))
    np.savetxt(tmp_path / "rows.csv", pixels, fmt="%d", delimiter=",")
    data = open_dataset(f"{tmp_path / 'rows.csv'}{options}")
    assert data.classes == () and data.labels is None
    assert np.array_equal(data.values.reshape(50, 784).numpy(), pixels)
