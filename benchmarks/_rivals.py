"""Networks that are not diffvis' own, under names of the registry, to be measured beside them."""

from torch import Tensor, nn

from diffvis.networks import fits_images, register

DIFFUSERS = "diffusers"
WIDTHS = {1: (24, 24, 48), 3: (32, 32, 64)}
"""Of the levels, by the images' channels: about as many parameters as "unet" has for small ones."""


@register(DIFFUSERS, "UNet2DModel of diffusers, of similar size", fits_images)
class DiffusersUNet(nn.Module):
    """Two blocks a level and attention at the coarsest, as diffusers' own examples have it."""

    def __init__(self, shape: tuple[int, ...], *, T: int) -> None:
        super().__init__()
        from diffusers import UNet2DModel  # slow to import, and only needed here

        widths = WIDTHS[shape[0]]
        plain = len(widths) - 1
        self.network = UNet2DModel(
            sample_size=shape[1],
            in_channels=shape[0],
            out_channels=shape[0],
            block_out_channels=widths,
            layers_per_block=2,
            norm_num_groups=8,
            down_block_types=(*["DownBlock2D"] * plain, "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", *["UpBlock2D"] * plain),
        )

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.network(x_t, t).sample
