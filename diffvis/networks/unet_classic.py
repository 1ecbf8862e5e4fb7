"""The U-Net that courses teach, with time conditioning: the baseline to beat."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from diffvis.networks.embedding import Conditioning


class _DoubleConvolution(nn.Module):
    """Twice a 3 x 3 convolution, batch-norm and ReLU; the condition is added in between."""

    def __init__(self, c_in: int, c_out: int, condition: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(c_out)
        self.condition = nn.Linear(condition, c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(c_out)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        h = functional.relu(self.norm1(self.conv1(x))) + self.condition(c)[:, :, None, None]
        return functional.relu(self.norm2(self.conv2(h)))


class ClassicUNet(nn.Module):
    """Two levels down by max-pooling, two up by transposed convolution (Ronneberger et al. 2015).

    Channels double at each level. Images are padded with zeros to a multiple of four.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        T: int,
        num_classes: int = 0,
        learns_variance: bool = False,
        width: int = 64,
    ) -> None:
        super().__init__()
        channels = shape[0]
        condition = 2 * width
        self.conditioning = Conditioning(T, condition, num_classes)
        self.down1 = _DoubleConvolution(channels, width, condition)
        self.down2 = _DoubleConvolution(width, 2 * width, condition)
        self.bottom = _DoubleConvolution(2 * width, 4 * width, condition)
        self.finer2 = nn.ConvTranspose2d(4 * width, 2 * width, 2, stride=2)
        self.up2 = _DoubleConvolution(4 * width, 2 * width, condition)
        self.finer1 = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.up1 = _DoubleConvolution(2 * width, width, condition)
        self.last = nn.Conv2d(width, channels * (2 if learns_variance else 1), 1)

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """x_t: (N, C, H, W), t: (N,) in 1..T, labels: (N,) or None -> (N, C or 2 C, H, W)."""
        height, width = x_t.shape[2:]
        c = functional.relu(self.conditioning(t, labels))
        h1 = self.down1(functional.pad(x_t, (0, -width % 4, 0, -height % 4)), c)
        h2 = self.down2(functional.max_pool2d(h1, 2), c)
        h = self.bottom(functional.max_pool2d(h2, 2), c)
        h = self.up2(torch.cat([h2, self.finer2(h)], dim=1), c)
        h = self.up1(torch.cat([h1, self.finer1(h)], dim=1), c)
        return self.last(h)[:, :, :height, :width]
