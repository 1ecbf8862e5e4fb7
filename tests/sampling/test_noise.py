"""Seeds and the noise that they fix: of each sample its own, or of all together."""

import numpy as np
import pytest
import torch

from diffvis.data.points import TOYS, open_toy
from diffvis.diffusion.noise import OwnNoise, draw_noise
from diffvis.diffusion.seeds import fold_seed, philox, seeded
from diffvis.models.model import open_model
from diffvis.sampling.beginning import Beginning, run_chain_from
from diffvis.sampling.chain import run_chain
from diffvis.sampling.noise import chain_noise
from diffvis.sampling.recording import Recording
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings
from diffvis.training.state import seeded_generator
from diffvis.viewing.noising import Noising

from .plain_noise import philox_words, plain_noise

ALIKE = 7, 7 + 2**32  # to PyTorch's own generator
# Of the known answers that come with Random123, the authors' own code.
KNOWN = (
    ((0, 0, 0, 0), 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
)  # fmt: skip
PI = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)
OF_PI = 0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1


def test_philox_gives_the_known_answers_of_its_authors() -> None:
    counter, seed, words = KNOWN[0]
    a, b, c, _ = (torch.tensor([word]) for word in counter)
    assert tuple(philox(a, b, c, seed)[0].tolist()) == words
    assert philox_words(*PI) == OF_PI  # what the tests hold it against is Philox as well
    assert philox_words((2**32 - 1,) * 4, (2**32 - 1,) * 2) == (
        0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD,
    )  # fmt: skip


@pytest.mark.parametrize("seed", [0, 3, 2**32 - 1, 2**32, 2**63 - 1])
def test_philox_is_that_of_whole_numbers(seed: int) -> None:
    counters = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (2**32 - 1, 2**31, 5), (9, 999, 99999)]
    a, b, c = torch.tensor(counters).T.contiguous()
    expected = [philox_words((*counter, 0), (seed % 2**32, seed >> 32)) for counter in counters]
    assert philox(a, b, c, seed).tolist() == [list(words) for words in expected]


@pytest.mark.parametrize("shape", [(5, 2), (5, 3), (3, 1, 4, 4), (2, 3, 5, 5), (1, 1)])
def test_each_sample_has_the_noise_of_its_number(shape: tuple[int, ...]) -> None:
    source = OwnNoise(2**40 + 1)
    for draw in range(20):  # they are made some at a time
        found = draw_noise(torch.empty(shape), source)
        assert found.shape == shape
        assert found.dtype == torch.float32
        for sample in (0, shape[0] - 1):
            expected = plain_noise(2**40 + 1, draw, sample, found[0].numel())
            assert np.array_equal(found[sample].flatten().numpy(), expected)


def test_the_shape_of_draws_may_change_between_them() -> None:
    source, other = OwnNoise(1), OwnNoise(1)
    many = [source.draw(shape) for shape in ((9, 2), (9, 2), (4, 2), (4, 2), (9, 2))]
    few = [other.draw((3, 2)) for _ in range(5)]
    assert all(torch.equal(a[:3], b) for a, b in zip(many, few, strict=True))


def test_own_noise_is_standard_normal_and_independent() -> None:
    source = OwnNoise(0)
    source.draw((500, 400))
    draws = torch.stack([source.draw((500, 400)) for _ in range(5)]).double()  # a million values
    assert draws.mean().item() == pytest.approx(0, abs=0.004)
    assert draws.var().item() == pytest.approx(1, abs=0.006)
    assert draws.pow(4).mean().item() == pytest.approx(3, abs=0.04)
    within = (draws.abs() < 1).double().mean().item()
    assert within == pytest.approx(torch.erf(torch.tensor(0.5).sqrt()).item(), abs=0.002)
    for other in (
        draws.roll(1, 0),
        draws.roll(1, 1),
        draws.roll(1, 2),
        OwnNoise(1).draw((500, 400)),
    ):
        assert (draws * other).mean().item() == pytest.approx(0, abs=0.004)


def test_more_bits_than_32_decide() -> None:
    for seed in (0, 7, 2**32 - 1):  # as ever, so that files of old are made again
        assert fold_seed(seed) == seed
        assert torch.equal(
            torch.rand(5, generator=seeded(seed)),
            torch.rand(5, generator=torch.Generator().manual_seed(seed)),
        )
    above = [2**32, 2**32 + 7, 2**40, 2**63 - 1]
    assert [fold_seed(seed) for seed in above] == [
        philox_words((0, 0, 0, 0), (seed % 2**32, seed >> 32))[0] for seed in above
    ]


def test_no_two_seeds_draw_the_same_anywhere() -> None:
    model = open_model("swiss-roll")
    for noise in ("each", "together"):
        a, b = (next(run_chain(model, ChainSettings(seed=s, noise=noise, count=3))) for s in ALIKE)
        assert not torch.equal(a.x_t, b.x_t)
        assert not torch.equal(a.noise, b.noise)
    data, other = (open_toy(TOYS["swiss-roll"], "swiss-roll", n=50, seed=s) for s in ALIKE)
    assert not torch.equal(data.values, other.values)
    shown, another = (Noising(data, model.schedule, 4, s) for s in ALIKE)
    assert not torch.equal(shown.eps, another.eps)
    first, second = (seeded_generator(s, "init").initial_seed() for s in ALIKE)
    assert first % 2**32 != second % 2**32


SAMPLERS = (
    {"sampler": "ddpm", "steps": 12},
    {"sampler": "ddim", "steps": 12, "eta": 0.7},
    {"sampler": "ddim", "steps": 12},
    {"sampler": "dpm-solver", "steps": 12},
    {"sampler": "heun", "steps": 6},
)


@pytest.mark.parametrize("chosen", SAMPLERS, ids=lambda c: f"{c['sampler']} {c.get('eta', '')}")
@pytest.mark.parametrize("name", ["digits", "pinwheel"])
def test_a_sample_stays_when_the_number_of_samples_changes(name: str, chosen: dict) -> None:
    """Its noise to the bit; what a network answers depends on how many it is asked about, a little
    in the last digits.
    """
    model = open_model(name)
    settings = ChainSettings(**chosen, seed=5, label=EVERY_CLASS, guidance=1.5)
    many = list(run_chain(model, settings.changed(count=11)))
    for count in (1, 4):
        few = list(run_chain(model, settings.changed(count=count)))
        for a, b in zip(few, many, strict=True):
            assert torch.equal(a.noise, b.noise[:count])
        torch.testing.assert_close(few[-1].x_s, many[-1].x_s[:count], atol=1e-3, rtol=0)
        assert torch.equal(few[0].x_t, many[0].x_t[:count])


def test_what_draws_together_is_as_it_was() -> None:
    settings = ChainSettings(seed=3, count=4, noise="together")
    generator = torch.Generator().manual_seed(3)
    x_T = torch.randn(4, 2, generator=generator)
    steps = run_chain(open_model("swiss-roll"), settings)
    for step in (next(steps), next(steps)):
        assert torch.equal(step.noise, torch.randn(4, 2, generator=generator))
    assert torch.equal(chain_noise((2,), settings)[0], x_T)


def test_a_picture_is_noised_alike_among_few_and_many() -> None:
    model = open_model("digits")
    begin = Beginning(torch.zeros(1, 8, 8), 100, "nothing")
    settings = ChainSettings(count=6, seed=2, steps=10)
    few, many = (
        next(run_chain_from(begin, model, settings.changed(count=count))) for count in (2, 6)
    )
    assert torch.equal(few.x_t, many.x_t[:2])
    assert torch.equal(few.noise, many.noise[:2])
    assert not torch.equal(many.noise[0], many.noise[1])


def test_recorded_noise_is_that_of_the_walk() -> None:
    settings = ChainSettings(count=3, seed=9, steps=5)
    recording = Recording(open_model("digits"), settings)
    for step in run_chain(recording.model, settings):
        recording.advance()
        found = recording.step_from(step.t)
        assert torch.equal(found.x_s, step.x_s)
        torch.testing.assert_close(found.noise, step.noise, atol=1e-3, rtol=0)
