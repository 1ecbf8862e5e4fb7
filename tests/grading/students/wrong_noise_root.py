"""One root is missing, in NumPy."""
import numpy as np

T = 1000
beta = np.linspace(1e-4, 0.02, T)
alpha_bar = np.cumprod(1 - beta)


def forward_process(x0, t):
    noise = np.random.randn(*x0.shape)
    return np.sqrt(alpha_bar[t]) * x0 + (1 - alpha_bar[t]) * noise
