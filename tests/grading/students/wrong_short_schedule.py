"""Betas of a thousand steps for a hundred."""
import torch

T = 100


def linear_beta_schedule(timesteps):
    return torch.linspace(1e-4, 0.02, timesteps)


betas = linear_beta_schedule(T)
alphas_cumprod = torch.cumprod(1 - betas, dim=0)
