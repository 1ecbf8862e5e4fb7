"""Methods that follow from x_0: predict, clip, posterior; as in a well-known library."""
import torch
from torch import nn
import torch.nn.functional as F


def extract(a, t, x_shape):
    return a.gather(-1, t).reshape(len(t), *((1,) * (len(x_shape) - 1)))


class GaussianDiffusion(nn.Module):
    def __init__(self, model, *, image_size=32, timesteps=1000):
        super().__init__()
        self.model = model
        betas = torch.linspace(1e-4, 0.02, timesteps, dtype=torch.float64)
        alphas = 1.0 - betas
        alphas_cumprod = torch.cumprod(alphas, dim=0)
        prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
        self.num_timesteps = timesteps
        reg = lambda name, value: self.register_buffer(name, value.to(torch.float32))
        reg("betas", betas)
        reg("alphas_cumprod", alphas_cumprod)
        reg("sqrt_alphas_cumprod", alphas_cumprod.sqrt())
        reg("sqrt_one_minus_alphas_cumprod", (1 - alphas_cumprod).sqrt())
        reg("sqrt_recip_alphas_cumprod", (1 / alphas_cumprod).sqrt())
        reg("sqrt_recipm1_alphas_cumprod", (1 / alphas_cumprod - 1).sqrt())
        variance = betas * (1 - prev) / (1 - alphas_cumprod)
        reg("posterior_variance", variance)
        reg("posterior_log_variance_clipped", torch.log(variance.clamp(min=1e-20)))
        reg("posterior_mean_coef1", betas * prev.sqrt() / (1 - alphas_cumprod))
        reg("posterior_mean_coef2", (1 - prev) * alphas.sqrt() / (1 - alphas_cumprod))

    def predict_start_from_noise(self, x_t, t, noise):
        return extract(self.sqrt_recip_alphas_cumprod, t, x_t.shape) * x_t - extract(self.sqrt_recipm1_alphas_cumprod, t, x_t.shape) * noise

    def q_posterior(self, x_start, x_t, t):
        mean = extract(self.posterior_mean_coef1, t, x_t.shape) * x_start + extract(self.posterior_mean_coef2, t, x_t.shape) * x_t
        return mean, extract(self.posterior_variance, t, x_t.shape), extract(self.posterior_log_variance_clipped, t, x_t.shape)

    @torch.no_grad()
    def p_sample(self, x, t: int):
        times = torch.full((len(x),), t, dtype=torch.long)
        x_start = self.predict_start_from_noise(x, times, self.model(x, times)).clamp(-1.0, 1.0)
        mean, _, log_variance = self.q_posterior(x_start, x, times)
        noise = torch.randn_like(x) if t > 0 else 0.0
        return mean + (0.5 * log_variance).exp() * noise, x_start

    def q_sample(self, x_start, t, noise=None):
        noise = torch.randn_like(x_start) if noise is None else noise
        return extract(self.sqrt_alphas_cumprod, t, x_start.shape) * x_start + extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise

    def p_losses(self, x_start, t, noise=None):
        noise = torch.randn_like(x_start) if noise is None else noise
        return F.mse_loss(self.model(self.q_sample(x_start, t, noise), t), noise)

    def forward(self, img):
        t = torch.randint(0, self.num_timesteps, (len(img),)).long()
        return self.p_losses(img * 2 - 1, t)
