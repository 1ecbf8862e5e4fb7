"""A U-Net for images of any size, made to learn fast on small machines.

Ho et al. 2020, appendix B, with four changes: the network can work on 2 x 2 blocks of pixels
(``patch``), which costs a quarter; time scales and shifts the normalised features (Dhariwal and
Nichol 2021, section 3.3); attention stands at the coarsest level only; and the output contains a
share of x_t that depends on t, as in Karras et al. 2022, eq. 7, but learned. The best prediction
of eps is nearly x_t where there is much noise: without the share, the layers first have to learn
to pass every pixel through.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from diffvis.networks.embedding import Conditioning, zero


def _norm(channels: int) -> nn.GroupNorm:
    """Groups of at least eight channels, at most 32 groups."""
    groups = next(g for g in (32, 16, 8, 4, 2, 1) if channels % g == 0 and channels // g >= 8)
    return nn.GroupNorm(groups, channels)


class _ResidualBlock(nn.Module):
    """x + conv(silu(norm(conv(silu(norm(x)))) * (1 + scale) + shift)), scale and shift from c."""

    def __init__(self, c_in: int, c_out: int, condition: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = _norm(c_in)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.condition = nn.Linear(condition, 2 * c_out)
        self.norm2 = _norm(c_out)
        self.dropout = nn.Dropout(dropout)
        self.conv2 = zero(nn.Conv2d(c_out, c_out, 3, padding=1))
        self.skip = nn.Identity() if c_in == c_out else nn.Conv2d(c_in, c_out, 1)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        h = self.conv1(functional.silu(self.norm1(x)))
        scale, shift = self.condition(c)[:, :, None, None].chunk(2, dim=1)
        h = self.norm2(h) * (1 + scale) + shift
        return self.skip(x) + self.conv2(self.dropout(functional.silu(h)))


class _Attention(nn.Module):
    """Self-attention between the pixels, in heads of 32 channels or, to come out even, of more."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        most = max(1, channels // 32)
        self.heads = next(h for h in range(most, 0, -1) if channels % h == 0)
        self.norm = _norm(channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = zero(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        n, channels, height, width = x.shape
        qkv = self.qkv(self.norm(x)).flatten(2).transpose(1, 2)  # (n, pixels, 3 channels)
        qkv = qkv.unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        h = functional.scaled_dot_product_attention(*qkv)  # (n, heads, pixels, channels / heads)
        h = h.permute(0, 1, 3, 2).reshape(n, channels, height, width)
        return x + self.out(h)


class UNet(nn.Module):
    """Residual blocks at ever coarser levels and back, with skips between equal levels.

    An odd side is rounded up on the way down, and what is too much is cut off on the way up, so
    that every image size works. The last layers of all blocks start at zero, and so does the
    share of x_t.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        T: int,
        num_classes: int = 0,
        learns_variance: bool = False,
        channels: Sequence[int] = (64, 128),
        blocks: int = 2,
        attention: bool = False,
        patch: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        image_channels = shape[0]
        out_channels = image_channels * (2 if learns_variance else 1)
        condition = 4 * channels[0]
        self.patch = patch
        self.conditioning = Conditioning(T, condition, num_classes)
        self.first = nn.Conv2d(image_channels * patch**2, channels[0], 3, padding=1)

        def block(c_in: int, c_out: int) -> _ResidualBlock:
            return _ResidualBlock(c_in, c_out, condition, dropout)

        self.down, self.coarser = nn.ModuleList(), nn.ModuleList()
        self.up, self.finer = nn.ModuleList(), nn.ModuleList()
        c = channels[0]
        for level, c_level in enumerate(channels):
            self.down.append(
                nn.ModuleList(block(c if i == 0 else c_level, c_level) for i in range(blocks))
            )
            c = c_level
            if level < len(channels) - 1:
                self.coarser.append(nn.Conv2d(c, c, 3, stride=2, padding=1))
        self.attention = _Attention(c) if attention else None
        self.middle = block(c, c)
        for level, c_level in reversed(tuple(enumerate(channels))):
            self.up.append(
                nn.ModuleList(
                    block((c if i == 0 else c_level) + c_level, c_level) for i in range(blocks)
                )
            )
            c = c_level
            if level > 0:
                self.finer.append(nn.Conv2d(c, c, 3, padding=1))
        self.norm = _norm(c)
        self.last = zero(nn.Conv2d(c, out_channels * patch**2, 3, padding=1))
        self.share = zero(nn.Linear(condition, image_channels))
        self.register_load_state_dict_pre_hook(_add_share)

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """x_t: (N, C, H, W), t: (N,) in 1..T, labels: (N,) or None -> (N, C or 2 C, H, W)."""
        height, width = x_t.shape[2:]
        c = functional.silu(self.conditioning(t, labels))
        h = self.first(self._to_patches(x_t))
        skips = []
        for level, blocks in enumerate(self.down):
            for block in blocks:
                h = block(h, c)
                skips.append(h)
            if level < len(self.coarser):
                h = self.coarser[level](h)
        if self.attention is not None:
            h = self.attention(h)
        h = self.middle(h, c)
        for level, blocks in enumerate(self.up):
            if level > 0:
                h = functional.interpolate(h, scale_factor=2.0, mode="nearest")
                h = self.finer[level - 1](h[:, :, : skips[-1].shape[2], : skips[-1].shape[3]])
            for block in blocks:
                h = block(torch.cat([h, skips.pop()], dim=1), c)
        h = self.last(functional.silu(self.norm(h)))
        h = functional.pixel_shuffle(h, self.patch)[:, :, :height, :width]
        prediction = h[:, : x_t.shape[1]] + self.share(c)[:, :, None, None] * x_t
        if h.shape[1] == x_t.shape[1]:
            return prediction
        return torch.cat([prediction, h[:, x_t.shape[1] :]], dim=1)  # and the learned variance

    def _to_patches(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C patch^2, H / patch, W / patch), padded to whole patches."""
        if self.patch == 1:
            return x
        bottom, right = (-n % self.patch for n in x.shape[2:])
        return functional.pixel_unshuffle(functional.pad(x, (0, right, 0, bottom)), self.patch)


def meant_weights(network: nn.Module) -> dict[str, Tensor]:
    """The weights of a network by name, without a share of x_t that is zero: that says no more than
    none, and is added to weights from before there was one.
    """
    weights = network.state_dict()
    if not isinstance(network, UNet) or any(weight.any() for weight in network.share.parameters()):
        return weights
    return {name: weight for name, weight in weights.items() if not name.startswith("share.")}


def _add_share(network: UNet, weights: dict[str, Tensor], prefix: str, *_: object) -> None:
    """Weights from before there was a share of x_t have none, which is a share of zero."""
    for name, parameter in network.share.named_parameters():
        weights.setdefault(f"{prefix}share.{name}", torch.zeros_like(parameter))
