"""Standard normal noise that a seed fixes on every machine."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from diffvis.diffusion.seeds import philox

_WORDS = 4  # of a block of Philox, each of which becomes one value
_BLOCKS = 2**15  # made at a time: they stay in the cache
_AHEAD = 16  # draws made at a time where they are small: a hundred operations cost what one does


class OwnNoise:
    """Noise of which every sample has its own, whatever others are drawn beside it.

    The value of a sample follows from the seed, the sample's number, how many draws came before
    and its place in the sample alone, by counting.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._draws = 0
        self._made: tuple[tuple[int, ...], list[Tensor]] = (), []  # those that come next, reversed

    def draw(self, shape: Sequence[int]) -> Tensor:
        """eps ~ N(0, I) of the next draw, float32 (N, ...) on the CPU: samples 0 to N - 1."""
        shape = tuple(shape)
        if self._made[0] != shape or not self._made[1]:
            blocks = shape[0] * _blocks(shape)
            # A chain that adds no noise draws once.
            ahead = min(_AHEAD, max(1, _BLOCKS // max(1, blocks))) if self._draws else 1
            self._made = shape, [*own_noise(self._seed, self._draws, ahead, shape).flip(0)]
        self._draws += 1
        return self._made[1].pop()


def own_noise(seed: int, first: int, draws: int, shape: tuple[int, ...]) -> Tensor:
    """The draws ``first`` to ``first + draws - 1`` of ``OwnNoise``, float32 (draws, *shape).

    Value i of sample k in draw d is number i mod 4 of the Philox counter (i div 4, d, k, 0).
    """
    count, size, blocks = shape[0], math.prod(shape[1:]), _blocks(shape)
    kept = min(_WORDS, size + size % 2)  # of each block
    found = torch.empty((draws * count * blocks, kept), dtype=torch.float32)
    for start in range(0, len(found), _BLOCKS):
        number = torch.arange(start, min(start + _BLOCKS, len(found)))
        sample = number // blocks
        words = philox(number % blocks, first + sample // count, sample % count, seed)
        found[start : start + len(number)] = _normal(words[:, :kept])
    return found.reshape(draws, count, -1)[..., :size].reshape(draws, *shape)


NoiseSource = torch.Generator | OwnNoise
"""What noise is drawn from."""


def draw_noise(like: Tensor, generator: NoiseSource) -> Tensor:
    """eps ~ N(0, I) of the shape, device and dtype of ``like`` (N, ...).

    Always drawn in float32 on the CPU, sample after sample, then moved: so that a seed means the
    same noise on a GPU.
    """
    if isinstance(generator, OwnNoise):
        noise = generator.draw(like.shape)
    else:
        noise = torch.randn(like.shape, generator=generator, dtype=torch.float32)
    return noise.to(like.device, like.dtype)


def _blocks(shape: tuple[int, ...]) -> int:
    """Of Philox for one sample."""
    return -(-math.prod(shape[1:]) // _WORDS)


def _normal(words: Tensor) -> Tensor:
    """Normal values (n, m) of words (n, m) below 2^32, m even, two of two (Box & Muller 1958).

    In float64, of which what is kept is the same whichever way a machine rounds logarithms.
    """
    share = words.double().add_(0.5).mul_(2.0**-32)
    radius = share[:, ::2].log().mul_(-2).sqrt_()
    angle = share[:, 1::2] * (2 * math.pi)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=2).flatten(1)
