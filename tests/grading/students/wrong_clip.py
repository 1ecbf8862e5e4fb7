"""x_t is clipped, in a module."""
import torch
from torch import nn


class Diffusion(nn.Module):
    def __init__(self, net, T=1000):
        super().__init__()
        self.net = net
        self.register_buffer("betas", torch.linspace(1e-4, 0.02, T))
        self.register_buffer("alphas_bar", torch.cumprod(1 - self.betas, 0))

    def p_sample(self, x, t):
        b, a = self.betas[t], self.alphas_bar[t]
        eps = self.net(x, torch.full((x.size(0),), t))
        x = (x - b / (1 - a).sqrt() * eps) / (1 - b).sqrt()
        if t > 0:
            x = x + b.sqrt() * torch.randn_like(x)
        return x.clamp(-1, 1)
