"""DDIM with an eta and a time before, -1 for the data."""
import torch

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
alphas_cumprod = torch.cumprod(1 - betas, 0)


def alpha_of(t):
    return alphas_cumprod[t] if t >= 0 else torch.tensor(1.0)


def ddim_step(model, x, t, t_prev, eta=0.0):
    a, a_prev = alpha_of(t), alpha_of(t_prev)
    eps = model(x, torch.full((x.shape[0],), t, dtype=torch.long))
    x0 = (x - (1 - a).sqrt() * eps) / a.sqrt()
    sigma = eta * ((1 - a_prev) / (1 - a) * (1 - a / a_prev)).sqrt()
    direction = (1 - a_prev - sigma**2).sqrt() * eps
    return a_prev.sqrt() * x0 + direction + sigma * torch.randn_like(x)


def ddim_sample(model, n, steps=50):
    times = list(range(0, T, T // steps))
    x = torch.randn(n, 1, 28, 28)
    for t, s in zip(reversed(times), reversed([-1] + times[:-1])):
        x = ddim_step(model, x, t, s)
    return x
