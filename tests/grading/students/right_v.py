"""A network that predicts v, and a training file around it that fails."""
import torch
import torch.nn.functional as F
from torch_ema_of_nobody import EMA
from torch.utils.data import DataLoader

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
STEPS = 1000
betas = torch.linspace(1e-4, 0.02, STEPS).to(device)
alpha_bar = torch.cumprod(1 - betas, dim=0)


def add_noise(x, t, noise):
    a = alpha_bar[t][:, None, None, None]
    return a.sqrt() * x + (1 - a).sqrt() * noise


def compute_loss(model, x, t, noise=None):
    noise = torch.randn_like(x) if noise is None else noise
    a = alpha_bar[t][:, None, None, None]
    v = a.sqrt() * noise - (1 - a).sqrt() * x
    return F.mse_loss(model(add_noise(x, t, noise), t), v)


loader = DataLoader(open("no such file"), batch_size=4)
for epoch in range(10):
    for batch in loader:
        compute_loss(None, batch, torch.randint(0, STEPS, (4,))).backward()
