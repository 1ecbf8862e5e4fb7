"""Points in the plane, a global network, t in 1..T with lists that are indexed with t - 1."""
import torch
from torch import nn

T = 1000
beta = torch.linspace(1e-4, 0.02, T)
abar = torch.cumprod(1 - beta, 0)
model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))


def q_sample(x0, t, eps):
    a = abar[t - 1].view(-1, 1)
    return a.sqrt() * x0 + (1 - a).sqrt() * eps


def loss_fn(x0):
    t = torch.randint(1, T + 1, (len(x0),))
    eps = torch.randn_like(x0)
    return ((model(q_sample(x0, t, eps), t) - eps) ** 2).mean()


def p_sample(x, t):
    b, a = beta[t - 1], abar[t - 1]
    eps = model(x, torch.full((len(x),), t))
    x = (x - b / (1 - a).sqrt() * eps) / (1 - b).sqrt()
    if t > 1:
        x = x + b.sqrt() * torch.randn_like(x)
    return x


@torch.no_grad()
def sample(n):
    model.eval()
    x = torch.randn(n, 2)
    for t in range(T, 0, -1):
        x = p_sample(x, t)
    return x
