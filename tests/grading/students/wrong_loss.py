"""Noise is drawn twice: once for x_t and once for the loss."""
import torch
import torch.nn.functional as F

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
alpha_bars = torch.cumprod(1 - betas, 0)


def q_sample(x0, t, noise=None):
    noise = torch.randn_like(x0) if noise is None else noise
    a = alpha_bars[t].view(-1, 1, 1, 1)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


def p_losses(model, x0, t):
    noise = torch.randn_like(x0)
    return F.mse_loss(model(q_sample(x0, t), t), noise)
