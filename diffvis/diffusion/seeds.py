"""From a seed to random numbers: every seed of the program passes through here.

PyTorch's generator on the CPU (mt19937) keeps the lower 32 bits of its seed: 7 and 7 + 2^32 would
draw the same. Philox, a counter through ten rounds of mixing, takes all 64.
"""

import torch
from torch import Tensor

_WORD = 0xFFFFFFFF
_MULTIPLIERS = 0xD2511F53, 0xCD9E8D57
_KEY_STEPS = 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10


def seeded(seed: int) -> torch.Generator:
    """A generator on the CPU that every bit of ``seed``, from 0, decides."""
    return torch.Generator().manual_seed(fold_seed(seed))


def fold_seed(seed: int) -> int:
    """``seed`` in 32 bits: itself below 2^32, else the first word that Philox makes of the counter
    0 with the seed for its key.
    """
    if seed <= _WORD:
        return seed
    zero = torch.zeros(1, dtype=torch.int64)
    return int(philox(zero, zero, zero, seed)[0, 0])


def philox(block: Tensor, draw: Tensor, sample: Tensor, seed: int) -> Tensor:
    """The Philox4x32-10 random words (n, 4) of the counters (block, draw, sample, 0), each (n,)
    int64 in 0..2^32 - 1, with the lower 64 bits of ``seed`` for the key.

    Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3.
    """
    a, b, c, d = block, draw, sample, torch.zeros_like(block)
    key_0, key_1 = seed & _WORD, seed >> 32 & _WORD
    for _ in range(_ROUNDS):
        # The products are of 64 bits, and a shift repeats the uppermost: it must be cut off.
        first, second = a * _MULTIPLIERS[0], c * _MULTIPLIERS[1]
        a = (second >> 32).bitwise_and_(_WORD).bitwise_xor_(b).bitwise_xor_(key_0)
        c = (first >> 32).bitwise_and_(_WORD).bitwise_xor_(d).bitwise_xor_(key_1)
        b, d = second.bitwise_and_(_WORD), first.bitwise_and_(_WORD)
        key_0, key_1 = key_0 + _KEY_STEPS[0] & _WORD, key_1 + _KEY_STEPS[1] & _WORD
    return torch.stack([a, b, c, d], dim=1)
