"""A module with T + 1 entries in its tables, t in 1..T, told as t / T: as in minDiffusion."""
import torch
import torch.nn as nn


def ddpm_schedules(beta1, beta2, T):
    beta_t = (beta2 - beta1) * torch.arange(0, T + 1, dtype=torch.float32) / T + beta1
    beta_t[0] = 0.0
    alpha_t = 1 - beta_t
    alphabar_t = torch.cumsum(torch.log(alpha_t), dim=0).exp()
    return {"beta_t": beta_t, "alpha_t": alpha_t, "alphabar_t": alphabar_t}


class DDPM(nn.Module):
    def __init__(self, eps_model, betas, n_T, criterion=nn.MSELoss()):
        super().__init__()
        self.eps_model = eps_model
        for k, v in ddpm_schedules(betas[0], betas[1], n_T).items():
            self.register_buffer(k, v)
        self.n_T = n_T
        self.criterion = criterion

    def compute_loss(self, x):
        _ts = torch.randint(1, self.n_T + 1, (x.shape[0],))
        eps = torch.randn_like(x)
        x_t = self.alphabar_t.sqrt()[_ts, None, None, None] * x + (1 - self.alphabar_t).sqrt()[_ts, None, None, None] * eps
        return self.criterion(eps, self.eps_model(x_t, _ts / self.n_T))

    def p_sample(self, x_i, i):
        z = torch.randn_like(x_i) if i > 1 else 0
        eps = self.eps_model(x_i, torch.tensor(i / self.n_T).repeat(len(x_i)))
        return (x_i - eps * self.beta_t[i] / (1 - self.alphabar_t[i]).sqrt()) / self.alpha_t[i].sqrt() + self.beta_t[i].sqrt() * z
