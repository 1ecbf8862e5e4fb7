"""A residual multilayer perceptron for points."""

from torch import Tensor, nn

from diffvis.networks.embedding import Conditioning, zero


class MLP(nn.Module):
    """``depth`` residual layers of ``width`` units; time and class are added before the first.

    The last layer starts at zero: an untrained network predicts zero everywhere.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        T: int,
        num_classes: int = 0,
        learns_variance: bool = False,
        width: int = 64,
        depth: int = 4,
    ) -> None:
        super().__init__()
        (dimensions,) = shape
        self.conditioning = Conditioning(T, width, num_classes)
        self.activation = nn.SiLU()
        self.first = nn.Linear(dimensions, width)
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.last = zero(nn.Linear(width, dimensions * (2 if learns_variance else 1)))

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """x_t: (N, D), t: (N,) in 1..T, labels: (N,) or None -> (N, D), or (N, 2 D)."""
        h = self.first(x_t) + self.conditioning(t, labels)
        for layer in self.layers:
            h = h + layer(self.activation(h))
        return self.last(self.activation(h))
