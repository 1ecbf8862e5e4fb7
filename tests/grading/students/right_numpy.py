"""NumPy, points, one t for all."""
import numpy as np

T = 500
betas = np.linspace(1e-4 * 2, 0.02 * 2, T)
alphas = 1 - betas
alpha_bars = np.cumprod(alphas)


def forward_diffuse(x0, t):
    eps = np.random.randn(*x0.shape)
    return np.sqrt(alpha_bars[t]) * x0 + np.sqrt(1 - alpha_bars[t]) * eps, eps


def reverse_step(x_t, t, eps_hat):
    mean = (x_t - betas[t] / np.sqrt(1 - alpha_bars[t]) * eps_hat) / np.sqrt(alphas[t])
    if t == 0:
        return mean
    sigma = np.sqrt(betas[t] * (1 - alpha_bars[t - 1]) / (1 - alpha_bars[t]))
    return mean + sigma * np.random.normal(size=x_t.shape)


def predict_x0(x_t, t, eps):
    return (x_t - np.sqrt(1 - alpha_bars[t]) * eps) / np.sqrt(alpha_bars[t])
