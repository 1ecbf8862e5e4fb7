"""Noise becomes a Swiss roll: DDPM (Ho, Jain & Abbeel 2020) in 80 lines, in the paper's order."""

import sys
from contextlib import suppress

import torch
from torch import nn

T = 40  # t = 0 is data, t = T is noise
beta = torch.zeros(T + 1, dtype=torch.float64)
beta[1:] = 1000 / T * torch.linspace(1e-4, 0.02, T, dtype=torch.float64)  # Ho's T is 1000
alpha = 1 - beta
alpha_bar = alpha.cumprod(0)


def swiss_roll(n):  # x_0 (n, 2), of mean 0 and standard deviation 1
    theta = 1.5 * torch.pi * (1 + 2 * torch.rand(n, 1))
    x0 = theta / 15 * torch.cat([theta.cos(), theta.sin()], dim=1) + 0.02 * torch.randn(n, 2)
    return (x0 - x0.mean(0)) / x0.std(0, correction=0)


def q_sample(x0, t, eps):  # eq. 4: x_t ~ q(x_t | x_0), part data and part noise
    a = alpha_bar[t, None]
    return (a.sqrt() * x0 + (1 - a).sqrt() * eps).float()


class Network(nn.Module):  # eps_hat (n, 2) from x_t (n, 2) and t (n,) in 1..T
    def __init__(self, width=64, depth=4):
        super().__init__()
        self.first, self.time = nn.Linear(2, width), nn.Embedding(T + 1, width)
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.last = nn.Linear(width, 2)

    def forward(self, x_t, t):
        h = self.first(x_t) + self.time(t)
        for layer in self.layers:
            h = h + layer(nn.functional.silu(h))
        return self.last(nn.functional.silu(h))


def simple_loss(network, x0, t, eps):  # eq. 14, of each sample (n,)
    return (eps - network(q_sample(x0, t, eps), t)).square().mean(1)


def train(network, data, steps, batch_size=512):  # algorithm 1
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        x0 = data[torch.randint(len(data), (batch_size,))]
        t = torch.randint(1, T + 1, (batch_size,))
        eps = torch.randn_like(x0)
        optimizer.zero_grad()
        simple_loss(network, x0, t, eps).mean().backward()
        optimizer.step()
        decay.step()


@torch.no_grad()
def sample(network, n):  # algorithm 2, with sigma_t^2 = beta_t: the whole chain, x[T] .. x[0]
    x = {T: torch.randn(n, 2)}
    for t in range(T, 0, -1):
        eps_hat = network(x[t], torch.full((n,), t))
        mean = (x[t] - beta[t] / (1 - alpha_bar[t]).sqrt() * eps_hat) / alpha[t].sqrt()
        x[t - 1] = mean + beta[t].sqrt() * torch.randn(n, 2) if t > 1 else mean
    return x


if __name__ == "__main__":
    torch.manual_seed(0)
    data, network = swiss_roll(10_000), Network()
    train(network, data, steps=int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
    x = sample(network, 2000)
    print(f"x_0 is {torch.cdist(x[0], data).amin(1).mean():.3f} from the data, on average")
    with suppress(ImportError):  # a picture, where matplotlib is there
        from matplotlib.figure import Figure

        figure = Figure((15, 3), layout="constrained")
        for i, t in enumerate((T, 10, 5, 2, 0), 1):
            figure.add_subplot(1, 5, i, title=f"t = {t}", aspect="equal").scatter(*x[t].T, s=1)
        figure.savefig("swiss_roll.png")
