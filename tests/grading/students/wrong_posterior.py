"""The posterior with beta for its variance."""
import torch
import torch.nn.functional as F

betas = torch.linspace(1e-4, 0.02, 1000)
alphas = 1 - betas
alphas_cumprod = torch.cumprod(alphas, 0)
prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)


def q_posterior(x_start, x_t, t):
    shape = (-1, 1, 1, 1)
    b, a = betas[t].view(shape), alphas_cumprod[t].view(shape)
    p = prev[t].view(shape)
    mean = b * p.sqrt() / (1 - a) * x_start + (1 - p) * alphas[t].view(shape).sqrt() / (1 - a) * x_t
    return mean, b
