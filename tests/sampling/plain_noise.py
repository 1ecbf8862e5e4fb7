"""Noise of which each sample has its own, as docs/mathematics.md says it: numpy and whole numbers,
one value at a time, nothing of diffvis."""

import numpy as np


def philox_words(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, ...]:
    """Philox4x32-10 (Salmon et al. 2011, section 3.3)."""
    a, b, c, d = counter
    left, right = key
    for _ in range(10):
        high_a, low_a = divmod(a * 0xD2511F53, 2**32)
        high_c, low_c = divmod(c * 0xCD9E8D57, 2**32)
        a, b, c, d = high_c ^ b ^ left, low_c, high_a ^ d ^ right, low_a
        left, right = (left + 0x9E3779B9) % 2**32, (right + 0xBB67AE85) % 2**32
    return a, b, c, d


def plain_noise(seed: int, draw: int, sample: int, size: int) -> np.ndarray:
    """The values (size,) float32 that one draw gives one sample."""
    key = seed % 2**32, seed >> 32
    found: list[float] = []
    for block in range(-(-size // 4)):
        words = [(w + 0.5) / 2**32 for w in philox_words((block, draw, sample, 0), key)]
        for first, second in (words[:2], words[2:]):
            radius = np.sqrt(-2 * np.log(first))
            found += [radius * np.cos(2 * np.pi * second), radius * np.sin(2 * np.pi * second)]
    return np.array(found[:size], np.float32)
