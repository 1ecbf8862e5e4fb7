"""Arrays as other people keep them: named parts, odd labels, rows, other orders of axes, MATLAB."""

import builtins
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def said(data: Dataset) -> str:
    return "\n".join(map(str, data.inferred))


def grey(data: Dataset) -> np.ndarray:
    """uint8 (N, H, W)"""
    return data.values[:, 0].numpy()


def colours(data: Dataset) -> np.ndarray:
    """uint8 (N, H, W, C)"""
    return data.values.permute(0, 2, 3, 1).numpy()


def test_medmnist_brings_all_three_parts(tmp_path: Path, generator: np.random.Generator) -> None:
    images = generator.integers(0, 256, (30, 28, 28, 3), np.uint8)
    labels = (np.arange(30) % 4)[:, None]
    cuts = {"train": slice(0, 20), "val": slice(20, 24), "test": slice(24, 30)}
    parts = {f"{part}_images": images[cut] for part, cut in cuts.items()}
    parts |= {f"{part}_labels": labels[cut] for part, cut in cuts.items()}
    np.savez(tmp_path / "bloodmnist.npz", **parts)
    data = open_dataset(tmp_path / "bloodmnist.npz")
    assert (colours(data) == images).all()
    assert data.labels.tolist() == labels[:, 0].tolist() and data.classes == tuple("0123")
    assert data.train.tolist() == list(range(20))
    assert data.validation.tolist() == [20, 21, 22, 23]
    assert data.test.tolist() == list(range(24, 30))
    assert "val_images validates" in said(data) and "test_images is the test part" in said(data)


def test_keras_mnist_keeps_its_test_part(tmp_path: Path, generator: np.random.Generator) -> None:
    train, test = (generator.integers(0, 256, (n, 8, 8), np.uint8) for n in (60, 10))
    np.savez(
        tmp_path / "mnist.npz",
        x_train=train, y_train=np.arange(60) % 10, x_test=test, y_test=np.arange(10),
    )  # fmt: skip
    data = open_dataset(tmp_path / "mnist.npz")
    assert (grey(data) == np.concatenate([train, test])).all()
    assert data.test.tolist() == list(range(60, 70))
    assert (len(data.train), len(data.validation)) == (50, 10)
    assert data.labels.tolist() == [*(np.arange(60) % 10), *range(10)]


def test_a_part_without_labels_costs_them_but_not_in_silence(
    tmp_path: Path, generator: np.random.Generator
) -> None:
    train, test = (generator.integers(0, 256, (n, 8, 8), np.uint8) for n in (20, 10))
    np.savez(tmp_path / "a.npz", x_train=train, y_train=np.arange(20) % 2, x_test=test)
    data = open_dataset(tmp_path / "a.npz")
    assert len(data) == 30 and data.labels is None
    (warning,) = data.warnings
    assert "x_test has no labels" in warning.says
    only = open_dataset(f"{tmp_path / 'a.npz'}?{warning.option}")
    assert len(only) == 20 and only.num_classes == 2


def test_improved_diffusion_has_labels_second(
    tmp_path: Path, generator: np.random.Generator
) -> None:
    images = generator.integers(0, 256, (20, 8, 8, 3), np.uint8)
    np.savez(tmp_path / "samples.npz", images, np.arange(20) % 3)
    data = open_dataset(tmp_path / "samples.npz")
    assert (colours(data) == images).all() and data.labels.tolist() == [i % 3 for i in range(20)]
    np.savez(tmp_path / "two.npz", images, images[:7])
    two = open_dataset(tmp_path / "two.npz")
    assert two.labels is None and "not used: arr_1" in said(two)


WORDS = np.array(["cat", "dog", "emu", "dog"] * 5)


@pytest.mark.parametrize(
    ("labels", "classes", "first"),
    [
        (np.arange(20)[:, None] % 4, ("0", "1", "2", "3"), [0, 1, 2, 3]),
        (np.eye(5)[np.arange(20) % 4], ("0", "1", "2", "3"), [0, 1, 2, 3]),
        (np.eye(5, dtype=bool)[np.arange(20) % 4], ("0", "1", "2", "3"), [0, 1, 2, 3]),
        ((np.arange(20) % 3 + 1).astype(np.float32), ("1", "2", "3"), [0, 1, 2, 0]),
        (WORDS, ("cat", "dog", "emu"), [0, 1, 2, 1]),
        (WORDS.astype(np.bytes_), ("cat", "dog", "emu"), [0, 1, 2, 1]),
        (np.char.encode(["ä", "ö"] * 10, "utf-8"), ("ä", "ö"), [0, 1, 0, 1]),
        (np.arange(20) % 2 == 1, ("False", "True"), [0, 1, 0, 1]),
        (np.arange(20).astype(np.uint8) % 2, ("0", "1"), [0, 1, 0, 1]),
        (np.tile([0.25, 0.5], 10), ("0.25", "0.5"), [0, 1, 0, 1]),
    ],
    ids="column one-hot one-hot-bool float words bytes utf-8 bool uint8 fractions".split(),  # noqa: SIM905
)
def test_labels_in_every_form(
    tmp_path: Path, labels: np.ndarray, classes: tuple[str, ...], first: list[int]
) -> None:
    np.savez(tmp_path / "a.npz", images=np.full((20, 4, 4), 99, np.uint8), labels=labels)
    data = open_dataset(tmp_path / "a.npz")
    assert data.classes == classes and data.labels[:4].tolist() == first
    assert "labels has the classes; label=none changes it" in said(data)
    without = open_dataset(tmp_path / "a.npz", label="none")
    assert without.labels is None and without.classes == ()


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (np.arange(40), "40 different values"),
        (np.linspace(0, 1, 40), "40 different values"),
        (np.tile([1, 1, 0], (40, 1)), "40 × 3, marks several classes"),
    ],
)
def test_what_is_no_class_is_left_out_and_said(
    tmp_path: Path, labels: np.ndarray, reason: str
) -> None:
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).random((40, 2)), y=labels)
    data = open_dataset(tmp_path / "a.npz")
    assert data.labels is None
    assert any(reason in found.says and "left out" in found.says for found in data.inferred)


def test_arrays_can_be_chosen_by_name(tmp_path: Path, generator: np.random.Generator) -> None:
    left, right = generator.random((2, 12, 2))
    path = tmp_path / "a.npz"
    np.savez(path, left=left, right=right, group=np.arange(12) % 2, x=left[:, 0], y=left[:, 1])
    data = open_dataset(f"{path}?columns=right&label=group")
    back = data.scaling.to_data(data.x0().double()).numpy()
    np.testing.assert_allclose(back, right, atol=1e-6)
    assert data.num_classes == 2
    coordinates = open_dataset(path)  # x and y are equally long rows
    back = coordinates.scaling.to_data(coordinates.x0().double()).numpy()
    np.testing.assert_allclose(back, left, atol=1e-6)
    assert "x and y are the coordinates" in said(coordinates)
    assert "not used: left, right, group" in said(coordinates)
    with pytest.raises(UserError, match="no array up: give columns one of left, right"):
        open_dataset(path, columns="up")


@pytest.mark.parametrize("count", [784, 3072])
def test_rows_are_pictures(tmp_path: Path, generator: np.random.Generator, count: int) -> None:
    side, channels = (28, 1) if count == 784 else (32, 3)
    smooth = np.add.outer(np.arange(side), np.arange(side)) * 2
    images = np.stack([np.stack([smooth + 9 * i + 60 * c for c in range(channels)])
                       for i in range(10)]).astype(np.uint8)  # fmt: skip
    np.save(tmp_path / "rows.npy", images.reshape(10, -1))
    data = open_dataset(tmp_path / "rows.npy")
    assert (data.values.numpy() == images).all()
    assert f"each row of {count:,} numbers is a picture of {side} × {side}" in said(data)
    if channels == 3:
        assert "a plane for each colour; shape=32x32x3 changes it" in said(data)
        pixels = images.transpose(0, 2, 3, 1)
        np.save(tmp_path / "pixels.npy", pixels.reshape(10, -1))
        data = open_dataset(tmp_path / "pixels.npy")
        assert (data.values.numpy() == images).all()
        assert "pixel by pixel; shape=3x32x32 changes it" in said(data)
        told = open_dataset(tmp_path / "rows.npy", shape="32x32x3")
        assert (colours(told) == images.reshape(10, 32, 32, 3)).all()


def test_rows_of_any_shape_can_be_told(tmp_path: Path, generator: np.random.Generator) -> None:
    faces = generator.integers(0, 256, (50, 28, 20), np.uint8)
    np.save(tmp_path / "faces.npy", faces.reshape(50, 560))
    with pytest.raises(UserError, match=r"rows of 560 numbers: .* as in shape=28x20"):
        open_dataset(tmp_path / "faces.npy")
    for array in (faces.reshape(50, 560), faces.reshape(50, 560).T):
        np.save(tmp_path / "faces.npy", array)
        assert (grey(open_dataset(tmp_path / "faces.npy", shape="28x20")) == faces).all()
    with pytest.raises(UserError, match=r"shape=28x28 is 784 numbers, but .* rows of"):
        open_dataset(tmp_path / "faces.npy", shape="28x28")


def test_axes_in_every_order(tmp_path: Path, generator: np.random.Generator) -> None:
    images = generator.integers(0, 256, (50, 32, 24, 3), np.uint8)
    path = tmp_path / "a.npy"
    for order in ("nhwc", "nchw", "hwcn"):
        np.save(path, images.transpose(["nhwc".index(letter) for letter in order]))
        assert (colours(open_dataset(path)) == images).all(), order
        assert (colours(open_dataset(path, axes=order)) == images).all(), order
    assert "32 × 24 × 3 × 50 is height, width, channels, number" in said(open_dataset(path))
    np.save(path, images[..., 0].transpose(1, 2, 0))
    assert (grey(open_dataset(path, axes="HWN")) == images[..., 0]).all()
    many = generator.integers(0, 256, (12, 12, 99), np.uint8)
    np.save(path, many)
    assert (grey(open_dataset(path)) == many.transpose(2, 0, 1)).all()
    assert "99 pictures, the last axis; axes=nhw" in said(open_dataset(path))
    with pytest.raises(UserError, match="axes = hwcn does not fit"):
        open_dataset(path, axes="hwcn")
    with pytest.raises(UserError, match="axes = hhw is not possible"):
        open_dataset(path, axes="hhw")


def test_one_picture_is_not_taken_for_many(tmp_path: Path, generator: np.random.Generator) -> None:
    photo = generator.integers(0, 256, (40, 30, 3), np.uint8)
    np.save(tmp_path / "photo.npy", photo)
    data = open_dataset(tmp_path / "photo.npy")
    assert len(data) == 1 and (colours(data)[0] == photo).all()
    assert "40 × 30 × 3 is one picture" in said(data)
    np.save(tmp_path / "grey.npy", photo[:30, :30, 0])
    with pytest.raises(UserError, match="is one picture of 30 × 30, or 30 rows"):
        open_dataset(tmp_path / "grey.npy")


def test_points_in_three_dimensions(tmp_path: Path, generator: np.random.Generator) -> None:
    x = generator.normal([1, 2, 3], [1, 5, 9], (200, 3))
    for array in (x, x.T):
        np.save(tmp_path / "a.npy", array)
        data = open_dataset(tmp_path / "a.npy")
        assert data.shape == (3,) and data.is_points
        assert data.description == "200 points in 3-D"
        back = data.scaling.to_data(data.x0().double()).numpy()
        np.testing.assert_allclose(back, x, atol=1e-5)
        assert "pictures show them along the third" in said(data)


@pytest.mark.parametrize("packed", [True, False])
def test_svhn_of_matlab(tmp_path: Path, generator: np.random.Generator, packed: bool) -> None:
    images = generator.integers(0, 256, (32, 32, 3, 50), np.uint8)
    labels = (np.arange(50)[:, None] % 10 + 1).astype(np.uint8)
    path = tmp_path / "train_32x32.mat"
    scipy.io.savemat(path, {"X": images, "y": labels}, do_compression=packed)
    data = open_dataset(path)
    assert (colours(data) == images.transpose(3, 0, 1, 2)).all()
    assert data.classes == (*"123456789", "10")
    assert data.labels.tolist() == [i % 10 for i in range(50)]


def test_columns_that_are_samples_are_told_by_the_labels(
    tmp_path: Path, generator: np.random.Generator
) -> None:
    images = generator.integers(0, 256, (100, 784), np.uint8)
    labels = (np.arange(100.0) % 10)[None]
    scipy.io.savemat(tmp_path / "mnist-original.mat", {"data": images.T, "label": labels})
    data = open_dataset(tmp_path / "mnist-original.mat")
    assert (grey(data) == images.reshape(100, 28, 28)).all()
    assert data.labels.tolist() == [i % 10 for i in range(100)]
    assert "line by line; axes=nwh changes it" in said(data)
    sideways = open_dataset(tmp_path / "mnist-original.mat", axes="nwh")
    assert (grey(sideways) == images.reshape(100, 28, 28).transpose(0, 2, 1)).all()


def test_emnist_of_matlab(tmp_path: Path, generator: np.random.Generator) -> None:
    upright = generator.integers(0, 256, (30, 28, 28), np.uint8)
    rows = upright.transpose(0, 2, 1).reshape(30, 784)
    labels = (np.arange(30)[:, None] % 26 + 1).astype(np.uint8)
    mapping = np.stack([np.arange(1, 27), np.arange(65, 91), np.arange(97, 123)], axis=1)
    part = [{"images": rows[c], "labels": labels[c], "writers": labels[c]}
            for c in (slice(0, 20), slice(20, 30))]  # fmt: skip
    dataset = {"train": part[0], "test": part[1], "mapping": mapping}
    scipy.io.savemat(tmp_path / "emnist-letters.mat", {"dataset": dataset}, do_compression=True)
    data = open_dataset(tmp_path / "emnist-letters.mat")
    assert (grey(data) == upright).all()
    assert data.classes == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert data.labels.tolist() == [i % 26 for i in range(30)]
    assert data.test.tolist() == list(range(20, 30))
    assert "not used: train_writers, test_writers" in said(data)


def test_matlab_files_that_cannot_be_read_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mat"
    path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(UserError, match=r"version 7\.3 \(HDF5\): save it again, in MATLAB with"):
        open_dataset(path)
    path.write_bytes(b"not of MATLAB at all, but long enough to have a header".ljust(300))
    with pytest.raises(UserError, match=r"a\.mat cannot be read"):
        open_dataset(path)
    scipy.io.savemat(path, {"x": np.zeros((500, 2, 200))}, do_compression=True)
    assert path.stat().st_size < 10_000
    monkeypatch.setattr("diffvis.data.unpacking._HARMLESS", 100_000)
    with pytest.raises(UserError, match="would unpack to"):
        open_dataset(path)
    whole = path.read_bytes()
    monkeypatch.undo()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"a\.mat cannot be read"):
        open_dataset(path)


def test_an_npz_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((1000, 2, 50)))
    monkeypatch.setattr("diffvis.data.unpacking._HARMLESS", 100_000)
    with pytest.raises(UserError, match="would unpack to"):
        open_dataset(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("a.h5", r"an HDF5 file\): read it with h5py, and save"),
        ("a.pkl", "a pickle, which could run a program"),
        ("a.tfrecord", "a file of TensorFlow"),
        ("a.xlsx", r"a spreadsheet\): save it as CSV"),
        ("a.7z", r"an archive of a kind that is not opened\): unpack it"),
        ("a.unknown", "of a kind that diffvis cannot learn from: give a folder"),
    ],
)
def test_what_is_not_read_says_what_it_is_and_what_converts_it(
    tmp_path: Path, name: str, what: str
) -> None:
    (tmp_path / name).write_bytes(b"\0" * 100)
    with pytest.raises(UserError, match=what):
        open_dataset(tmp_path / name)


def test_old_sources_keep_their_fingerprints(tmp_path: Path) -> None:
    """Runs are resumed only with the same data: these were made by the version before."""
    generator = np.random.default_rng(7)
    images = generator.integers(0, 256, (30, 6, 5, 3), np.uint8)
    labels = np.arange(30) % 3
    arrays = {
        "bytes.npy": images,
        "unit.npy": images / 255,
        "signed.npy": (images[..., 0] / 127.5 - 1).astype(np.float32),
        "deep.npy": images.astype(np.uint16) * 257,
        "points.npy": generator.normal(size=(40, 2)),
    }
    for name, array in arrays.items():
        np.save(tmp_path / name, array)
    np.savez(tmp_path / "labelled.npz", x=images, y=labels)
    points = arrays["points.npy"]
    rows = [f"{x:.4f},{y:.4f},{(2, 10)[i % 2]}" for i, (x, y) in enumerate(points)]
    (tmp_path / "table.csv").write_text("x,y,class\n" + "\n".join(rows))
    found = {p.name: open_dataset(p).fingerprint for p in sorted(tmp_path.iterdir())}
    assert found == {
        "bytes.npy": "eb3822ad6885e504",
        "deep.npy": "eb3822ad6885e504",
        "labelled.npz": "6770b969aaf4efab",
        "points.npy": "7ca05d40fb2bfd70",
        "signed.npy": "ccbf150cde5072b6",
        "table.csv": "4cfac5cb9df20c5f",
        "unit.npy": "eb3822ad6885e504",
    }


def test_without_pyarrow_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    real = builtins.__import__

    def no_pyarrow(name: str, *rest: object, **others: object) -> object:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest, **others)

    monkeypatch.setattr(builtins, "__import__", no_pyarrow)
    with pytest.raises(UserError, match=r'needs pyarrow: pip install "diffvis\[parquet\]"'):
        open_dataset(tmp_path / "a.parquet")


def test_of_two_readings_of_four_axes_the_one_taken_is_said(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3, 3), np.uint8)
    np.save(tmp_path / "few.npy", pixels)
    data = open_dataset(tmp_path / "few.npy")
    assert np.array_equal(data.values.numpy(), pixels.transpose(0, 3, 1, 2))
    assert any("number, height, width, channels; axes=hwcn" in str(each) for each in data.inferred)
    other = open_dataset(f"{tmp_path / 'few.npy'}?axes=hwcn")
    assert np.array_equal(other.values.numpy(), pixels.transpose(3, 2, 0, 1))
