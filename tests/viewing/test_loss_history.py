"""The losses of a run: kept to the last one, and light to draw."""

import itertools

import numpy as np
import pytest
import torch

from diffvis.training.checks import _even_times, loss_by_t
from diffvis.training.floor import Floor
from diffvis.viewing.loss_history import BINS, Column, LossHistory, Smoothed
from diffvis.viewing.pyramid import Pyramid


def append(history: LossHistory, losses: np.ndarray) -> None:
    start = len(history)
    steps = np.arange(start + 1, start + len(losses) + 1)
    history.append(steps, losses, 2 * losses, np.full(len(losses), 1e-3))


def test_no_loss_is_dropped() -> None:
    history, losses = LossHistory(T=40), np.random.default_rng(0).random(5_000)
    for part in np.array_split(losses, 77):
        append(history, part)
    assert np.array_equal(history.loss.view(), losses)
    assert np.array_equal(history.steps.view(), np.arange(1, 5_001))
    assert np.array_equal(history.gradient_norm.view(), 2 * losses)
    assert len(history) == 5_000


def test_what_was_handed_out_never_changes() -> None:
    column = Column()
    column.extend(np.arange(1_000.0))
    seen = column.view(10)
    column.extend(np.full(100_000, -1.0))
    assert np.array_equal(seen, np.arange(10.0, 1_000.0))
    assert len(column.view()) == 101_000


def test_loss_by_t_is_the_mean_of_each_part() -> None:
    history = LossHistory(T=40)
    t = np.repeat(np.arange(1, 41), 3)
    history.append_by_t(t, t / 10.0, 1)
    by_t = history.by_t
    assert len(by_t.t) == BINS
    assert by_t.loss == pytest.approx(by_t.t / 10)
    assert by_t.t[0] == 1.5, "the middle of t = 1 and 2"


def test_loss_by_t_forgets_old_losses_and_shows_what_was_never_drawn() -> None:
    history = LossHistory(T=2)
    history.append_by_t(np.array([1]), np.array([9.0]), 1)
    assert np.isnan(history.by_t.loss[1])
    for _ in range(1_000):
        history.append_by_t(np.array([1]), np.array([2.0]), 1)
    assert history.by_t.loss[0] == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("T", [1, 3, 19, 20, 25, 40, 1000])
def test_the_floor_has_the_bins_of_the_loss(T: int) -> None:
    """Also where a t lies in two of them, and (of a validation) where there are fewer t."""
    t = np.arange(1, T + 1)
    loss = 1 / t
    floor = Floor(t, loss, 1, 1, "eps")
    history = LossHistory(T)
    history.append_by_t(t, loss, 1)
    by_t = history.by_t.loss
    assert floor.binned(T, len(by_t)) == pytest.approx(by_t)
    assert by_t.mean() == pytest.approx(loss.mean()), "the parts are equal"
    validated = loss_by_t(torch.from_numpy(loss[_even_times(T, 20 * T) - 1]))
    assert floor.binned(T, len(validated)) == pytest.approx(validated)


def test_smoothing_continues_across_parts() -> None:
    losses = np.random.default_rng(1).random(500)
    whole, parts = Smoothed(), Smoothed()
    together = np.concatenate([parts.extend(part) for part in np.array_split(losses, 9)])
    assert together == pytest.approx(whole.extend(losses))
    assert together[0] == losses[0]
    assert together[-200:].std() < losses[-200:].std() / 5


@pytest.mark.parametrize("lost", [[], [0, 1], [7], [498, 499], list(range(20, 60))])
def test_a_loss_that_is_not_finite_leaves_the_smoothed_ones_as_they_were(lost: list[int]) -> None:
    losses = np.random.default_rng(1).random(500)
    losses[lost] = np.resize([np.nan, np.inf], len(lost))
    smooth = Smoothed()
    together = np.concatenate([smooth.extend(part) for part in np.array_split(losses, 9)])
    kept = np.delete(np.arange(500), lost)
    assert together[kept] == pytest.approx(Smoothed().extend(losses[kept]))
    for place in lost:
        assert together[place] == together[place - 1] if place > 1 else np.isnan(together[place])


def test_a_step_that_was_skipped_spoils_no_curve() -> None:
    history, losses = LossHistory(T=40), np.linspace(2.0, 1.0, 3_000)
    losses[[5, 1_000]] = np.nan, np.inf
    append(history, losses)
    found = Pyramid(history.loss).stretches(0, 3_000, 20)
    assert (found.low.min(), found.high.max()) == (1.0, 2.0)
    assert np.isfinite(found.low).all() and np.isfinite(found.high).all()
    assert np.isfinite(Pyramid(history.smooth).stretches(0, 3_000, 20).mean).all()
    assert np.isnan(history.at(1_001)["loss"]) and 1 < history.at(1_001)["smoothed"] < 2
    history.append_by_t(np.array([1, 2, 40]), np.array([1.0, np.nan, np.inf]), 1)
    assert history.by_t.loss[0] == 1.0
    assert np.isnan(history.by_t.loss[1:]).all()


@pytest.mark.parametrize("count", [1, 99, 100, 101, 12_345])
def test_a_pyramid_has_every_low_high_and_mean(count: int) -> None:
    y = Column()
    pyramid = Pyramid(y)
    values = np.random.default_rng(2).random(count)
    for part in np.array_split(values, min(count, 40)):
        y.extend(part)
        pyramid.stretches(0, len(y), 100)  # it grows with what is there
    for start, stop in ((0, count), (count // 3, count // 2 + 1), (count - 1, count)):
        found = pyramid.stretches(start, stop, 100)
        assert min(50, stop - start) <= len(found.start) <= 101, "as fine as there is room for"
        edges = [*found.start.tolist(), stop]
        assert edges[0] <= start
        for place, (first, last) in enumerate(itertools.pairwise(edges)):
            piece = values[first:last]
            assert found.low[place] == piece.min()
            assert found.high[place] == piece.max()
            assert found.mean[place] == pytest.approx(piece.mean())


def test_a_million_points_stay_few() -> None:
    y = Column()
    y.extend(np.ones(1_000_000))
    found = Pyramid(y).stretches(0, 1_000_000, 400)
    assert 200 <= len(found.start) <= 401
    assert found.mean == pytest.approx(1.0)
