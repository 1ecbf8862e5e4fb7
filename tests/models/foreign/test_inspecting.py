"""What files of models are: tiny ones with the names that each library gives its weights."""

import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from diffvis.errors import UserError
from diffvis.models.foreign.inspecting import Inspection, inspect_model
from diffvis.models.foreign.torch_file import Kept, load_kept
from diffvis.models.model import open_model

T = 40
BETAS = torch.linspace(1e-4, 0.02, T)


class Net(nn.Module):
    """A network of a course's own."""

    def __init__(self) -> None:
        super().__init__()
        self.time_emb = nn.Embedding(T, 4)
        self.label_emb = nn.Embedding(10, 4)
        self.first = nn.Conv2d(1, 4, 3)
        self.last = nn.Conv2d(4, 2, 3)


def found(path: Path) -> Inspection:
    made = inspect_model(path)
    assert made is not None
    return made


def saved(path: Path, content: object, **how: object) -> Inspection:
    torch.save(content, path, **how)
    return found(path)


def lucidrains() -> dict[str, Tensor]:
    alpha_bar = (1 - BETAS).cumprod(0)
    snr = alpha_bar / (1 - alpha_bar)
    return {
        "betas": BETAS,
        "loss_weight": snr / (snr + 1),
        "model.init_conv.weight": torch.zeros(16, 1, 7, 7),
        "model.downs.0.3.1.weight": torch.zeros(16, 64, 1, 1),
        "model.downs.1.3.weight": torch.zeros(32, 16, 3, 3),
        "model.final_conv.weight": torch.zeros(1, 16, 1, 1),
    }


def mini() -> dict[str, Tensor]:
    beta = 0.0199 * torch.arange(0, T + 1) / T + 1e-4
    return {
        "alphabar_t": (1 - beta).cumprod(0),
        "eps_model.init_conv.main.0.weight": torch.zeros(8, 3, 3, 3),
        "eps_model.out.weight": torch.zeros(3, 8, 3, 3),
    }


def test_a_checkpoint_of_lucidrains(tmp_path: Path) -> None:
    state = lucidrains()
    ema = {f"ema_model.{name}": value for name, value in state.items()} | {
        "initted": torch.tensor(True)
    }
    kept = {"step": 700, "model": state, "ema": ema, "opt": {"state": {0: {"step": 1}}}}
    made = saved(tmp_path / "model-7.pt", kept)
    words = "\n".join((made.what, *made.lines))
    for part in ("lucidrains", "T = 40", "predicts: v", "step 700", "EMA", "1 channel"):
        assert part in words, part
    typed = "\n".join(made.next)
    assert 'objective="pred_v"' in typed and "timesteps=40" in typed and "channels=1" in typed
    assert "dim=16, dim_mults=(1, 2)" in typed and 'removeprefix("ema_model.")' in typed


def test_minidiffusion_and_conditional_mnist(tmp_path: Path) -> None:
    made = saved(tmp_path / "ddpm.pth", mini())
    assert "minDiffusion" in made.what and "n_feat=8" in "".join(made.next)
    assert any("T = 40" in line for line in made.lines)
    assert made.next[-1] == "diffvis.view(ddpm, shape=(3, 32, 32))"
    short = {**mini(), "eps_model.conv.0.0.weight": torch.zeros(64, 1, 7, 7)}
    assert "range=(-0.5, 0.5)" in saved(tmp_path / "super.pth", short).next[-1]
    state = {name.replace("eps_model.", "nn_model."): value for name, value in mini().items()}
    state["nn_model.contextembed1.model.0.weight"] = torch.zeros(16, 10)
    made = saved(tmp_path / "cond.pth", state)
    assert "Conditional_Diffusion_MNIST" in made.what and "classes=10" in made.next[-1]
    assert any("mask 1 = no class" in line for line in made.lines)


def test_smalldiffusion(tmp_path: Path) -> None:
    layers = nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 2))
    state = {f"net.{name}": value for name, value in layers.state_dict().items()}
    toy = saved(tmp_path / "toy.pt", state)
    assert "hidden_dims=(8,)" in toy.next[2] and "time: sigma" in toy.lines[1]
    unet = {"conv_in.weight": torch.zeros(8, 1, 3, 3), "sig_embed.mlp.0.weight": torch.zeros(8, 2)}
    assert "smalldiffusion" in saved(tmp_path / "unet.pt", unet).what


def test_what_a_network_of_ones_own_tells(tmp_path: Path) -> None:
    made = saved(tmp_path / "net.pt", Net().state_dict())
    words = "\n".join(made.lines)
    for part in ("10 rows", f"T = {T}", "learned variance", "1 channel"):
        assert part in words, part
    assert f"T={T}" in made.next[-1] and "classes=10" in made.next[-1]
    assert made.tensors["first.weight"] == ("float32", (4, 1, 3, 3))
    assert made.to_json()["tensors"]["first.weight"]["shape"] == [4, 1, 3, 3]
    held = {"epoch": 3, "model_state_dict": Net().state_dict(), "optimizer_state_dict": {}}
    assert 'state["model_state_dict"]' in "\n".join(saved(tmp_path / "c.pt", held).next)
    held = {
        "pytorch-lightning_version": "2.1", "global_step": 5, "hyper_parameters": {"lr": 0.1},
        "state_dict": {f"net.{name}": value for name, value in Net().state_dict().items()},
    }  # fmt: skip
    made = saved(tmp_path / "last.ckpt", held)
    assert "Lightning" in made.what and 'removeprefix("net.")' in "\n".join(made.next)


def test_the_averaged_weights_of_a_checkpoint_are_taken(tmp_path: Path) -> None:
    """The names of pytorch-ddpm, and of others."""
    state = Net().state_dict()
    for name in ("ema_model", "ema", "model_ema", "ema_state_dict"):
        kept = {"net_model": state, name: state, "optim": {"state": {}}, "step": 3}
        made = saved(tmp_path / f"{name}.pt", kept)
        assert f'state["{name}"]' in "\n".join(made.next)
        assert any("averaged weights (EMA)" in line for line in made.lines)
    kept = {"net_model": state, "sched": {"last_epoch": 3}, "x_T": torch.zeros(2, 1, 8, 8)}
    made = saved(tmp_path / "ckpt.pt", kept)
    assert 'state["net_model"]' in "\n".join(made.next)


def test_safetensors_without_a_header_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "bare.safetensors"
    save_file({**Net().state_dict(), "betas": BETAS}, path)
    made = found(path)
    assert any("T = 40" in line for line in made.lines) and "load_file" in "\n".join(made.next)
    save_file({"conv_in.weight": torch.zeros(4, 3, 3, 3), "down_blocks.0.w": torch.zeros(1),
               "time_embedding.linear_1.weight": torch.zeros(1, 1)}, path)  # fmt: skip
    assert "UNet2DModel" in found(path).what


def test_old_files_have_the_same_words(tmp_path: Path) -> None:
    new = saved(tmp_path / "new.pt", Net().state_dict())
    old = saved(tmp_path / "old.pt", Net().state_dict(), _use_new_zipfile_serialization=False)
    assert (old.what, old.tensors) == (new.what, new.tensors)


class _Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_whole_module_is_looked_into_and_never_run(tmp_path: Path, zipped: bool) -> None:
    net = Net()
    net.more = _Bomb(tmp_path / "ran")
    made = saved(tmp_path / "whole.pt", net, _use_new_zipfile_serialization=zipped)
    assert "pickled module" in made.what and "Net" in made.lines[0]
    assert made.tensors["first.weight"] == ("float32", (4, 1, 3, 3))
    assert "weights_only=False" in "\n".join(made.next)
    assert not (tmp_path / "ran").exists()


def test_a_bomb_is_held_like_anything_else(tmp_path: Path) -> None:
    torch.save({"net": Net().state_dict(), "x": _Bomb(tmp_path / "ran")}, tmp_path / "b.pt")
    held = load_kept(tmp_path / "b.pt")
    assert isinstance(held, dict) and isinstance(held["net"]["first.weight"], Kept)
    assert not (tmp_path / "ran").exists()


def test_values_are_those_that_were_saved_and_big_ones_are_not_read(tmp_path: Path) -> None:
    part = torch.arange(100.0)[20:30]  # one that shares its storage
    torch.save({"a": BETAS, "b": part, "c": torch.zeros(200_000)}, tmp_path / "v.pt")
    held = load_kept(tmp_path / "v.pt")
    assert isinstance(held, dict)
    assert torch.equal(held["a"].read(), BETAS.double())
    assert torch.equal(held["b"].read(), part.double())
    assert held["c"].shape == (200_000,) and held["c"].read() is None


@pytest.mark.parametrize("cut", [40, 300, 2000])
def test_damaged_files_are_one_sentence(tmp_path: Path, cut: int) -> None:
    torch.save(Net().state_dict(), tmp_path / "net.pt")
    (tmp_path / "cut.pt").write_bytes((tmp_path / "net.pt").read_bytes()[:cut])
    with pytest.raises(UserError):
        open_model(tmp_path / "cut.pt")
    with zipfile.ZipFile(tmp_path / "odd.pt", "w") as packed:
        packed.writestr("archive/data.pkl", pickle.dumps({"a": (1, 2)})[:-3])
    with pytest.raises(UserError, match="damaged"):
        open_model(tmp_path / "odd.pt")


def test_given_as_a_model_the_words_are_the_same(tmp_path: Path) -> None:
    made = saved(tmp_path / "ddpm.pth", mini())
    with pytest.raises(UserError) as error:
        open_model(tmp_path / "ddpm.pth")
    assert made.what in error.value.problem and made.next[-1] in error.value.remedy
    assert "\n" not in str(error.value)


def test_a_folder_of_diffusers(tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "config.json").write_text(
        '{"_class_name": "UNet2DModel", "in_channels": 3, "sample_size": 32}'
    )
    (tmp_path / "model_index.json").write_text('{"_class_name": "DDPMPipeline"}')
    made = found(tmp_path)
    assert "DDPMPipeline" in made.what and "3 channels" in made.lines[0]


def test_what_is_no_model_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2\n")
    assert inspect_model(tmp_path / "a.csv") is None and inspect_model(tmp_path) is None
    (tmp_path / "net.onnx").write_bytes(b"\x08\x07")
    assert "ONNX" in found(tmp_path / "net.onnx").what
