import gzip
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from diffvis.diffusion import ExactDenoiser, NoiseSchedule, q_sample, timesteps
from diffvis.sampling.walk import ddim


def by_hand(members: Tensor, schedule: NoiseSchedule, x_t: Tensor, t: int) -> Tensor:
    """Bayes' rule as it is written, one sample at a time."""
    results = []
    for x in x_t.double():
        mean = schedule.sqrt_alpha_bar[t] * members.double()
        squared = (x - mean).flatten(1).square().sum(1)
        weight = torch.softmax(-squared / (2 * schedule.one_minus_alpha_bar[t]), dim=0)
        results.append(torch.tensordot(weight, members.double(), dims=1))
    return torch.stack(results)


@given(st.integers(1, 300), st.sampled_from([(2,), (1, 3, 3)]), st.sampled_from([2000, 10**9]))
def test_it_is_bayes_rule_within_any_memory(t: int, shape: tuple, memory_limit: int) -> None:
    schedule = NoiseSchedule.cosine(300)
    g = torch.Generator().manual_seed(t)
    members = torch.randn(70, *shape, generator=g)
    x_t = q_sample(schedule, members[:9], t, torch.randn(9, *shape, generator=g))
    exact = ExactDenoiser(members, schedule, memory_limit=memory_limit)
    found = exact(x_t, torch.full((9,), t))
    assert found.dtype == torch.float32
    expected = by_hand(members, schedule, x_t, t).float()
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_each_sample_may_have_its_own_time(schedule: NoiseSchedule) -> None:
    g = torch.Generator().manual_seed(0)
    members, x_t = torch.randn(20, 2, generator=g), torch.randn(3, 2, generator=g)
    exact = ExactDenoiser(members, schedule)
    together = exact(x_t, torch.tensor([1, 25, 50]))
    for i, t in enumerate((1, 25, 50)):
        torch.testing.assert_close(together[i : i + 1], exact(x_t[i : i + 1], torch.tensor([t])))


def test_it_ends_at_the_mean_and_at_the_nearest_member(schedule: NoiseSchedule) -> None:
    members = torch.tensor([[0.9, -0.2], [-0.8, 0.5], [0.1, 0.9]])
    exact = ExactDenoiser(members, schedule)
    everywhere = exact(torch.zeros(1, 2), torch.tensor([50]))
    torch.testing.assert_close(everywhere, members.mean(0, keepdim=True), atol=1e-2, rtol=0)
    near = exact(members + 0.01, torch.tensor([1, 1, 1]))
    torch.testing.assert_close(near, members, atol=1e-6, rtol=0)


def test_labels_choose_among_the_members_of_a_class(schedule: NoiseSchedule) -> None:
    g = torch.Generator().manual_seed(0)
    members, labels = torch.randn(30, 2, generator=g), torch.arange(30) % 3
    x_t, t = torch.randn(4, 2, generator=g), torch.full((4,), 30)
    exact = ExactDenoiser(members, schedule, labels=labels)
    assert exact.num_classes == 3
    classes = torch.tensor([0, 1, 2, 3])
    found = exact(x_t, t, classes)
    for i in range(3):
        alone = ExactDenoiser(members[labels == i], schedule)
        torch.testing.assert_close(found[i : i + 1], alone(x_t[i : i + 1], t[:1]))
    torch.testing.assert_close(found[3:], exact(x_t[3:], t[3:]))
    torch.testing.assert_close(exact(x_t, t), ExactDenoiser(members, schedule)(x_t, t))


def test_what_does_not_fit_is_refused(schedule: NoiseSchedule) -> None:
    members = torch.zeros(3, 2)
    with pytest.raises(ValueError, match="at least one member"):
        ExactDenoiser(members[:0], schedule)
    with pytest.raises(ValueError, match="labels must be"):
        ExactDenoiser(members, schedule, labels=torch.zeros(2, dtype=torch.int64))
    exact = ExactDenoiser(members, schedule, labels=torch.tensor([0, 2, 2]))
    for labels in ([0, 1, 2], [4, 3, 2], [0, -1, 0]):
        with pytest.raises(ValueError, match=r"no member has the label (1|4|-1)"):
            exact(members, torch.ones(3, dtype=torch.int64), torch.tensor(labels))
    with pytest.raises(ValueError, match="samples of"):
        ExactDenoiser(members, schedule)(torch.zeros(3, 3), torch.ones(3, dtype=torch.int64))


def test_it_walks_on_sixty_thousand_digits(test_data: Path) -> None:
    """A coarse chain within 64 MiB; each digit ends on one of the sixty thousand."""
    raw = gzip.decompress((test_data / "mnist" / "train-images-idx3-ubyte.gz").read_bytes())
    pixels = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 1, 28, 28)
    members = torch.from_numpy(pixels.copy()).float() / 127.5 - 1
    assert len(members) == 60_000
    schedule = NoiseSchedule.cosine(300)
    exact = ExactDenoiser(members, schedule, memory_limit=2**26)
    x_T = torch.randn(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    *_, last = ddim(exact, schedule, x_T, timesteps(300, 5))
    assert last.x_s.std() > 0.3
    *_, last = ddim(exact, schedule, q_sample(schedule, members[:4], 5, x_T), [5, 0])
    torch.testing.assert_close(last.x_s, members[:4], atol=1e-4, rtol=0)
