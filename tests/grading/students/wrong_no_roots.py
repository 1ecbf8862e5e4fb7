"""The roots are missing."""
import torch


class Scheduler:
    def __init__(self, num_timesteps=1000, beta_start=0.0001, beta_end=0.02):
        self.betas = torch.linspace(beta_start, beta_end, num_timesteps)
        self.alpha_cum = torch.cumprod(1.0 - self.betas, dim=0)

    def add_noise(self, original, noise, t):
        a = self.alpha_cum[t].reshape(-1, 1, 1, 1)
        return a * original + (1 - a) * noise
