"""Noise in every step, the last among them."""
import torch

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
alphas = 1 - betas
abar = torch.cumprod(alphas, 0)


@torch.no_grad()
def ddpm_step(net, x, t):
    eps = net(x, torch.full((len(x),), t, dtype=torch.long))
    mean = (x - betas[t] / (1 - abar[t]).sqrt() * eps) / alphas[t].sqrt()
    return mean + betas[t].sqrt() * torch.randn_like(x)


@torch.no_grad()
def generate(net, shape):
    net.eval()
    x = torch.randn(shape)
    for t in range(T - 1, -1, -1):
        x = ddpm_step(net, x, t)
    return x
