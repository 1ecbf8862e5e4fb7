"""Nothing but a cosine schedule, written as in the paper."""
import math

import torch


def f(t, T, s=0.008):
    return math.cos((t / T + s) / (1 + s) * math.pi / 2) ** 2


def cosine_betas(T):
    return torch.tensor([min(1 - f(t, T) / f(t - 1, T), 0.999) for t in range(1, T + 1)])
