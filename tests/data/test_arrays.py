"""The user's own arrays and tables."""

from pathlib import Path

import numpy as np
import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.errors import UserError


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def save(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


def test_points_keep_their_units_in_the_scaling(
    tmp_path: Path, generator: np.random.Generator
) -> None:
    x = generator.normal([180, 70], [10, 5], (100, 2))
    people = open_dataset(save(tmp_path / "My people_1.npy", x))
    assert people.is_points and (people.name, people.title) == ("my-people-1", "My people 1")
    assert torch.allclose(people.x0().std(dim=0, correction=0), torch.ones(2), atol=1e-5)
    back = people.scaling.to_data(people.x0())
    assert torch.allclose(back, torch.from_numpy(x).float(), atol=1e-3)


def test_points_far_from_the_origin_keep_their_digits(tmp_path: Path) -> None:
    x = np.stack([1.7e9 + np.arange(200), 1e38 + 1e30 * np.arange(200)], axis=1)
    times = open_dataset(save(tmp_path / "times.npy", x))
    assert times.values.dtype == torch.float32
    expected = torch.from_numpy((x - x.mean(axis=0)) / x.std(axis=0)).float()
    torch.testing.assert_close(times.values, expected, atol=1e-5, rtol=0)
    assert [len(axis.unique()) for axis in times.values.T] == [200, 200]


@pytest.mark.parametrize("far", [1e300, -1.7e308, 1e39])
def test_points_beyond_float32_are_refused(tmp_path: Path, far: float) -> None:
    path = tmp_path / "far.csv"
    path.write_text(f"x,y\n0,1\n{far},2\n3,3\n")
    with pytest.raises(UserError, match=r"far\.csv has coordinates up to 1.*: give .* larger unit"):
        open_dataset(path)


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda rgb: rgb, (3, 5, 6)),
        (lambda rgb: rgb.transpose(0, 3, 1, 2), (3, 5, 6)),
        (lambda rgb: rgb[..., 0], (1, 5, 6)),
        (lambda rgb: rgb[..., :1], (1, 5, 6)),
        (lambda rgb: rgb.astype(np.int64), (3, 5, 6)),
        (lambda rgb: rgb.astype(np.uint16) * 257, (3, 5, 6)),
        (lambda rgb: rgb / 255, (3, 5, 6)),
        (lambda rgb: (rgb / 127.5 - 1).astype(np.float32), (3, 5, 6)),
        (lambda rgb: rgb.astype(np.float32), (3, 5, 6)),
    ],
)
def test_images_of_any_layout_and_range_become_bytes(
    tmp_path: Path, generator: np.random.Generator, make, shape: tuple[int, ...]
) -> None:
    rgb = generator.integers(0, 256, (10, 5, 6, 3), np.uint8)
    rgb[0, 0, 0] = [0, 128, 255]
    rgb[0, 0, 1] = [255, 128, 0]
    images = open_dataset(save(tmp_path / "a.npy", make(rgb)))
    assert images.shape == shape
    expected = torch.from_numpy(rgb.transpose(0, 3, 1, 2).copy())[:, : shape[0]]
    assert torch.equal(images.values, expected)


def test_booleans_and_transparency(tmp_path: Path) -> None:
    mask = np.eye(4, dtype=bool)[None].repeat(3, axis=0)
    assert open_dataset(save(tmp_path / "m.npy", mask)).values.unique().tolist() == [0, 255]
    rgba = np.zeros((2, 4, 4, 4), np.uint8)
    assert (open_dataset(save(tmp_path / "t.npy", rgba)).values == 255).all()


def test_an_npz_brings_its_labels(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, images=np.zeros((4, 2, 2), np.uint8), labels=np.array([7, 3, 7, 9]))
    images = open_dataset(path)
    assert images.classes == ("3", "7", "9")
    assert images.labels.tolist() == [1, 0, 1, 2]


def test_samples_that_diffvis_wrote_can_be_learned(
    tmp_path: Path, generator: np.random.Generator
) -> None:
    path = tmp_path / "samples.npz"
    np.savez(path, x0=generator.random((9, 1, 8, 8), np.float32), meta=np.array('{"seed": 0}'))
    assert open_dataset(path).shape == (1, 8, 8)
    assert open_dataset(path, size=4).shape == (1, 4, 4)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([[1.0, np.nan], [0, 0]]), "NaN or infinity in 1 of 2 samples, the first .* 1"),
        (np.full((3, 4, 4), np.inf), "NaN or infinity in 3 of 3"),
        (np.zeros((0, 2)), "no samples"),
        (np.zeros((5, 7)), r"shape \(5, 7\)"),
        (np.zeros((5, 6, 6, 2)), r"shape \(5, 6, 6, 2\)"),
        (np.array(3.0), "shape"),
        (np.array(["a", "b"]), "not numbers"),
        (np.zeros((5, 4, 4), complex), "not numbers"),
        (np.full((2, 3, 3), 300), "pixels from 300 to 300"),
        (np.full((2, 3, 3), -3.0), "pixels from -3 to -3"),
    ],
)
def test_wrong_arrays_are_named(tmp_path: Path, array: np.ndarray, message: str) -> None:
    with pytest.raises(UserError, match=message) as raised:
        open_dataset(save(tmp_path / "bad.npy", array))
    assert "bad.npy" in str(raised.value)


def test_python_objects_are_never_unpickled(tmp_path: Path) -> None:
    for name, write in (("a.npy", np.save), ("b.npz", np.savez)):
        write(tmp_path / name, np.array([{"a": 1}], dtype=object), allow_pickle=True)
        with pytest.raises(UserError, match="Python objects"):
            open_dataset(tmp_path / name)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
@pytest.mark.parametrize("contents", [b"", b"not an array", b"\x93NUMPY\x01\x00v\x00{'descr'"])
def test_files_that_are_something_else_are_named(
    tmp_path: Path, name: str, contents: bytes
) -> None:
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(UserError, match=f"{name} cannot be read"):
        open_dataset(tmp_path / name)


def test_a_truncated_array_is_named(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npy", np.zeros((100, 2)))
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(UserError, match=r"a\.npy cannot be read"):
        open_dataset(path)


def test_labels_must_fit_the_samples(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.random.rand(5, 2), y=np.arange(4))  # noqa: NPY002
    with pytest.raises(UserError, match="labels of shape"):
        open_dataset(tmp_path / "a.npz")


def test_an_npz_of_other_names_says_which(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", left=np.zeros((5, 2)), right=np.zeros((5, 2)))
    with pytest.raises(UserError, match="arrays named left, right"):
        open_dataset(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "text",
    [
        "x,y\n0,1\n2,3.5\n4,-1e0\n",
        "0;1\n2;3,5\n4;-1\n",
        "# made by hand\n\n0\t1\n2\t3.5\n4\t-1\n",
        "\ufeffx y\n0 1\n 2  3.5\n4 -1",
    ],
)
def test_tables_are_read_with_any_separator(tmp_path: Path, text: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")
    points = open_dataset(path)
    x = points.scaling.to_data(points.x0())
    assert torch.allclose(x, torch.tensor([[0.0, 1.0], [2.0, 3.5], [4.0, -1.0]]), atol=1e-5)


def test_a_third_column_labels(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("x,y,class\n0,1,10\n2,3,9\n4,5,10\n")
    points = open_dataset(path)
    assert points.classes == ("9", "10")
    assert points.labels.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("a\nb\n", "1 columns in line 1"),
        ("1,2\n3\n", "1 columns in line 2"),
        ("1,2\n3,a\n", "'3', 'a' in line 2"),
        ("1,2\n3,nan\n", "NaN or infinity in line 2"),
        ("a,b\n", "'a', 'b' in line 1"),
        ("1,2\n3," + "x" * 5_000, "'3', 'x{40}…' in line 2"),
        ("1,2\n3," + "4" * 200_000, "line 2 of .* cannot be read .field larger than field limit"),
    ],
)
def test_wrong_tables_say_which_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=message) as raised:
        open_dataset(path)
    assert "bad.csv" in str(raised.value)


def test_a_table_must_be_text(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UserError, match="not a text file"):
        open_dataset(tmp_path / "bad.csv")
