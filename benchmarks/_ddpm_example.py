"""A DDPM written as diffusers' own example does, to race against.

Like examples/unconditional_image_generation/train_unconditional.py: UNet2DModel, DDPMScheduler,
AdamW with betas (0.95, 0.999), warm-up and cosine learning rate, gradient clipping, EMAModel with
its warm-up, float32. The network has the block types of the MNIST model in Hugging Face's course.
"""

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from diffvis.diffusion.schedule import NoiseSchedule


class Example:
    """One ``step()`` is one optimiser step. ``widths`` are the channels of the network's levels;
    with ``labels`` (N,) of x0 it learns these, as the library embeds classes.
    """

    def __init__(
        self,
        x0: Tensor,
        schedule: NoiseSchedule,
        widths: tuple[int, ...],
        batch_size: int,
        lr: float,
        steps: int,
        labels: Tensor | None = None,
    ) -> None:
        from diffusers import DDPMScheduler, UNet2DModel
        from diffusers.optimization import get_cosine_schedule_with_warmup
        from diffusers.training_utils import EMAModel

        self.model = UNet2DModel(
            sample_size=x0.shape[-1],
            in_channels=x0.shape[1],
            out_channels=x0.shape[1],
            layers_per_block=2,
            block_out_channels=widths,
            norm_num_groups=8,
            down_block_types=("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"),
            num_class_embeds=None if labels is None else int(labels.max()) + 1,
        )
        self.average = EMAModel(
            self.model.parameters(), decay=0.9999, use_ema_warmup=True, inv_gamma=1.0, power=0.75
        )
        self.scheduler = DDPMScheduler(
            num_train_timesteps=schedule.T, trained_betas=schedule.beta[1:].numpy()
        )
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=lr, betas=(0.95, 0.999), weight_decay=1e-6, eps=1e-8
        )
        self.lr_scheduler = get_cosine_schedule_with_warmup(
            self.optimizer, num_warmup_steps=min(500, steps // 10), num_training_steps=steps
        )
        samples = TensorDataset(x0) if labels is None else TensorDataset(x0, labels)
        loader = DataLoader(samples, batch_size=batch_size, shuffle=True, drop_last=True)
        self._batches = self._endless(loader)

    @staticmethod
    def _endless(loader: DataLoader):
        while True:
            yield from loader

    def step(self) -> None:
        clean, *labels = next(self._batches)
        noise = torch.randn(clean.shape)
        timesteps = torch.randint(0, self.scheduler.config.num_train_timesteps, (len(clean),))
        noisy = self.scheduler.add_noise(clean, noise, timesteps)
        loss = functional.mse_loss(self.model(noisy, timesteps, *labels).sample, noise)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.lr_scheduler.step()
        self.optimizer.zero_grad()
        self.average.step(self.model.parameters())

    def eps_hat(self, x_t: Tensor, t: Tensor, averaged: bool) -> Tensor:
        """Its prediction at t in 1..T, by the present weights or by their average."""
        self.model.eval()
        parameters = list(self.model.parameters())
        if averaged:
            self.average.store(parameters)
            self.average.copy_to(parameters)
        found = self.model(x_t, t - 1).sample
        if averaged:
            self.average.restore(parameters)
        self.model.train()
        return found
