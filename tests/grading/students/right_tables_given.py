"""Tables and eps are arguments; t is a tensor; short names."""
import torch


def q_sample(x0, t, sqrt_alphas_cumprod, sqrt_one_minus_alphas_cumprod, noise):
    a = sqrt_alphas_cumprod[t].view(-1, *[1] * (x0.dim() - 1))
    b = sqrt_one_minus_alphas_cumprod[t].view(-1, *[1] * (x0.dim() - 1))
    return a * x0 + b * noise


def predict_x0(xt, t, eps, alphas_cumprod):
    a = alphas_cumprod[t].view(-1, *[1] * (xt.dim() - 1))
    return (xt - (1 - a).sqrt() * eps) / a.sqrt()


def p_sample(xt, t, pred_noise, betas, alphas, alphas_cumprod, z=None):
    z = torch.randn_like(xt) if z is None else z
    shape = (-1, *[1] * (xt.dim() - 1))
    b, a, ab = betas[t].view(shape), alphas[t].view(shape), alphas_cumprod[t].view(shape)
    keep = (t != 0).float().view(shape)
    return (xt - b / (1 - ab).sqrt() * pred_noise) / a.sqrt() + keep * b.sqrt() * z
