"""camelCase, a config class, the loss of a network that also gets a class."""
import torch
import torch.nn.functional as F


class Config:
    T = 1000
    lr = 1e-3


cfg = Config()
betas = torch.linspace(1e-4, 0.02, cfg.T)
alphaBar = (1 - betas).cumprod(0)


def addNoise(img, t):
    noise = torch.randn_like(img)
    ab = alphaBar[t].reshape(-1, 1, 1, 1)
    return ab.sqrt() * img + (1 - ab).sqrt() * noise, noise


def getLoss(net, img, labels):
    t = torch.randint(0, cfg.T, (img.size(0),), device=img.device)
    noisy, noise = addNoise(img, t)
    return F.mse_loss(net(noisy, t, labels), noise)


def reverseStep(net, x, t, y):
    ab, b = alphaBar[t], betas[t]
    eps = net(x, torch.full((len(x),), t), y)
    mean = (1 - b) ** -0.5 * (x - b * (1 - ab) ** -0.5 * eps)
    return mean if t == 0 else mean + b**0.5 * torch.randn(x.shape)
