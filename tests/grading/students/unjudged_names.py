"""Sound, but nobody can know what x1 and x2 are: --args says it."""
import torch

betas = torch.linspace(1e-4, 0.02, 1000)
ab = torch.cumprod(1 - betas, 0)


def blend(x1, k1, x2):
    a = ab[k1].view(-1, 1, 1, 1)
    return a.sqrt() * x1 + (1 - a).sqrt() * x2
