"""A factor nobody has in a catalogue: the sign of eps."""
import torch

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
abar = torch.cumprod(1 - betas, 0)


def p_sample(model, x, t):
    eps = model(x, torch.full((len(x),), t))
    mean = (x + betas[t] / (1 - abar[t]).sqrt() * eps) / (1 - betas[t]).sqrt()
    return mean if t == 0 else mean + betas[t].sqrt() * torch.randn_like(x)
