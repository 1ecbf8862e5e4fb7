"""The stream of batches: complete epochs, exact resumption, mirrors."""

from itertools import islice

import pytest
import torch
from torch import Tensor

from diffvis.data.batches import batches, draws
from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.data.images import image_dataset


def numbered(n: int = 50) -> Dataset:
    """Images whose pixels say which one they are, on the left half only."""
    values = torch.zeros(n, 1, 2, 2, dtype=torch.uint8)
    values[:, 0, :, 0] = torch.arange(n, dtype=torch.uint8)[:, None]
    labels = torch.arange(n)
    classes = tuple(map(str, range(n)))
    return image_dataset(values, name="n", title="N", source="n", labels=labels, classes=classes)


def stream(
    dataset: Dataset, batch_size: int, count: int, start: int = 0, seed: int = 0, flip: bool = False
) -> list[tuple[Tensor, Tensor | None]]:
    generator = torch.Generator().manual_seed(seed)
    return list(islice(batches(dataset, batch_size, generator, "cpu", start, flip), count))


def test_an_epoch_holds_every_training_sample_once() -> None:
    dataset = numbered()
    labels = torch.cat([labels for _, labels in stream(dataset, 8, 15)])  # three epochs of 40
    for epoch in labels.split(40):
        assert torch.equal(epoch.sort().values, dataset.train)
    assert not torch.equal(labels[:40], labels[40:80])


def test_samples_and_labels_belong_together() -> None:
    for x0, labels in stream(numbered(), 16, 5):
        assert x0.shape == (16, 1, 2, 2) and x0.dtype == torch.float32
        assert torch.equal(((x0[:, 0, 0, 0] + 1) * 127.5).round().long(), labels)


@pytest.mark.parametrize("start", [0, 1, 4, 5, 23])
@pytest.mark.parametrize("flip", [False, True])
def test_a_resumed_stream_goes_on_as_if_never_stopped(start: int, flip: bool) -> None:
    whole = stream(numbered(), 7, 30, flip=flip)
    resumed = stream(numbered(), 7, 30 - start, start=start, flip=flip)
    for (x, labels), (x_again, labels_again) in zip(whole[start:], resumed, strict=True):
        assert torch.equal(x, x_again)
        assert torch.equal(labels, labels_again)


def test_the_order_is_the_seed_s_and_touches_no_generator() -> None:
    dataset = numbered()
    assert torch.equal(stream(dataset, 8, 1)[0][0], stream(dataset, 8, 1)[0][0])
    assert not torch.equal(stream(dataset, 8, 1)[0][0], stream(dataset, 8, 1, seed=1)[0][0])

    generator = torch.Generator().manual_seed(0)
    before, globally_before = generator.get_state(), torch.get_rng_state()
    list(islice(batches(dataset, 8, generator), 20))
    assert torch.equal(generator.get_state(), before)
    assert torch.equal(torch.get_rng_state(), globally_before)


def test_a_batch_may_be_larger_than_the_set() -> None:
    ((x0, labels),) = stream(numbered(10), 100, 1)
    assert len(x0) == 100
    counts = torch.bincount(labels, minlength=10)[numbered(10).train]
    assert counts.min() >= 12 and counts.max() <= 13


def test_about_half_of_the_images_are_mirrored() -> None:
    mirrored = torch.cat(
        [x0[:, 0, 0, 0] == -1 for x0, _ in stream(numbered(200), 160, 10, flip=True)]
    )
    assert 0.42 < mirrored.float().mean() < 0.58


def test_points_are_never_mirrored() -> None:
    roll = open_dataset("swiss-roll?n=100")
    assert torch.equal(stream(roll, 80, 1, flip=True)[0][0], stream(roll, 80, 1)[0][0])


@pytest.mark.parametrize("arguments", [{"batch_size": 0}, {"batch_size": 4, "start": -1}])
def test_impossible_requests_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be at least"):
        batches(numbered(), generator=torch.Generator(), device="cpu", **arguments)


def test_draws_are_independent_and_of_the_train_split_alone() -> None:
    dataset = numbered()
    generator = torch.Generator().manual_seed(0)
    parts = list(islice(draws(dataset, 40, generator), 50))
    labels = torch.cat([labels for _, labels in parts])
    assert set(labels.tolist()) == set(dataset.train.tolist())
    assert len(parts[0][1].unique()) < 35  # an epoch would have all 40
    for x0, labels in parts:
        assert x0.shape == (40, 1, 2, 2) and x0.dtype == torch.float32
        assert torch.equal(((x0[:, 0, 0, 0] + 1) * 127.5).round().long(), labels)
    counts = torch.bincount(torch.cat([labels for _, labels in parts]), minlength=50)
    assert counts[dataset.train].min() > 20  # 50 in the mean


@pytest.mark.parametrize("flip", [False, True])
def test_draws_go_on_from_any_place(flip: bool) -> None:
    generator = torch.Generator().manual_seed(3)
    whole = list(islice(draws(numbered(), 9, generator, flip=flip), 6))
    resumed = list(islice(draws(numbered(), 9, generator, start=4, flip=flip), 2))
    for (x0, labels), (x0_again, labels_again) in zip(whole[4:], resumed, strict=True):
        assert torch.equal(x0, x0_again) and torch.equal(labels, labels_again)
    mirrored = torch.cat([x0[:, 0, 0, 1] > -1 for x0, _ in whole])
    assert mirrored.any() == flip and not mirrored.all()
