"""DDIM's direction is sigma."""
import torch

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
alphas_cumprod = torch.cumprod(1 - betas, 0)


def ddim_step(x_t, eps, t, t_prev, eta=0.0):
    a, a_prev = alphas_cumprod[t], alphas_cumprod[t_prev]
    sigma = eta * ((1 - a_prev) / (1 - a) * (1 - a / a_prev)).sqrt()
    x0 = (x_t - (1 - a).sqrt() * eps) / a.sqrt()
    return a_prev.sqrt() * x0 + sigma * eps + sigma * torch.randn_like(x_t)
