"""CIFAR-10's batches: read exactly, and never run."""

import builtins
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from diffvis.data.catalogue import open_dataset
from diffvis.data.cifar import CLASSES
from diffvis.data.plain_pickle import load_plain
from diffvis.errors import UserError

from .conftest import python2_batch, write_cifar


class _Call:
    """Pickles as a call of a function."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


@pytest.mark.parametrize("inside", [True, False])
def test_batches_are_read_in_order_with_the_test_batch_apart(tmp_path: Path, inside: bool) -> None:
    folder = write_cifar(tmp_path / "cifar-10-batches-py")
    cifar = open_dataset(folder if inside else tmp_path)

    assert (cifar.name, cifar.title, cifar.shape) == ("cifar10", "CIFAR-10", (3, 32, 32))
    assert cifar.values[:, 0, 5, 7].tolist() == [10 * b + i for b in range(6) for i in range(4)]
    assert (cifar.values[:, 1] == 0).all() and (cifar.values[:, 2] == 200).all()
    assert cifar.labels[4:8].tolist() == [1, 2, 3, 4]
    assert cifar.classes[0] == "airplane" and cifar.classes[9] == "truck"
    assert cifar.test.tolist() == [20, 21, 22, 23]
    assert (len(cifar.train), len(cifar.validation)) == (18, 2)
    assert open_dataset(cifar.source).fingerprint == cifar.fingerprint


def test_a_tenth_validates_and_sizes_can_be_chosen(tmp_path: Path) -> None:
    folder = write_cifar(tmp_path / "set", n=50)
    cifar = open_dataset(folder, size=64)
    assert cifar.shape == (3, 64, 64)
    assert [len(part) for part in (cifar.train, cifar.validation, cifar.test)] == [225, 25, 50]


@pytest.mark.parametrize("protocol", range(5))
def test_arrays_of_todays_numpy_are_read(tmp_path: Path, protocol: int) -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(4, 64)
    batch = {"data": pixels, b"fortran": np.asfortranarray(pixels), "labels": [1, 2]}
    (tmp_path / "batch").write_bytes(pickle.dumps(batch, protocol=protocol))
    found = load_plain(tmp_path / "batch")
    assert np.array_equal(found["data"], pixels) and np.array_equal(found["fortran"], pixels)
    assert found["labels"] == [1, 2]


def _malicious(target: Path) -> list[bytes]:
    command = f"touch {target}"
    named = (
        (os.system, command),
        (builtins.eval, f"open({str(target)!r}, 'w')"),
        (np.fromfile, str(target)),
        (np.load, str(target), None, True),
    )
    pickles = [pickle.dumps({"data": _Call(*call)}) for call in named]
    # older opcodes with which to call what is named, and a dotted name to walk to it
    pickles.append(f"(ios\nsystem\n(S'{command}'\n.".encode())
    pickles.append(f"(cos\nsystem\nS'{command}'\no.".encode())
    pickles.append(f"cnumpy\nndarray.__class__\n(S'{command}'\ntR.".encode())
    pickles.append(f"cnumpy.core.multiarray\nos.system\n(S'{command}'\ntR.".encode())
    return pickles


def test_what_could_run_a_program_is_refused_before_it_runs(tmp_path: Path) -> None:
    target = tmp_path / "executed"
    pickle.loads(_malicious(target)[0])
    assert target.exists()  # this is what would happen
    target.unlink()
    folder = write_cifar(tmp_path / "set")
    for content in _malicious(target):
        (folder / "data_batch_3").write_bytes(content)
        with pytest.raises(UserError, match=r"data_batch_3 names .*only plain arrays") as raised:
            open_dataset(folder)
        assert "\n" not in str(raised.value)
        assert not target.exists()


def test_a_text_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    sound = pickle.dumps({"label": "daisy"})
    (tmp_path / "batch").write_bytes(sound.replace(b"daisy", b"dais\xc2"))
    with pytest.raises(UserError, match="is damaged") as caught:
        load_plain(tmp_path / "batch")
    assert "codec" not in str(caught.value)


def test_pickles_cannot_change_what_reads_the_next_one(tmp_path: Path) -> None:
    sound = pickle.dumps({"data": np.zeros((1, 4), np.uint8)}, protocol=2)
    stand_ins = ("numpy\nndarray", "numpy\ndtype", "_codecs\nencode")
    for name in stand_ins:
        changing = f"c{name}\n".encode() + b"(N}S'__setstate__'\nNstb."
        (tmp_path / "changing").write_bytes(changing)
        with pytest.raises(UserError, match="changing is damaged"):
            load_plain(tmp_path / "changing")
    (tmp_path / "sound").write_bytes(sound)
    assert load_plain(tmp_path / "sound")["data"].shape == (1, 4)


IMAGES = np.zeros((4, 3072), np.uint8)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged"),
        (b"\x80\x02}(", "damaged"),
        (b"not a pickle at all", "damaged"),
        (pickle.dumps([1, 2]), "no dictionary"),
        (pickle.dumps({"labels": [1]}), "data of shape nothing"),
        (pickle.dumps({"data": b"12", "labels": [1]}), "data of shape nothing"),
        (pickle.dumps({"data": IMAGES[:, 1:], "labels": [1] * 4}), r"shape \(4, 3071\)"),
        (pickle.dumps({"data": IMAGES[:0], "labels": []}), "no images"),
        (pickle.dumps({"data": IMAGES, "labels": [1] * 3}), "3 labels for 4 images"),
        (pickle.dumps({"data": IMAGES, "fine_labels": [1] * 4}), "no labels for 4 images"),
        (pickle.dumps({"data": IMAGES, "labels": [1, 2, 3, 10]}), "labels that are not 0 to 9"),
        (pickle.dumps({"data": IMAGES, "labels": [1, 2, 3, "4"]}), "labels that are not 0 to 9"),
        (pickle.dumps({"data": IMAGES.astype(float), "labels": [1] * 4}), "else than bytes"),
        (pickle.dumps({"data": IMAGES.astype(object), "labels": [1] * 4}), "else than bytes"),
        (python2_batch(IMAGES, [1] * 4).replace(b"J\0\x0c\0\0", b"J\0\x0d\0\0"), "does not fit"),
        (pickle.dumps({"data": _Call(np.ndarray, (2,)), "labels": [1]}), "without contents"),
    ],
)
def test_a_wrong_batch_is_named_with_what_is_wrong(
    tmp_path: Path, content: bytes, message: str
) -> None:
    folder = write_cifar(tmp_path / "set")
    (folder / "data_batch_2").write_bytes(content)
    with pytest.raises(UserError, match=rf"data_batch_2 .*{message}") as raised:
        open_dataset(folder)
    assert "\n" not in str(raised.value)


def test_missing_batches_and_strange_class_names(tmp_path: Path) -> None:
    folder = write_cifar(tmp_path / "set")
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": ["one"]}))
    with pytest.raises(UserError, match=r"batches\.meta does not name 10 classes"):
        open_dataset(folder)
    (folder / "batches.meta").unlink()
    assert open_dataset(folder).classes == CLASSES
    (folder / "data_batch_4").unlink()
    with pytest.raises(UserError, match="data_batch_4 is missing"):
        open_dataset(folder)
