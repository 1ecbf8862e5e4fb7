"""Choosing networks by name, checking their options, adding one's own, and what they cost."""

import pytest
import torch
from torch import Tensor, nn

from diffvis.errors import UserError
from diffvis.networks import (
    NETWORKS,
    Option,
    default_network,
    describe,
    fits_points,
    make_network,
    network_options,
    networks_for,
    register,
    size_of,
)


def add_tiny() -> type[nn.Module]:
    @register("tiny", "One layer, to see how little is enough", fits=fits_points)
    class Tiny(nn.Module):
        def __init__(self, shape, *, T, width=8, wide=False, sizes=(1, 2)):
            super().__init__()
            self.T, self.width, self.wide, self.sizes = T, width, wide, sizes
            self.layer = nn.Linear(shape[0], shape[0])

        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
            return self.layer(x_t)

    return Tiny


def test_one_s_own_network_joins_in_a_few_lines() -> None:
    tiny = add_tiny()
    network = make_network("tiny", (2,), T=7, width=9, wide=True, sizes=[3])
    assert isinstance(network, tiny)
    assert (network.T, network.width, network.wide, network.sizes) == (7, 9, True, (3,))
    assert make_network("tiny", (2,), T=7).width == 8
    assert [entry.name for entry in networks_for((2,))] == ["mlp", "tiny"]
    assert "tiny" not in [entry.name for entry in networks_for((1, 8, 8))]


def test_one_s_own_function_can_build_too() -> None:
    @register("dull", "Says nothing", options=[Option("gain", 1.0, low=0.5)])
    def build(shape: tuple[int, ...], **rest: object) -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(3, 3)) if rest["gain"] == 2.0 else None

    assert isinstance(make_network("dull", (1, 1, 3), T=5, num_classes=4, gain=2), nn.Module)
    with pytest.raises(UserError, match=r"gain = 0\.1 .* from 0\.5"):
        make_network("dull", (1, 1, 3), T=5, gain=0.1)


def test_arguments_that_a_user_can_write_are_options() -> None:
    @register("loose", "Its arguments may be given by place")
    def build(shape, T=5, num_classes=0, width=8, act=nn.SiLU, bias=None, *, depth=2) -> nn.Module:
        return nn.ModuleList(nn.Linear(width, width) for _ in range(depth)).append(act())

    assert [option.name for option in NETWORKS["loose"].options] == ["width", "depth"]
    network = make_network("loose", (2,), T=7, width=9, depth=1)
    assert network[0].in_features == 9 and isinstance(network[1], nn.SiLU)
    with pytest.raises(UserError, match="has no option bias: it has width, depth"):
        make_network("loose", (2,), T=7, bias=1)


def test_what_one_s_own_network_cannot_do_is_said() -> None:
    add_tiny()
    with pytest.raises(UserError, match="tiny takes no labels"):
        make_network("tiny", (2,), T=7, num_classes=3)
    with pytest.raises(UserError, match="tiny learns no variance"):
        make_network("tiny", (2,), T=7, learns_variance=True)
    with pytest.raises(UserError, match=r"cannot learn samples of shape \(1, 8, 8\): use unet"):
        make_network("tiny", (1, 8, 8), T=7)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("mlp", {"width": 0}, r"width = 0 .* whole number from 8 to 2048"),
        ("mlp", {"width": 64.0}, r"width = 64\.0"),
        ("mlp", {"width": "64"}, r"width = '64'"),
        ("mlp", {"width": True}, r"width = True"),
        ("mlp", {"heads": 2}, r"mlp has no option heads: it has width, depth"),
        ("unet", {"channels": ()}, r"channels = \(\) .* list of whole numbers"),
        ("unet", {"channels": 64}, r"channels = 64"),
        ("unet", {"channels": "64"}, r"channels = '64'"),
        ("unet", {"channels": [64, 4]}, r"channels = \[64, 4\] .* from 8"),
        ("unet", {"attention": 1}, r"attention = 1 .* true or false"),
        ("unet", {"dropout": 1.5}, r"dropout = 1\.5 .* from 0 to 0\.9"),
        ("unet", {"dropout": "a"}, r"dropout = 'a'"),
        ("unet", {"dropout": float("nan")}, r"dropout = nan"),
        ("u-net", {}, r"no network u-net: choose one of mlp, unet"),
    ],
)
def test_wrong_options_and_names_are_named(name: str, options: dict, message: str) -> None:
    shape = (2,) if name == "mlp" else (1, 8, 8)
    with pytest.raises(UserError, match=message) as raised:
        make_network(name, shape, T=10, **options)
    field = f"network_options.{next(iter(options))}" if options else None
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("name", "shape", "better"), [("unet", (2,), "mlp"), ("mlp", (1, 8, 8), "unet, unet-classic")]
)
def test_options_are_only_for_what_a_network_can_learn(
    name: str, shape: tuple[int, ...], better: str
) -> None:
    for ask in (lambda: network_options(name, shape, {}), lambda: make_network(name, shape, T=3)):
        with pytest.raises(UserError, match=f"{name} cannot learn .*: use {better}$"):
            ask()


def test_all_options_are_known_before_building() -> None:
    options = network_options("unet", (1, 28, 28), {"channels": [16, 32], "dropout": 0})
    assert options["channels"] == (16, 32)
    assert options["dropout"] == 0.0 and isinstance(options["dropout"], float)
    assert options["patch"] == 1
    assert set(options) == {option.name for option in NETWORKS["unet"].options}
    again = network_options("unet", (1, 28, 28), options)
    assert again == options


@pytest.mark.parametrize(
    ("shape", "name"), [((2,), "mlp"), ((1, 8, 8), "unet"), ((3, 64, 64), "unet")]
)
def test_the_default_comes_first(shape: tuple[int, ...], name: str) -> None:
    assert default_network(shape) == name
    assert networks_for(shape)[0].name == name
    assert all(entry.fits(shape) for entry in networks_for(shape))


def test_parameters_and_operations_are_counted() -> None:
    add_tiny()
    network = make_network("tiny", (5,), T=3).train()
    size = describe(network, (5,))
    assert (size.parameters, size.flops) == (30, 50)
    assert str(size) == "30 parameters, 0.00 MFLOPs per sample"
    assert network.training
    assert all(parameter.grad is None for parameter in network.parameters())


def test_counting_leaves_batch_norm_alone() -> None:
    network = make_network("unet-classic", (1, 8, 8), T=3, width=4)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    describe(network, (1, 8, 8))
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())


@pytest.mark.parametrize(
    ("shape", "channels", "blocks", "patch"),
    [
        ((1, 8, 8), (32, 32), 2, 1),
        ((3, 8, 8), (32, 32), 2, 1),
        ((1, 28, 28), (16, 32, 64), 2, 1),
        ((3, 32, 32), (24, 48, 96), 1, 1),
        ((3, 64, 64), (64, 96, 128, 192), 2, 2),
    ],
)
def test_the_unet_s_size_follows_the_shape(
    shape: tuple[int, ...], channels: tuple[int, ...], blocks: int, patch: int
) -> None:
    options = network_options("unet", shape, {})
    assert (options["channels"], options["blocks"], options["patch"]) == (channels, blocks, patch)


def test_patches_cut_the_work_of_a_unet_by_about_four() -> None:
    whole, patched = (
        describe(make_network("unet", (1, 28, 28), T=3, channels=(32, 64), patch=p), (1, 28, 28))
        for p in (1, 2)
    )
    assert 3.5 < whole.flops / patched.flops < 4.2


@pytest.mark.parametrize(
    ("name", "shape"), [("mlp", (2,)), ("unet", (1, 28, 28)), ("unet-classic", (3, 9, 6))]
)
def test_the_cost_is_known_without_building(name: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(5)
    size = size_of(name, shape, T=300, num_classes=10)
    drawn = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(torch.rand(1), drawn)
    assert size == describe(make_network(name, shape, T=300, num_classes=10), shape)
