"""As in a published tutorial: one step's beta, and a network that never uses t."""
import torch
from torch import nn

n_steps = 1000
beta = torch.linspace(1e-4, 0.02, n_steps)


def noisify(x0, t):
    eps = torch.randn_like(x0)
    b = beta[t].reshape(-1, 1, 1, 1)
    return (1 - b).sqrt() * x0 + b.sqrt() * eps, eps


def loss(net, x0):
    t = torch.randint(0, n_steps, (x0.shape[0],))
    noisy, eps = noisify(x0, t)
    return ((net(noisy) - eps) ** 2).mean()
