"""Data sets, their scaling and their splits."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import diffvis.data.images as images_module
from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import fingerprint_of, sampled
from diffvis.data.images import image_dataset, resize
from diffvis.data.scaling import IMAGES, Scaling, standardising
from diffvis.data.splits import course_split, random_split
from diffvis.errors import UserError


def test_scaling_goes_there_and_back_through_json() -> None:
    scaling = standardising(torch.tensor([[1.0, 10.0], [3.0, 50.0], [5.0, 30.0]]))
    x = torch.randn(7, 2)
    again = Scaling.from_json(json.loads(json.dumps(scaling.to_json())))

    assert again == scaling
    assert torch.allclose(again.to_data(scaling.to_model(x)), x, atol=1e-5)


def test_an_axis_without_spread_keeps_its_unit() -> None:
    scaling = standardising(torch.tensor([[0.1, 1.0], [0.1, 3.0]]))
    assert scaling.std[0] == 1.0
    assert scaling.to_model(torch.tensor([0.1, 1.0])).tolist() == pytest.approx([0.0, -1.0])


@pytest.mark.parametrize("std", [(0.0,), (-1.0,), (1.0, 1.0), ()])
def test_impossible_scalings_are_refused(std: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="std"):
        Scaling((0.0,) if std else (), std)


def test_images_span_minus_one_to_one_and_zero_to_one() -> None:
    values = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    images = image_dataset(values, name="ramp", title="Ramp", source="ramp")
    x0 = images.x0()

    assert x0.dtype == torch.float32
    assert x0.min() == -1 and x0.max() == 1
    assert torch.equal(((x0 + 1) * 127.5).round().to(torch.uint8), values)
    in_data_units = IMAGES.to_data(x0)
    assert in_data_units.min() == 0 and in_data_units.max() == 1


def test_x0_takes_any_index_and_leaves_the_values_alone() -> None:
    digits = open_dataset("digits")
    assert digits.x0(3).shape == (1, 8, 8)
    assert digits.x0(slice(2, 5)).shape == (3, 1, 8, 8)
    assert torch.equal(digits.x0([4, 1]), digits.x0(torch.tensor([4, 1])))
    assert digits.values.dtype == torch.uint8


def test_some_samples_are_of_all_parts_and_always_the_same() -> None:
    index = torch.arange(1_000, 3_000)
    some = sampled(index, 200)
    assert torch.equal(some, sampled(index, 200))
    assert len(some.unique()) == 200 and set(some.tolist()) <= set(index.tolist())
    assert torch.histc(some.double(), 4, 1_000, 3_000).min() > 20
    assert torch.equal(sampled(index, 5_000).sort().values, index)


def test_digits_are_the_real_ones() -> None:
    digits = open_dataset("digits")
    assert digits.values.shape == (1797, 1, 8, 8)
    assert digits.classes == tuple("0123456789")
    assert torch.bincount(digits.labels).min() > 170
    assert digits.values.max() == 255
    assert digits.description == "1,797 images of 8 × 8, grey, 10 classes"
    assert digits.split_description == "1,439 to train, 179 to validate, 179 to test"


def test_any_image_set_can_be_resized() -> None:
    larger = open_dataset("digits", size=11)
    assert larger.shape == (1, 11, 11)
    assert larger.source == "digits?size=11"
    assert open_dataset("digits?size=11").fingerprint == larger.fingerprint


def test_a_size_that_needs_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images_module, "_MOST_BYTES", 1_000_000)
    with pytest.raises(UserError, match=r"1,797 images of 64 × 64 need .* choose a smaller size"):
        open_dataset("digits", size=64)


def test_resizing_crops_the_centre() -> None:
    wide = torch.zeros(1, 1, 2, 6, dtype=torch.uint8)
    wide[..., 2:4] = 200
    assert (resize(wide, 2) == 200).all()
    assert (resize(wide, 4) == 200).all()


@pytest.mark.parametrize("n", [1, 2, 3, 9, 10, 1797])
def test_splits_share_out_every_sample_once(n: int) -> None:
    split = random_split(n)
    everything = torch.cat(split).sort().values
    assert torch.equal(everything, torch.arange(n))
    assert len(split.validation) == len(split.test) == n // 10


@pytest.mark.parametrize("n", [1, 2, 3, 9])
def test_of_few_samples_all_train_and_it_is_said(tmp_path: Path, n: int) -> None:
    np.save(tmp_path / "few.npy", np.random.default_rng(0).integers(0, 256, (n, 8, 8), np.uint8))
    few = open_dataset(tmp_path / "few.npy")
    assert few.train.tolist() == list(range(n))
    assert few.split_description == f"{n} to train, none to validate, none to test"
    said = "one sample is the whole set" if n == 1 else f"{n} samples are few: all of them train"
    (about,) = [found for found in few.inferred if said in found.says]
    assert about.absurd == (n == 1)


def test_a_split_depends_on_its_seed_alone() -> None:
    torch.manual_seed(1)
    first = random_split(100)
    torch.manual_seed(2)
    assert torch.equal(random_split(100).train, first.train)
    assert not torch.equal(random_split(100, seed=1).train, first.train)


def test_the_course_split_of_mnist() -> None:
    split = course_split(60_000, 10_000)
    assert [len(part) for part in split] == [50_000, 10_000, 10_000]
    assert torch.equal(torch.cat(split).sort().values, torch.arange(70_000))
    assert split.test.min() == 60_000


@pytest.mark.parametrize("validation", [None, 0])
def test_a_course_split_validates_where_there_is_enough(validation: int | None) -> None:
    for n_train in (1, 2, 9, 10, 12):
        split = course_split(n_train, 4, validation=validation)
        assert torch.cat(split).sort().values.tolist() == list(range(n_train + 4)), "each once"
        assert bool(len(split.validation)) == (n_train >= 10)
        assert split.test.tolist() == list(range(n_train, n_train + 4))


def test_fingerprint_sees_values_order_shape_and_labels() -> None:
    values = torch.arange(24, dtype=torch.uint8).view(6, 1, 2, 2)
    labels = torch.arange(6)
    changed = values.clone()
    changed[5, 0, 1, 1] += 1
    prints = {
        fingerprint_of(values, labels),
        fingerprint_of(values, None),
        fingerprint_of(values.flip(0), labels),
        fingerprint_of(values.view(6, 1, 4, 1), labels),
        fingerprint_of(changed, labels),
    }
    assert len(prints) == 5
    assert fingerprint_of(values.clone(), labels.clone()) in prints
