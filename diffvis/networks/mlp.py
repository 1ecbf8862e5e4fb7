"""A residual multilayer perceptron for points."""

from torch import Tensor, nn

from diffvis.networks.embedding import Conditioning, zero


class _Block(nn.Module):
    """h + W2 silu(W1 silu(h) + W_c c)"""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.activation = nn.SiLU()
        self.first = nn.Linear(width, width)
        self.condition = nn.Linear(width, width, bias=False)
        self.second = zero(nn.Linear(width, width))

    def forward(self, h: Tensor, c: Tensor) -> Tensor:
        inner = self.first(self.activation(h)) + self.condition(c)
        return h + self.second(self.activation(inner))


class MLP(nn.Module):
    """``depth`` residual blocks of ``width`` units, each told the time and the class.

    The last layer starts at zero: an untrained network predicts zero everywhere.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        T: int,
        num_classes: int = 0,
        learns_variance: bool = False,
        width: int = 128,
        depth: int = 3,
    ) -> None:
        super().__init__()
        (dimensions,) = shape
        self.conditioning = Conditioning(T, width, num_classes)
        self.activation = nn.SiLU()
        self.first = nn.Linear(dimensions, width)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(depth))
        self.last = zero(nn.Linear(width, dimensions * (2 if learns_variance else 1)))

    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """x_t: (N, D), t: (N,) in 1..T, labels: (N,) or None -> (N, D), or (N, 2 D)."""
        c = self.activation(self.conditioning(t, labels))
        h = self.first(x_t)
        for block in self.blocks:
            h = block(h, c)
        return self.last(self.activation(h))
