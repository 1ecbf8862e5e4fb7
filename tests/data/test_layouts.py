"""What folders mean: classes, the parts of a split, or nothing; said, and changed by an option."""

from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError

Wanted = dict[str, int]


def make(root: Path, folders: Wanted) -> Path:
    """So many pictures in each folder, no two alike."""
    shade = 0
    for folder, count in folders.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            shade += 1
            picture = Image.new("RGB", (8, 8), (shade % 256, shade // 256, 90))
            picture.save(root / folder / f"{number:03}.png")
    return root


def by_class(dataset: Dataset) -> Wanted:
    assert dataset.labels is not None
    return Counter(dataset.classes[label] for label in dataset.labels.tolist())


def said(dataset: Dataset) -> str:
    return "\n".join(map(str, dataset.inferred))


@pytest.mark.parametrize("wrapping", ["flowers", "flowers/images", "data/train"])
def test_a_wrapping_folder_keeps_the_classes(tmp_path: Path, wrapping: str) -> None:
    root = make(tmp_path / "flowers", {f"{wrapping}/rose": 12, f"{wrapping}/tulip": 8})
    (root / "__MACOSX").mkdir()
    (root / "README.txt").write_text("as zips unpack")
    wrapped = open_dataset(root)
    assert by_class(wrapped) == {"rose": 12, "tulip": 8}
    assert wrapped.title == "Flowers"
    assert f"the classes are the folders in {Path(wrapping)}; label=none changes it" in said(
        wrapped
    )
    direct = open_dataset(root / wrapping)
    assert direct.fingerprint == wrapped.fingerprint
    assert open_dataset(root, label="none").classes == ()


def test_a_wrapping_folder_without_classes_is_read_as_before(tmp_path: Path) -> None:
    root = make(tmp_path / "photos", {"photos": 20})
    assert open_dataset(root).fingerprint == open_dataset(root / "photos").fingerprint
    assert open_dataset(root).classes == ()


@pytest.mark.parametrize(
    ("folders", "parts"),
    [
        ({"train/a": 20, "train/b": 10, "test/a": 4, "test/b": 3}, (25, 5, 7)),
        ({"Training/a": 20, "Training/b": 10, "Validation/a": 4, "Validation/b": 3}, (27, 7, 3)),
        ({"train/a": 9, "train/b": 9, "val/a": 5, "val/b": 4, "test/a": 2}, (18, 9, 2)),
        ({"images/train/a": 20, "images/train/b": 10, "images/test/b": 3}, (25, 5, 3)),
        ({"train/images/a": 20, "train/images/b": 10, "test/images/a": 4}, (25, 5, 4)),
    ],
)
def test_the_parts_of_a_split_are_parts(
    tmp_path: Path, folders: Wanted, parts: tuple[int, ...]
) -> None:
    found = open_dataset(make(tmp_path, folders))
    assert (len(found.train), len(found.validation), len(found.test)) == parts
    assert found.classes == ("a", "b")
    assert "are the parts of a split; splits=none changes it" in said(found)
    tested = {path.split("/")[0] for path in folders if "test" in path.lower()}
    if tested and "images" not in tested:  # what the folder test has is what tests
        expected = sum(count for path, count in folders.items() if path.startswith("test"))
        assert len(found.test) == expected
        assert found.test.tolist() == list(range(len(found) - expected, len(found)))


def test_parts_without_classes(tmp_path: Path) -> None:
    found = open_dataset(make(tmp_path, {"train": 20, "test": 5}))
    assert found.classes == () and len(found.test) == 5 and len(found) == 25


def test_test_pictures_without_a_class_are_left_out_loudly(tmp_path: Path) -> None:
    root = make(tmp_path, {"train/a": 20, "train/b": 10, "test": 6})
    found = open_dataset(root)
    assert len(found) == 30 and len(found.skipped) == 6
    assert "6 pictures in test are in no class and are left out; label=none" in said(found)
    every = open_dataset(root, label="none")
    assert (len(every), len(every.test), every.classes) == (36, 6, ())


def test_a_folder_beside_the_parts_is_left_out_loudly(tmp_path: Path) -> None:
    found = open_dataset(make(tmp_path, {"train/a": 20, "train/b": 10, "test/a": 6, "more": 2}))
    assert len(found) == 36 and len(found.skipped) == 2
    assert "more is no part of the split: 2 pictures left out; splits=none" in said(found)


def test_parts_can_be_classes_as_before(tmp_path: Path) -> None:
    root = make(tmp_path, {"train/a": 12, "test/a": 8})
    assert by_class(open_dataset(root, splits="none")) == {"train": 12, "test": 8}


@pytest.mark.parametrize("names", [("train", "boat"), ("test", "val"), ("trains", "tests")])
def test_classes_that_only_look_like_parts_are_classes(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    assert by_class(open_dataset(make(tmp_path, dict.fromkeys(names, 10)))) == dict.fromkeys(
        names, 10
    )


def test_most_pictures_beside_folders_are_not_lost(tmp_path: Path) -> None:
    root = make(tmp_path, {"": 20, "thumbs": 3})
    found = open_dataset(root)
    assert len(found) == 23 and found.classes == () and not found.skipped
    assert "20 pictures beside the folders and 3 in them are one set without classes" in said(found)
    assert len(open_dataset(root, loose="out")) == 3


def test_as_many_pictures_as_a_class_are_one(tmp_path: Path) -> None:
    root = make(tmp_path / "pets", {"": 10, "cat": 20, "dog": 15})
    found = open_dataset(root)
    assert by_class(found) == {"cat": 20, "dog": 15, "pets": 10}
    assert "10 pictures beside the folders are a class of their own, pets; loose=out" in said(found)
    assert by_class(open_dataset(root, loose="out")) == {"cat": 20, "dog": 15}
    assert len(open_dataset(root, loose="out").skipped) == 10


def test_a_stray_picture_is_no_class(tmp_path: Path) -> None:
    root = make(tmp_path / "pets", {"": 1, "cat": 20, "dog": 15})
    found = open_dataset(root)
    assert by_class(found) == {"cat": 20, "dog": 15}
    assert "1 picture beside the folders of the classes left out; loose=class" in said(found)
    assert by_class(open_dataset(root, loose="class")) == {"cat": 20, "dog": 15, "pets": 1}


def test_a_label_that_folders_do_not_have(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="label = species is not possible: label=none makes no"):
        open_dataset(make(tmp_path, {"a": 3, "b": 3}), label="species")


def test_what_was_cropped_and_reduced_is_said(tmp_path: Path) -> None:
    for name, size in (("a", (240, 180)), ("b", (100, 100)), ("c", (1024, 768))):
        Image.new("RGB", size).save(tmp_path / f"{name}.png")
    for _ in range(2):  # the second time comes from the cache
        found = open_dataset(tmp_path)
        assert "pictures of 100 × 100 to 1024 × 768 are cropped to squares and reduced to 32 × 32; size=64 changes it" in said(found)  # fmt: skip # noqa: E501
    (tmp_path / "c.png").unlink(), (tmp_path / "a.png").unlink()
    assert "pictures of 100 × 100 are reduced to 32 × 32; size=64" in said(open_dataset(tmp_path))
    assert "pictures of 100 × 100 are enlarged to 128 × 128" in said(
        open_dataset(tmp_path, size=128)
    )


def test_a_picture_lying_on_its_side_has_its_upright_size(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (120, 80)).save(tmp_path / "a.jpg", exif=exif)
    assert "pictures of 80 × 120 are cropped" in said(open_dataset(tmp_path))
