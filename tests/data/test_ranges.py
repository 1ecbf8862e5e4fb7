"""The range of pixel values: found once for a set, said, and changed by the option."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError


def save(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


def expected(array: np.ndarray, low: float, high: float) -> torch.Tensor:
    """uint8 (N, 1, H, W): from low, black, to high, white."""
    grey = np.clip(np.round((array.astype(np.float64) - low) / (high - low) * 255), 0, 255)
    return torch.from_numpy(grey.astype(np.uint8))[:, None]


def said(data: Dataset) -> str:
    return "\n".join(map(str, data.inferred))


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(0).random((20, 16, 16))


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.uint8, np.int64, np.uint16])
def test_the_digits_of_scikit_learn_are_what_they_are_by_name(tmp_path: Path, kind: type) -> None:
    path = save(tmp_path / "a.npy", load_digits().images.astype(kind))
    digits = open_dataset(path)
    assert torch.equal(digits.values, open_dataset("digits").values)
    assert "values 0 to 16: 0 is black, 16 is white; range=0..255 changes it" in said(digits)
    assert not digits.warnings


@pytest.mark.parametrize(
    ("scale", "kind", "low", "high"),
    [
        (1, np.float32, 0, 1),
        (3900, np.uint16, 0, 4095),
        (1000, np.uint16, 0, 1023),
        (3900, np.int32, 0, 4095),
        (15_000, np.uint16, 0, 16_383),
        (60_000, np.uint16, 0, 65_535),
        (200, np.float64, 0, 255),
        (200, np.uint8, 0, 255),
        (1, np.bool_, 0, 1),
    ],
)
def test_known_ranges(
    tmp_path: Path, noise: np.ndarray, scale: int, kind: type, low: int, high: int
) -> None:
    array = (noise > 0.5) if kind is np.bool_ else (noise * scale).astype(kind)
    data = open_dataset(save(tmp_path / "a.npy", array))
    difference = data.values.int() - expected(array, low, high).int()
    assert difference.abs().max() <= (1 if kind is np.float32 else 0)  # of halves that float32 has
    assert f"{low:,} is black, {high:,} is white" in said(data)


def test_masks_of_ones_are_white(tmp_path: Path, noise: np.ndarray) -> None:
    for kind in (np.uint8, np.int64):
        data = open_dataset(save(tmp_path / "mask.npy", (noise > 0.7).astype(kind)))
        assert data.values.unique().tolist() == [0, 255]


def test_standardised_pictures_have_their_own_range(tmp_path: Path, noise: np.ndarray) -> None:
    array = (noise - noise.mean()) / noise.std()
    data = open_dataset(save(tmp_path / "z.npy", array))
    assert torch.equal(data.values, expected(array, array.min(), array.max()))


def test_a_range_far_from_zero_keeps_its_digits(tmp_path: Path, noise: np.ndarray) -> None:
    array = 1e7 + noise.astype(np.float64)
    data = open_dataset(save(tmp_path / "far.npy", array))
    assert torch.equal(data.values, expected(array, array.min(), array.max()))


def test_a_little_overshoot_is_clipped(tmp_path: Path, noise: np.ndarray) -> None:
    noise[0, 0, :3] = [-0.04, 1.03, 0.5]
    data = open_dataset(save(tmp_path / "a.npy", noise))
    assert torch.equal(data.values, expected(noise, 0, 1))
    assert "what lies beyond is clipped; range=-0.04..1.03" in said(data)
    signed = 2 * noise - 1
    assert torch.equal(open_dataset(save(tmp_path / "b.npy", signed)).values, expected(noise, 0, 1))
    bytes_ = 255 * noise
    data = open_dataset(save(tmp_path / "c.npy", bytes_))
    assert torch.equal(data.values, expected(bytes_, 0, 255))


@pytest.mark.parametrize(("scale", "low", "high"), [(1, 0, 1), (3900, 0, 4095), (16, 0, 16)])
def test_one_pixel_does_not_decide(
    tmp_path: Path, noise: np.ndarray, scale: int, low: int, high: int
) -> None:
    array = noise if scale == 1 else np.round(noise * scale)
    array[3, 2, 1] = 65_535
    data = open_dataset(save(tmp_path / "hot.npy", array))
    assert torch.equal(data.values, expected(array, low, high))
    assert "to 65,535: 0 is black" in said(data) and "what lies beyond is clipped" in said(data)


def test_the_range_can_be_said(tmp_path: Path, noise: np.ndarray) -> None:
    array = (noise * 16).astype(np.uint8)
    path = save(tmp_path / "a.npy", array)
    told = open_dataset(f"{path}?range=0..32")
    assert torch.equal(told.values, expected(array, 0, 32))
    assert "is black" not in said(told), "what was told was not inferred"
    assert told.source == f"{path}?range=0..32"
    assert torch.equal(open_dataset(path, range=(-16, 16.5)).values, expected(array, -16, 16.5))
    again = open_dataset(open_dataset(path, range=(0, 3e1)).source)
    assert torch.equal(again.values, expected(array, 0, 30))


@pytest.mark.parametrize("wrong", ["16..0", "3..3", "0-16", "a..b", "", "0..", "0..1e999"])
def test_ranges_that_are_none_are_refused(tmp_path: Path, wrong: str) -> None:
    path = save(tmp_path / "a.npy", np.zeros((3, 4, 4)))
    with pytest.raises(UserError, match=r"range = .* is not possible: give"):
        open_dataset(path, range=wrong)


def test_points_have_no_range(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npy", np.zeros((3, 2)))
    with pytest.raises(UserError, match="points, which have no range"):
        open_dataset(path, range="0..1")


def test_pictures_that_stay_nearly_black_are_a_warning(tmp_path: Path, noise: np.ndarray) -> None:
    array = (noise * 50).astype(np.uint8)
    data = open_dataset(save(tmp_path / "dim.npy", array))
    assert torch.equal(data.values[:, 0], torch.from_numpy(array)), "bytes stay what they are"
    (warning,) = data.warnings
    assert "nearly black, no brighter than 49 of 255" in warning.says
    assert warning.option.startswith("range=")
    white = open_dataset(save(tmp_path / "white.npy", 255 - (noise * 20).astype(np.uint8)))
    assert "nearly white, no darker than 236" in white.warnings[0].says
    assert not open_dataset(save(tmp_path / "a.npy", (noise * 255).astype(np.uint8))).warnings


def test_whole_pictures_of_another_scale_are_a_warning(tmp_path: Path, noise: np.ndarray) -> None:
    noise[0] *= 255
    data = open_dataset(save(tmp_path / "mixed.npy", noise))
    assert torch.equal(data.values, expected(noise, 0, 255)) and data.warnings


def write_deep(folder: Path, pictures: np.ndarray, suffix: str = ".tif") -> Path:
    folder.mkdir(exist_ok=True)
    for i, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{i:02}{suffix}")
    return folder


@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_twelve_bits_in_files_of_sixteen(tmp_path: Path, noise: np.ndarray, suffix: str) -> None:
    """One dark picture is dark: it is not stretched to a range of its own."""
    array = (noise * 4000).astype(np.uint16)
    array[3] //= 20
    folder = write_deep(tmp_path / "scans", array, suffix)
    for data in (open_dataset(folder), open_dataset(folder)):  # the second time from the cache
        assert torch.equal(data.values, expected(array, 0, 4095))
        assert "0 is black, 4,095 is white; range=0..39" in said(data)
    told = open_dataset(folder, range="0..9999")
    assert torch.equal(told.values, expected(array, 0, 9999)) and "is black" not in said(told)


def test_one_pixel_in_each_file_does_not_decide(tmp_path: Path, noise: np.ndarray) -> None:
    array = (noise * 4000).astype(np.uint16)
    array[:, 5, 7] = 65_535
    data = open_dataset(write_deep(tmp_path / "hot", array))
    assert torch.equal(data.values, expected(array, 0, 4095))


def test_sixteen_bits_beside_eight(tmp_path: Path, noise: np.ndarray) -> None:
    array = (noise * 60_000).astype(np.uint16)
    folder = write_deep(tmp_path / "mixed", array)
    eight = (noise[0] * 255).astype(np.uint8)
    Image.fromarray(eight).save(folder / "99.png")
    data = open_dataset(folder)
    assert torch.equal(data.values[:-1], expected(array, 0, 65_535))
    assert (data.values[-1, 0].numpy() == eight).all()
    assert "20 pictures of more than 8 bits: values " in said(data)


@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 1), (-1, 1), (-400, 1700)],
    ids="unit signed own".split(),  # noqa: SIM905
)
def test_floating_point_in_files(
    tmp_path: Path, noise: np.ndarray, low: float, high: float
) -> None:
    array = (low + noise * (high - low)).astype(np.float32)
    data = open_dataset(write_deep(tmp_path / "floats", array))
    low, high = (low, high) if high <= 1 else (array.min(), array.max())
    difference = data.values.int() - expected(array, low, high).int()
    assert difference.abs().max() <= 1  # of halves that float32 has
    array[0, 0, 0] = np.nan
    write_deep(tmp_path / "floats", array)
    (reason,) = open_dataset(tmp_path / "floats").skipped
    assert "00.tif is broken (it has NaN or infinity)" in reason


def test_pages_have_one_range_too(tmp_path: Path, noise: np.ndarray) -> None:
    array = (noise * 4000).astype(np.uint16)
    array[3] //= 20
    first, *rest = map(Image.fromarray, array)
    first.save(tmp_path / "stack.tif", save_all=True, append_images=rest)
    data = open_dataset(tmp_path / "stack.tif")
    assert torch.equal(data.values, expected(array, 0, 4095))
    assert "4,095 is white" in said(data)


def test_bytes_in_files_stay_but_the_range_can_be_said(tmp_path: Path, noise: np.ndarray) -> None:
    array = (noise * 17).astype(np.uint8)
    folder = write_deep(tmp_path / "dim", array, ".png")
    data = open_dataset(folder)
    assert (data.values[:, 0].numpy() == array).all()
    assert "nearly black, no brighter than 16 of 255; range=" in str(data.warnings[0])
    assert torch.equal(open_dataset(folder, range="0..16").values, expected(array, 0, 16))
    masks = write_deep(tmp_path / "masks", (noise > 0.5).astype(np.uint8), ".png")
    assert open_dataset(masks, range="0..1").values.unique().tolist() == [0, 255]


def test_one_picture_of_sixteen_bits_says_its_range(tmp_path: Path, noise: np.ndarray) -> None:
    array = (noise[0] * 4000).astype(np.uint16)
    Image.fromarray(array).save(tmp_path / "a.png")
    data = open_dataset(tmp_path / "a.png", size=16, colour="grey")
    assert torch.equal(data.values, expected(array[None], 0, 4095))
    assert "4,095 is white" in said(data)
    told = open_dataset(tmp_path / "a.png", size=16, colour="grey", range="0..9999")
    assert torch.equal(told.values, expected(array[None], 0, 9999)) and "white" not in said(told)
