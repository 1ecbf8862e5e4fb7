"""IDX files: read exactly, and every way in which they can be wrong."""

import gzip
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.errors import UserError

from .conftest import idx, write_set


@pytest.mark.parametrize("zipped", [True, False])
def test_a_folder_is_read_with_its_own_test_part(tmp_path: Path, zipped: bool) -> None:
    digits = open_dataset(write_set(tmp_path / "mnist", zipped=zipped))

    assert (digits.name, digits.title) == ("mnist", "MNIST")
    assert digits.source == str(tmp_path / "mnist")
    assert digits.values[:, 0, 0, 0].tolist() == [*range(12), *range(100, 105)]
    assert digits.labels.tolist() == [i % 10 for i in range(12)] + list(range(5))
    assert digits.classes == tuple("0123456789")
    assert digits.test.tolist() == list(range(12, 17))
    assert (len(digits.train), len(digits.validation)) == (10, 2)
    assert digits.skipped == ()


def test_a_source_can_be_relative_and_is_kept_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path / "mnist")
    monkeypatch.chdir(tmp_path)
    relative = open_dataset("mnist", size=2)
    monkeypatch.chdir("/")
    assert open_dataset(relative.source).fingerprint == relative.fingerprint


def test_one_file_is_read_with_the_labels_beside_it(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", n_train=20)
    digits = open_dataset(folder / "train-images-idx3-ubyte.gz")
    assert len(digits) == 20 and digits.labels.tolist()[:3] == [0, 1, 2]
    assert (len(digits.train), len(digits.validation), len(digits.test)) == (16, 2, 2)


def test_names_with_a_dot_and_under_any_name(tmp_path: Path) -> None:
    dotted = tmp_path / "train-images.idx3-ubyte"
    dotted.write_bytes(idx(np.zeros((3, 2, 2))))
    assert open_dataset(tmp_path).shape == (1, 2, 2)
    assert len(open_dataset(dotted.rename(tmp_path / "pictures.idx"))) == 3


def test_missing_parts_that_can_be_done_without_are_listed(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    for name in ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"):
        (folder / name).unlink()
    digits = open_dataset(folder)
    assert digits.labels is None and digits.classes == ()
    assert len(digits.test) == 1
    assert "no labels" in digits.skipped[0] and "t10k-images" in digits.skipped[1]


def test_clothes_are_named(tmp_path: Path) -> None:
    clothes = open_dataset(write_set(tmp_path / "fashion-mnist"))
    assert clothes.title == "Fashion-MNIST"
    assert clothes.classes[9] == "Boot"


def _rewrite(path: Path, change) -> None:
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: b"\x00\x00\x0d\x03" + data[4:], "begins with 00 00 0d 03"),
        (lambda data: b"%PDF" + data[4:], "begins with 25 50 44 46"),
        (lambda data: data[:-1], "truncated .207 of 208 bytes"),
        (lambda data: data[:10], "truncated"),
        (lambda data: b"", "truncated"),
        (lambda data: data + b"\0", "209 bytes where its header promises 208"),
        (lambda data: data[:4] + b"\xff" * 12 + data[16:], "truncated"),
        (lambda data: data[:4] + bytes(4) + data[8:16], "has no images"),
        (lambda data: idx(np.zeros((20, 0, 8))), "has images of 8 × 0"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, change, message: str) -> None:
    folder = write_set(tmp_path / "set")
    for part in ("t10k-images-idx3", "t10k-labels-idx1", "train-labels-idx1"):
        (folder / f"{part}-ubyte.gz").unlink()
    _rewrite(folder / "train-images-idx3-ubyte.gz", change)
    with pytest.raises(UserError, match=message) as raised:
        open_dataset(folder)
    assert "set" in str(raised.value) and "\n" not in str(raised.value)


def test_a_truncated_or_damaged_gzip_is_named(tmp_path: Path) -> None:
    path = write_set(tmp_path / "set") / "train-images-idx3-ubyte.gz"
    whole = path.read_bytes()
    path.write_bytes(whole[:-12])
    with pytest.raises(UserError, match=r"train-images-idx3-ubyte\.gz is truncated"):
        open_dataset(path.parent)
    path.write_bytes(whole[:20] + b"\xff\xff\xff\xff" + whole[24:])
    with pytest.raises(UserError, match=r"train-images-idx3-ubyte\.gz cannot be read"):
        open_dataset(path.parent)


def test_labels_must_be_as_many_as_images(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    _rewrite(folder / "train-labels-idx1-ubyte.gz", lambda data: idx(np.zeros(3)))
    with pytest.raises(UserError, match="3 labels for the 12 images"):
        open_dataset(folder)


def test_without_the_train_images_the_file_is_named(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    (folder / "train-images-idx3-ubyte.gz").unlink()
    with pytest.raises(UserError, match="has no train-images-idx3-ubyte"):
        open_dataset(folder)


def test_labels_alone_are_refused(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    with pytest.raises(UserError, match="labels only"):
        open_dataset(folder / "train-labels-idx1-ubyte.gz")


def test_parts_of_different_sizes_are_refused(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    _rewrite(folder / "t10k-images-idx3-ubyte.gz", lambda data: idx(np.zeros((5, 3, 3))))
    with pytest.raises(UserError, match=r"of 3 × 3, .* of 4 × 4: .* belong together"):
        open_dataset(folder)


def test_a_single_training_image_does_not_validate(tmp_path: Path) -> None:
    digits = open_dataset(write_set(tmp_path / "set", n_train=1))
    assert digits.train.tolist() == [0] and not len(digits.validation)
    assert digits.test.tolist() == [1, 2, 3, 4, 5]


def test_a_test_part_without_images_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"t10k-images-idx3-ubyte\.gz has no images"):
        open_dataset(write_set(tmp_path / "set", n_test=0))


def test_the_real_mnist(test_data: Path) -> None:
    start = time.process_time()
    mnist = open_dataset(test_data / "mnist")
    seconds = time.process_time() - start

    assert mnist.values.shape == (70_000, 1, 28, 28)
    assert [len(part) for part in (mnist.train, mnist.validation, mnist.test)] == [
        50_000,
        10_000,
        10_000,
    ]
    assert mnist.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert abs(mnist.values[:60_000].float().mean() / 255 - 0.1307) < 1e-4
    assert not torch.isin(mnist.test, torch.cat([mnist.train, mnist.validation])).any()
    assert seconds < 4  # half a second on a machine with nothing else to do


def write_emnist(folder: Path, kind: str = "letters", first: int = 1) -> np.ndarray:
    """A small set in the manner of EMNIST; returns the pictures upright, uint8 (N, 4, 4)."""
    folder.mkdir(parents=True, exist_ok=True)
    upright = np.random.default_rng(0).integers(0, 256, (30, 4, 4), np.uint8)
    labels = np.arange(30) % 26 + first
    for part, cut in (("train", slice(0, 20)), ("test", slice(20, 30))):
        begin = folder / f"emnist-{kind}-{part}"
        images = gzip.compress(idx(upright[cut].transpose(0, 2, 1)))
        Path(f"{begin}-images-idx3-ubyte.gz").write_bytes(images)
        Path(f"{begin}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels[cut])))
    return upright


@pytest.mark.parametrize("inner", ["", "gzip", "EMNIST/raw"])
def test_emnist_is_upright_with_its_letters(tmp_path: Path, inner: str) -> None:
    upright = write_emnist(tmp_path / inner)
    letters = open_dataset(tmp_path)
    assert (letters.values[:, 0].numpy() == upright).all()
    assert letters.classes == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert letters.labels.tolist() == [i % 26 for i in range(30)]
    assert letters.test.tolist() == list(range(20, 30))
    assert letters.title == "EMNIST letters"
    assert [str(found) for found in letters.inferred if "column by column" in found.says]
    sideways = open_dataset(tmp_path, axes="nhw")
    assert (sideways.values[:, 0].numpy() == upright.transpose(0, 2, 1)).all()


def test_of_several_sets_one_is_chosen(tmp_path: Path) -> None:
    write_emnist(tmp_path)
    write_emnist(tmp_path, "balanced", first=0)
    with pytest.raises(UserError, match=r"holds emnist-balanced, emnist-letters: .* set=balanced"):
        open_dataset(tmp_path)
    assert open_dataset(tmp_path, set="balanced").classes[36:] == tuple("abdefghnqrt")
    assert open_dataset(f"{tmp_path}?set=letters").classes[0] == "A"
    with pytest.raises(UserError, match="of digits"):
        open_dataset(tmp_path, set="digits")


def test_one_file_of_emnist_says_that_it_is_alone(tmp_path: Path) -> None:
    upright = write_emnist(tmp_path)
    train = open_dataset(tmp_path / "emnist-letters-train-images-idx3-ubyte.gz")
    assert (train.values[:, 0].numpy() == upright[:20]).all()
    assert train.classes[0] == "A"
    assert any("the folder has a test part as well" in found.says for found in train.inferred)


def test_the_roots_of_torchvision(tmp_path: Path) -> None:
    (tmp_path / "FashionMNIST").mkdir()
    write_set(tmp_path / "FashionMNIST" / "raw", zipped=False)
    clothes = open_dataset(tmp_path)
    assert clothes.classes[9] == "Boot" and clothes.name == "fashionmnist"
    assert clothes.values[:, 0, 0, 0].tolist() == [*range(12), *range(100, 105)]
    for inner in ("FashionMNIST", "FashionMNIST/raw"):
        same = open_dataset(tmp_path / inner)
        assert (same.fingerprint, same.classes) == (clothes.fingerprint, clothes.classes)
    (tmp_path / "MNIST").mkdir()
    write_set(tmp_path / "MNIST" / "raw", zipped=False)
    with pytest.raises(UserError, match="holds FashionMNIST and MNIST: name one of them"):
        open_dataset(tmp_path)


def test_labels_from_one_invent_no_class(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", n_test=12)
    for part in ("train", "t10k"):
        _rewrite(folder / f"{part}-labels-idx1-ubyte.gz", lambda _: idx(np.arange(12) + 1))
    data = open_dataset(folder)
    assert data.classes == tuple(map(str, range(1, 13)))
    assert data.labels.tolist() == [*range(12)] * 2
