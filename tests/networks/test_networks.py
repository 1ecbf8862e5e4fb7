"""What every network must do, whatever is inside it."""

import pytest
import torch
from torch import Tensor, nn

from diffvis.networks import NETWORKS, make_network
from diffvis.networks.embedding import Conditioning, sinusoids

T = 40
CASES = [
    ("mlp", (2,)),
    ("mlp", (5,)),
    ("unet", (1, 8, 8)),
    ("unet", (1, 28, 28)),
    ("unet", (3, 32, 32)),
    ("unet", (1, 27, 29)),
    ("unet", (3, 5, 3)),
    ("unet", (1, 1, 1)),
    ("unet-classic", (1, 28, 28)),
    ("unet-classic", (3, 9, 6)),
]
SMALL = {
    "mlp": {"width": 16, "depth": 2},
    "unet": {"channels": (8, 16), "blocks": 1},
    "unet-classic": {"width": 8},
}
NAMES = [("mlp", (2,)), ("unet", (1, 7, 8)), ("unet-classic", (1, 7, 8))]


def small(name: str, shape: tuple[int, ...], **arguments: object) -> nn.Module:
    torch.manual_seed(0)
    return make_network(name, shape, T=T, **{**SMALL[name], **arguments})


def roughen(network: nn.Module) -> nn.Module:
    """Take the zeros out of last layers, so that everything inside shows in the output."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return network.eval()


def inputs(shape: tuple[int, ...], n: int = 3) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(2)
    return torch.randn(n, *shape, generator=generator), torch.linspace(1, T, n).long()


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_the_default_predicts_what_it_was_given(name: str, shape: tuple[int, ...]) -> None:
    network = make_network(name, shape, T=T).eval()
    x_t, t = inputs(shape)
    assert network(x_t, t).shape == x_t.shape


@pytest.mark.parametrize(
    ("name", "shape", "options"),
    [
        *(("mlp", (2,), {"width": width}) for width in (8, 9, 65, 66, 67, 150, 151)),
        *(("unet-classic", (1, 8, 8), {"width": width}) for width in (4, 5, 31, 32, 33, 51)),
        *(
            ("unet", (1, 8, 8), {"channels": channels, "attention": True, "blocks": 1})
            for channels in ((16, 104), (8, 8), (9, 33), (11, 67), (16, 97), (33, 160))
        ),
        ("unet", (1, 1, 1), {"channels": (13,), "patch": 8}),
    ],
)
def test_any_width_works(name: str, shape: tuple[int, ...], options: dict) -> None:
    network = make_network(name, shape, T=T, **options).eval()
    x_t, t = inputs(shape)
    assert network(x_t, t).shape == x_t.shape


def test_widths_that_always_worked_keep_their_weights_and_heads() -> None:
    for width in (8, 32, 64, 96, 128, 256, 300):
        assert Conditioning(T, width).sinusoid_width == max(32, width // 2)
    for channels in (8, 32, 40, 64, 96, 128, 192, 256):
        network = make_network("unet", (1, 8, 8), T=T, channels=(8, channels), attention=True)
        assert network.attention.heads == max(1, channels // 32)
    network = make_network("unet", (1, 8, 8), T=T, channels=(8, 104), attention=True)
    assert network.attention.heads == 2


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_a_learned_variance_doubles_the_channels(name: str, shape: tuple[int, ...]) -> None:
    network = small(name, shape, learns_variance=True)
    x_t, t = inputs(shape)
    assert network(x_t, t).shape == (3, 2 * shape[0], *shape[1:])


@pytest.mark.parametrize(("name", "shape"), [("mlp", (2,)), ("unet", (1, 8, 8))])
def test_an_untrained_network_predicts_zero(name: str, shape: tuple[int, ...]) -> None:
    assert not make_network(name, shape, T=T)(*inputs(shape)).any()


@pytest.mark.parametrize(("name", "shape"), NAMES)
def test_weights_come_from_the_global_generator_alone(name: str, shape: tuple[int, ...]) -> None:
    def weights(seed: int) -> Tensor:
        torch.manual_seed(seed)
        network = make_network(name, shape, T=T, **SMALL[name])
        return torch.cat([parameter.flatten() for parameter in network.parameters()])

    assert torch.equal(weights(3), weights(3))
    assert not torch.equal(weights(3), weights(4))


@pytest.mark.parametrize(("name", "shape"), NAMES)
def test_each_sample_is_seen_alone_and_at_its_own_time(name: str, shape: tuple[int, ...]) -> None:
    network = roughen(small(name, shape))
    x_t, t = inputs(shape)
    together = network(x_t, t)
    for i in range(3):
        assert torch.allclose(together[i : i + 1], network(x_t[i : i + 1], t[i : i + 1]), atol=1e-4)
    same = x_t[:1].expand_as(x_t)
    assert (network(same, t)[0] - network(same, t)[2]).abs().max() > 1e-3


@pytest.mark.parametrize(("name", "shape"), NAMES)
def test_no_label_is_the_null_label(name: str, shape: tuple[int, ...]) -> None:
    network = roughen(small(name, shape, num_classes=10))
    x_t, t = inputs(shape)
    null = network(x_t, t)
    assert torch.equal(null, network(x_t, t, torch.full((3,), 10)))
    assert (null - network(x_t, t, torch.tensor([0, 4, 9]))).abs().amax(
        dim=tuple(range(1, null.ndim))
    ).min() > 1e-3


@pytest.mark.parametrize(("name", "shape"), NAMES)
def test_every_parameter_learns(name: str, shape: tuple[int, ...]) -> None:
    network = roughen(small(name, shape, num_classes=3)).train()
    x_t, t = inputs(shape, 4)
    network(x_t, t, torch.tensor([0, 1, 2, 3])).square().sum().backward()
    without = [key for key, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


@pytest.mark.parametrize(("name", "shape"), NAMES)
def test_a_state_dict_restores_it(name: str, shape: tuple[int, ...]) -> None:
    network, other = roughen(small(name, shape)), small(name, shape)
    other.load_state_dict(network.state_dict())
    assert torch.equal(network(*inputs(shape)), other.eval()(*inputs(shape)))


@pytest.mark.parametrize(("name", "shape"), [("mlp", (2,)), ("unet", (1, 28, 28))])
def test_bfloat16_and_channels_last_change_little(name: str, shape: tuple[int, ...]) -> None:
    network = roughen(small(name, shape))
    x_t, t = inputs(shape)
    exact = network(x_t, t)
    if len(shape) == 3:
        network = network.to(memory_format=torch.channels_last)
        x_t = x_t.contiguous(memory_format=torch.channels_last)
        assert torch.allclose(network(x_t, t), exact, atol=1e-3 * exact.abs().max().item())
    with torch.autocast("cpu", torch.bfloat16):
        quick = network(x_t, t)
    assert quick.shape == exact.shape
    assert (quick.float() - exact).abs().mean() < 0.05 * exact.abs().mean()


def test_unet_takes_attention_patches_blocks_and_dropout() -> None:
    options = {"channels": (8, 16, 16), "blocks": 2, "attention": True, "patch": 3, "dropout": 0.5}
    network = roughen(small("unet", (1, 28, 25), **options))
    x_t, t = inputs((1, 28, 25))
    assert network(x_t, t).shape == x_t.shape
    assert torch.equal(network(x_t, t), network(x_t, t))
    network.train()
    assert not torch.equal(network(x_t, t), network(x_t, t))


def test_unet_s_attention_mixes_far_pixels() -> None:
    """Two pixels whose receptive fields do not meet: only attention carries one to the other."""
    change = []
    for attention in (False, True):
        network = roughen(small("unet", (1, 64, 64), channels=(8, 8), attention=attention))
        x_t = torch.zeros(1, 1, 64, 64)
        other = x_t.clone()
        other[..., 0, 0] = 3.0
        for module in network.modules():
            if isinstance(module, nn.GroupNorm):  # which would carry it too
                module.forward = lambda h: h
        difference = network(x_t, torch.tensor([5])) - network(other, torch.tensor([5]))
        change.append(difference[..., 50:, 50:].abs().max().item())
    assert change[0] == 0 and change[1] > 0


def test_times_are_told_apart_for_any_number_of_steps() -> None:
    for steps in (1, 40, 1000):
        torch.manual_seed(0)
        conditioning = Conditioning(steps, 32)
        last = conditioning(torch.tensor([steps]))
        if steps == 1:
            first_last = last
        assert torch.allclose(last, first_last, atol=1e-5)  # t = T means the same everywhere


def test_a_table_of_times_is_only_a_shortcut() -> None:
    conditioning = Conditioning(T, 32, num_classes=2)
    t = torch.randint(1, T + 1, (3 * T,))
    labels = torch.randint(0, 3, (3 * T,))
    whole = conditioning(t, labels)
    parts = [conditioning(a, b) for a, b in zip(t.split(T // 2), labels.split(T // 2), strict=True)]
    assert torch.allclose(whole, torch.cat(parts), atol=1e-6)


def test_sinusoids_are_those_of_the_paper() -> None:
    (row,) = sinusoids(torch.tensor([3]), 4)
    angles = torch.tensor([3.0, 0.03])
    assert torch.allclose(row, torch.cat([angles.cos(), angles.sin()]))


@pytest.mark.parametrize(
    ("name", "shape"), [("mlp", (2,)), ("unet", (1, 4, 4)), ("unet-classic", (1, 4, 4))]
)
def test_it_learns(name: str, shape: tuple[int, ...]) -> None:
    """To give back the noise that was added to one sample."""
    network = small(name, shape)
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    generator = torch.Generator().manual_seed(0)
    x0 = torch.randn(1, *shape, generator=generator)
    losses = []
    for _ in range(80):
        eps = torch.randn(16, *shape, generator=generator)
        t = torch.randint(1, T + 1, (16,), generator=generator)
        signal = (1 - t / (T + 1)).view(-1, *[1] * len(shape))
        x_t = signal.sqrt() * x0 + (1 - signal).sqrt() * eps
        loss = (network(x_t, t) - eps).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-10:]) / 10 < 0.5


def test_the_names_are_those_that_are_promised() -> None:
    assert {"mlp", "unet", "unet-classic"} <= set(NETWORKS)
    assert all(entry.description and str(entry) == entry.description for entry in NETWORKS.values())


def test_the_unet_can_pass_x_t_through_by_one_number_a_channel() -> None:
    network = make_network("unet", (3, 8, 8), T=T, channels=(8, 16), blocks=1)
    x_t, t = inputs((3, 8, 8))
    with torch.no_grad():
        network.share.bias.copy_(torch.tensor([0.5, 1.0, -2.0]))
    expected = x_t * torch.tensor([0.5, 1.0, -2.0])[:, None, None]
    assert torch.allclose(network(x_t, t), expected)
    assert not network(x_t, t, None).isnan().any()


def test_weights_from_before_the_share_of_x_t_mean_what_they_meant() -> None:
    network = roughen(small("unet", (1, 7, 8)))
    x_t, t = inputs((1, 7, 8))
    with torch.no_grad():
        network.share.weight.zero_()
        network.share.bias.zero_()
    old = {name: value for name, value in network.state_dict().items() if "share" not in name}
    reopened = small("unet", (1, 7, 8))
    reopened.load_state_dict(old)
    assert torch.equal(reopened.eval()(x_t, t), network(x_t, t))
