"""The variance where its root belongs."""
import torch

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
alphas = 1 - betas
abar = torch.cumprod(alphas, 0)


def denoise_step(model, x_t, t):
    eps = model(x_t, torch.tensor([t] * len(x_t)))
    mu = (x_t - betas[t] / torch.sqrt(1 - abar[t]) * eps) / torch.sqrt(alphas[t])
    sigma = betas[t] * (1 - abar[t - 1]) / (1 - abar[t]) if t > 0 else 0
    return mu + sigma * torch.randn_like(x_t)
