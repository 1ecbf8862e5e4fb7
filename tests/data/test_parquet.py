"""Parquet: image sets as Hugging Face's library datasets writes them, and tables."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

NAMES = ["cat", "dog", "emu"]


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def write(
    path: Path, images: np.ndarray, labels: list[int | None] | None, names: list[str] | None = NAMES
) -> Path:
    """As ``datasets.Dataset.to_parquet`` does: a structure of bytes and path, and the features."""
    cells = [{"bytes": png(image), "path": f"{i}.png"} for i, image in enumerate(images)]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    columns: dict[str, object] = {"image": pa.array(cells, kind)}
    features: dict[str, object] = {"image": {"_type": "Image"}}
    if labels is not None:
        columns["label"] = pa.array(labels, pa.int64())
        if names:
            features["label"] = {"names": names, "_type": "ClassLabel"}
    about = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns).replace_schema_metadata(about), path, row_group_size=7)
    return path


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (30, 8, 8), np.uint8)


def said(data: Dataset) -> str:
    return "\n".join(map(str, data.inferred))


def test_a_file_of_hugging_face(tmp_path: Path, images: np.ndarray) -> None:
    labels = [i % 3 for i in range(30)]
    data = open_dataset(write(tmp_path / "pets.parquet", images, labels))
    assert (data.values[:, 0].numpy() == images).all()
    assert data.classes == tuple(NAMES) and data.labels.tolist() == labels
    assert "image has the pictures" in said(data) and "label has the classes" in said(data)
    assert open_dataset(tmp_path / "pets.parquet").fingerprint == data.fingerprint
    few = open_dataset(f"{tmp_path / 'pets.parquet'}?label=none&limit=10&size=4")
    assert few.labels is None and few.values.shape == (10, 1, 4, 4)


@pytest.mark.parametrize(
    "layout", ["{}-00000-of-00001.parquet", "data/{}-0.parquet", "{}/0.parquet"]
)
def test_files_are_the_parts_of_a_split(tmp_path: Path, images: np.ndarray, layout: str) -> None:
    for part, rows in (
        ("test", slice(20, 25)),
        ("train", slice(20)),
        ("validation", slice(25, 30)),
    ):
        labels = [i % 3 for i in range(30)][rows]
        write(tmp_path / "set" / layout.format(part), images[rows], labels)
    data = open_dataset(tmp_path / "set")
    assert data.train.tolist() == list(range(20)) and len(data.validation) == 5
    assert (data.values[data.test][:, 0].numpy() == images[20:25]).all()
    assert (data.values[data.validation][:, 0].numpy() == images[25:30]).all()
    assert "the files train, validation and test are the parts of a split" in said(data)


def test_labels_that_are_missing(tmp_path: Path, images: np.ndarray) -> None:
    labels = [i % 3 if i < 25 else -1 for i in range(30)]
    data = open_dataset(write(tmp_path / "a.parquet", images, labels))
    assert len(data) == 25 and data.skipped == ("5 rows have no label",)
    assert (data.values[:, 0].numpy() == images[:25]).all()
    write(tmp_path / "set" / "train.parquet", images[:20], labels[:20])
    write(tmp_path / "set" / "test.parquet", images[20:], [-1] * 10)
    data = open_dataset(tmp_path / "set")
    assert len(data) == 30 and data.labels is None
    assert "the test part has no labels" in data.warnings[0].says


def test_what_is_wrong_with_pictures(tmp_path: Path, images: np.ndarray) -> None:
    cells = [{"bytes": png(image), "path": None} for image in images]
    cells[3] = {"bytes": b"broken", "path": None}
    cells[4] = {"bytes": None, "path": "/elsewhere/4.png"}
    cells[5] = None
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    pq.write_table(pa.table({"img": pa.array(cells, kind)}), tmp_path / "a.parquet")
    data = open_dataset(tmp_path / "a.parquet")
    assert len(data) == 27 and (data.values[3, 0].numpy() == images[6]).all()
    assert [words in reason for words, reason in zip(
        ("row 4 is not a picture", "in another file, /elsewhere/4.png", "row 6 is broken"),
        data.skipped, strict=True,
    )] == [True] * 3  # fmt: skip


def test_bytes_alone_and_words_as_labels(tmp_path: Path, images: np.ndarray) -> None:
    words = [NAMES[i % 3] for i in range(30)]
    table = pa.table({"jpg": [png(image) for image in images], "label": words})
    pq.write_table(table, tmp_path / "a.parquet")
    data = open_dataset(tmp_path / "a.parquet")
    assert (data.values[:, 0].numpy() == images).all() and data.classes == tuple(NAMES)


def test_columns_of_numbers_are_points(tmp_path: Path) -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 40))
    words = [NAMES[i % 2] for i in range(40)]
    pq.write_table(
        pa.table({"class": words, "x": x, "y": y, "n": range(40)}), tmp_path / "a.parquet"
    )
    data = open_dataset(tmp_path / "a.parquet")
    back = data.scaling.to_data(data.x0().double()).numpy()
    np.testing.assert_allclose(back, np.stack([x, y], axis=1), atol=1e-6)
    assert data.classes == ("cat", "dog") and "x and y are the coordinates" in said(data)
    gaps = pa.table({"x": [1.0, None, 3.0], "y": [4, 5, 6]})
    pq.write_table(gaps, tmp_path / "b.parquet")
    assert open_dataset(tmp_path / "b.parquet").skipped == ("row 2 of b.parquet has nothing in x",)


def test_tables_of_neither_say_what_they_have(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"], "ids": [[1, 2]]}), tmp_path / "a.parquet")
    with pytest.raises(UserError, match=r"neither pictures nor .* text \(string\), ids \(list<"):
        open_dataset(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(UserError, match=r"b\.parquet cannot be read"):
        open_dataset(tmp_path / "b.parquet")
