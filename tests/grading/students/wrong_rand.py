"""rand for randn, and eps taken for v."""
import torch

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
alpha_bars = torch.cumprod(1 - betas, 0)


def forward_diffusion(x_0, t):
    noise = torch.rand_like(x_0)
    a = alpha_bars[t].view(-1, 1, 1, 1)
    return a.sqrt() * x_0 + (1 - a).sqrt() * noise, noise


def predict_x0(x_t, t, eps):
    a = alpha_bars[t].view(-1, 1, 1, 1)
    return a.sqrt() * x_t - (1 - a).sqrt() * eps
