"""t counts from 0, and the table is read at t - 1."""
import torch

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
alpha_bar = torch.cumprod(1 - betas, 0)


def q_sample(x0, t, noise):
    a = alpha_bar[t - 1].view(-1, 1, 1, 1)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


def train_step(model, x0):
    t = torch.randint(0, T, (x0.size(0),))
    noise = torch.randn_like(x0)
    return ((model(q_sample(x0, t, noise), t) - noise) ** 2).mean()
