"""Folders of diffusers: read as that library reads them, beside its own chains."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import torch
from torch import Tensor

from diffvis.diffusion import ReverseStep
from diffvis.errors import UserError
from diffvis.models.foreign.diffusers_folder import is_diffusers, open_diffusers
from diffvis.models.model import Model, open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings
from diffvis.viewing.scripts import reverse_script

diffusers = pytest.importorskip("diffusers")

SIDE = 8
SMALL = {
    "sample_size": SIDE, "in_channels": 1, "out_channels": 1, "block_out_channels": (8,),
    "norm_num_groups": 4, "layers_per_block": 1, "attention_head_dim": 8, "add_attention": False,
    "down_block_types": ("DownBlock2D",), "up_block_types": ("UpBlock2D",),
}  # fmt: skip
WITH_ATTENTION = {
    "block_out_channels": (8, 16), "down_block_types": ("DownBlock2D", "AttnDownBlock2D"),
    "up_block_types": ("AttnUpBlock2D", "UpBlock2D"), "add_attention": True,
}  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Several cost networks as small as these more than they gain."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def unet(**changed: Any) -> Any:
    """A small one with random weights, also where training would begin with zeros."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        made = diffusers.UNet2DModel(**{**SMALL, **changed})
        for weights in made.parameters():
            weights.data.add_(torch.randn_like(weights), alpha=0.05)
    return made


def save(folder: Path, scheduler: Any, **changed: Any) -> Path:
    """As a training script leaves it at its end."""
    unet(**changed).save_pretrained(folder / "unet")
    scheduler.save_pretrained(folder / "scheduler")
    index = {"_class_name": "DDPMPipeline", "_diffusers_version": diffusers.__version__}
    index |= {"unet": ["diffusers", "UNet2DModel"], "scheduler": ["diffusers", "DDPMScheduler"]}
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def chain(model: Model, **settings: Any) -> list[ReverseStep]:
    return list(run_chain(model, ChainSettings(count=3, seed=4, **settings)))


def theirs(
    folder: Path, ours: list[ReverseStep], *, widen: bool = True, **options: Any
) -> Iterator[Tensor]:
    """What diffusers makes of each of these steps, from the same x_T and with the same noise. It
    loads the folder itself.

    ``widen``: its table of alpha_bar is computed again, from its own betas, in float64. In float32
    1 - alpha_bar of the first steps has three digits.
    """
    config = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    scheduler = getattr(diffusers, config["_class_name"]).from_config(config)
    network = diffusers.UNet2DModel.from_pretrained(folder / "unet", local_files_only=True)
    if widen:
        scheduler.alphas_cumprod = (1 - scheduler.betas.double()).cumprod(0)
    scheduler.set_timesteps(len(ours))
    assert [t + 1 for t in scheduler.timesteps.tolist()] == [step.t for step in ours]
    noises = {step.t - 1: step.noise for step in ours}
    x = ours[0].x_t
    module = type(scheduler).__module__
    for t in scheduler.timesteps:
        with (
            torch.no_grad(),
            patch(f"{module}.randn_tensor", lambda *_, t=int(t), **__: noises[t]),
        ):
            x = scheduler.step(network(x, t).sample, t, x, **options).prev_sample
        yield x


def assert_same(ours: list[ReverseStep], found: Iterator[Tensor], tolerance: float = 1e-5) -> None:
    for step, x in zip(ours, found, strict=True):
        off = float((step.x_s - x).abs().max()) / max(1.0, float(x.abs().max()))
        assert off <= tolerance, (step.t, off)


DDPM = [
    {},
    {"prediction_type": "sample"},
    {"prediction_type": "v_prediction"},
    {"variance_type": "fixed_small_log"},
    {"variance_type": "fixed_large"},
    {"variance_type": "learned_range"},
    {"variance_type": "learned_range", "prediction_type": "v_prediction", "clip_sample": False},
    {"clip_sample": False},
    {"clip_sample": False, "prediction_type": "sample"},
    {"clip_sample_range": 2.0},
    {"thresholding": True},
    {"thresholding": True, "clip_sample_range": 2.0, "sample_max_value": 1.0},
    {"thresholding": True, "sample_max_value": 2.0},
    {"thresholding": True, "sample_max_value": 1.2, "dynamic_thresholding_ratio": 0.8},
    {"beta_start": 0.001, "beta_end": 0.05},
    {"beta_schedule": "scaled_linear"},
    {"beta_schedule": "squaredcos_cap_v2"},
    {"beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction"},
    {"beta_schedule": "sigmoid"},
    {"beta_schedule": "laplace"},
    {"trained_betas": [0.001 + 0.0003 * k for k in range(40)], "beta_schedule": "sigmoid"},
]


@pytest.mark.parametrize("says", DDPM, ids=str)
def test_a_whole_chain_is_that_of_diffusers(tmp_path: Path, says: dict[str, Any]) -> None:
    scheduler = diffusers.DDPMScheduler(num_train_timesteps=40, **says)
    channels = 2 if says.get("variance_type") == "learned_range" else 1
    folder = save(tmp_path, scheduler, out_channels=channels)
    ours = chain(open_diffusers(folder))
    assert_same(ours, theirs(folder, ours))


@pytest.mark.parametrize("steps", [10, 33])
@pytest.mark.parametrize("says", [{}, {"clip_sample": False}, {"prediction_type": "v_prediction"}])
def test_a_strided_chain_of_1000_is_that_of_diffusers(
    tmp_path: Path, says: dict[str, Any], steps: int
) -> None:
    folder = save(tmp_path, diffusers.DDPMScheduler(**says))
    ours = chain(open_diffusers(folder), steps=steps, spacing="leading")
    assert_same(ours, theirs(folder, ours))


def test_a_network_with_attention_is_the_same(tmp_path: Path) -> None:
    folder = save(tmp_path, diffusers.DDPMScheduler(num_train_timesteps=20), **WITH_ATTENTION)
    ours = chain(open_diffusers(folder))
    assert_same(ours, theirs(folder, ours))


def test_what_diffusers_rounds_is_no_more_than_this(tmp_path: Path) -> None:
    folder = save(tmp_path, diffusers.DDPMScheduler(num_train_timesteps=100))
    ours = chain(open_diffusers(folder))
    assert_same(ours, theirs(folder, ours, widen=False), tolerance=2e-4)


@pytest.mark.slow
def test_a_chain_of_1000_is_that_of_diffusers(tmp_path: Path) -> None:
    folder = save(tmp_path, diffusers.DDPMScheduler())
    ours = chain(open_diffusers(folder))
    assert len(ours) == 1000
    assert_same(ours, theirs(folder, ours))


@pytest.mark.parametrize(
    ("spacing", "says"),
    [
        ("leading", {}),
        ("leading", {"clip_sample": False}),
        ("leading+1", {"steps_offset": 1}),
        ("even", {"timestep_spacing": "trailing"}),
        ("leading", {"thresholding": True, "sample_max_value": 2.0}),
        ("leading", {"prediction_type": "v_prediction", "beta_schedule": "squaredcos_cap_v2"}),
    ],
)
def test_ddim_is_that_of_diffusers(tmp_path: Path, spacing: str, says: dict[str, Any]) -> None:
    folder = save(tmp_path, diffusers.DDIMScheduler(num_train_timesteps=100, **says))
    ours = chain(open_diffusers(folder), sampler="ddim", steps=10, spacing=spacing)
    # Theirs keeps the eps_hat that does not belong to the clipped x0_hat, unless it is told to.
    assert_same(ours, theirs(folder, ours, use_clipped_model_output=True))


def test_a_ddim_that_stops_short_of_x0_is_the_same_until_t_1(tmp_path: Path) -> None:
    says = {"set_alpha_to_one": False, "num_train_timesteps": 100, "clip_sample": False}
    folder = save(tmp_path, diffusers.DDIMScheduler(**says))
    model = open_diffusers(folder)
    ours = chain(model, sampler="ddim", steps=10, spacing="leading")
    assert "its own chains end at t = 1, with noise of 0.01 left" in model.said
    found = list(theirs(folder, ours, widen=False))
    assert_same(ours[:-1], iter(found[:-1]), tolerance=2e-4)
    assert torch.allclose(found[-1], ours[-1].x_t, atol=1e-5), "x_1"


def config_of(path: Path, **changed: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    return save(tmp_path / "mine", diffusers.DDPMScheduler(num_train_timesteps=10))


def first_answer(model: Model) -> Tensor:
    x = torch.linspace(-1, 1, SIDE * SIDE).reshape(1, 1, SIDE, SIDE)
    return model.denoiser(x, torch.tensor([3]))


def test_it_is_opened_by_its_path(pipeline: Path) -> None:
    assert is_diffusers(pipeline)
    model = open_model(pipeline)
    assert (model.name, model.shape, model.schedule.T) == ("mine", (1, SIDE, SIDE), 10)
    assert model.path == pipeline
    assert not model.notes
    assert model.said.startswith("read as eps, t = 0..9, range -1..1, schedule diffusers linear")
    alone = open_model(pipeline / "unet")
    assert torch.allclose(first_answer(model), first_answer(alone), atol=1e-6)
    assert alone.schedule == model.schedule, "of the scheduler beside it"


def test_weights_in_half_precision_and_in_bin_are_the_same_model(pipeline: Path) -> None:
    whole = first_answer(open_model(pipeline))
    network = diffusers.UNet2DModel.from_pretrained(pipeline / "unet", local_files_only=True)
    (pipeline / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    network.save_pretrained(pipeline / "unet", safe_serialization=False)
    assert torch.allclose(first_answer(open_model(pipeline)), whole, atol=1e-6)
    network.half().save_pretrained(pipeline / "unet")
    half = open_model(pipeline)
    assert {w.dtype for w in half.denoiser.network.parameters()} == {torch.float32}
    assert torch.allclose(first_answer(half), whole, atol=1e-2)


def test_a_bin_that_would_run_code_is_refused(pipeline: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"

    class Runs:
        def __reduce__(self) -> tuple:
            return (mark.touch, ())

    (pipeline / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    torch.save({"w": Runs()}, pipeline / "unet" / "diffusion_pytorch_model.bin")
    with pytest.raises(UserError, match="no weights that can be read"):
        open_model(pipeline)
    assert not mark.exists()


def test_the_averaged_weights_of_a_training_script_come_first(pipeline: Path) -> None:
    checkpoint = pipeline / "checkpoint-500"
    averaged = unet()
    averaged.conv_out.bias.data.add_(1)
    averaged.save_pretrained(checkpoint / "unet_ema")
    unet().save_pretrained(checkpoint / "unet")
    model = open_model(checkpoint)
    assert is_diffusers(checkpoint)
    assert model.schedule.T == 10, "of the run that the checkpoint is in"
    assert torch.allclose(first_answer(model), first_answer(open_model(pipeline)) + 1, atol=1e-5)


def test_attention_by_its_old_names_is_read(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = save(tmp_path, diffusers.DDPMScheduler(num_train_timesteps=10), **WITH_ATTENTION)
    wanted = first_answer(open_model(folder))
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    tensors = {}
    for name, value in load_file(file).items():
        for now, before in old.items():
            name = name.replace(now, before)
        tensors[name] = value
    assert any("proj_attn" in name for name in tensors)
    save_file(tensors, file)
    assert torch.allclose(first_answer(open_model(folder)), wanted, atol=1e-6)


def test_a_network_alone_is_read_by_the_defaults_and_that_is_said(tmp_path: Path) -> None:
    unet(sample_size=(4, 8)).save_pretrained(tmp_path)
    model = open_model(tmp_path)
    assert model.shape == (1, 4, 8)
    assert model.schedule.T == 1000
    assert "it has no scheduler" in model.said and "are assumed" in model.said


def test_classes_have_no_null_so_that_one_must_be_told(tmp_path: Path) -> None:
    scheduler = diffusers.DDPMScheduler(num_train_timesteps=10)
    model = open_model(save(tmp_path, scheduler, num_class_embeds=3))
    assert (model.num_classes, model.reading.null, model.needs_class) == (3, None, True)
    first, second = (chain(model, label=k)[-1].x_s for k in (0, 1))
    assert not torch.equal(first, second)
    with pytest.raises(UserError, match="guidance"):
        chain(model, label=0, guidance=2.0)


@pytest.mark.parametrize(
    ("says", "variance"),
    [("fixed_small", "small"), ("fixed_large", "large"), ("fixed_large_log", "large")],
)
def test_the_variance_is_that_of_the_scheduler(pipeline: Path, says: str, variance: str) -> None:
    config_of(pipeline / "scheduler" / "scheduler_config.json", variance_type=says)
    model = open_model(pipeline)
    assert ChainSettings().sampler_for(model).variance == variance
    assert ChainSettings(variance="small").sampler_for(model).variance == "small"


def test_a_variance_learned_as_such_is_left_out_and_said(tmp_path: Path) -> None:
    scheduler = diffusers.DDPMScheduler(num_train_timesteps=10, variance_type="learned")
    model = open_model(save(tmp_path, scheduler, out_channels=2))
    assert not model.denoiser.learns_variance
    assert first_answer(model).shape == (1, 1, SIDE, SIDE)
    assert "its variance is learned as such" in model.said


@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_a_flow_takes_the_steps_of_diffusers(tmp_path: Path, shift: float) -> None:
    """At the same sigmas: where their own lie is documented, and not copied."""
    save(tmp_path, diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=50, shift=shift))
    model = open_model(tmp_path)
    ours = chain(model, sampler="euler", steps=7, shift=shift)
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=50)
    scheduler.set_timesteps(sigmas=[step.t / 50 for step in ours])
    network = diffusers.UNet2DModel.from_pretrained(tmp_path / "unet", local_files_only=True)
    x = ours[0].x_t
    for step, t in zip(ours, scheduler.timesteps, strict=True):
        with torch.no_grad():
            x = scheduler.step(network(x, t).sample, t, x).prev_sample
        torch.testing.assert_close(step.x_s, x, rtol=1e-4, atol=1e-4)
    assert ("--shift 3" in model.said) == (shift == 3)


FLOW = "FlowMatchEulerDiscreteScheduler"
REFUSED = [
    ({"_class_name": "EDMEulerScheduler"}, "EDMEulerScheduler.*sigma.*no betas"),
    ({"_class_name": "ScoreSdeVeScheduler"}, "ScoreSdeVeScheduler.*variance-exploding.*no betas"),
    ({"_class_name": "FlowMatchHeunDiscreteScheduler"}, "flow matching.*no betas"),
    ({"_class_name": FLOW, "invert_sigmas": True}, "invert_sigmas.*runs from noise"),
    ({"_class_name": FLOW, "num_train_timesteps": 0}, "not sound"),
    ({"_class_name": "os.system"}, "os.system, which diffvis does not know"),
    ({"rescale_betas_zero_snr": True}, "alpha_bar_T = 0"),
    ({"prediction_type": "flow_prediction"}, "predicts flow_prediction"),
    ({"beta_schedule": "mine"}, "beta_schedule mine"),
    ({"trained_betas": [0.1, 0.2]}, "2 trained_betas"),
    ({"beta_end": 2.0}, "beta must lie between 0 and 1"),
]


@pytest.mark.parametrize(("says", "words"), REFUSED, ids=lambda value: str(value)[:40])
def test_schedulers_that_cannot_be_followed_are_refused_by_name(
    pipeline: Path, says: dict[str, Any], words: str
) -> None:
    config_of(pipeline / "scheduler" / "scheduler_config.json", **says)
    with pytest.raises(UserError, match=words):
        open_model(pipeline)


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ({"in_channels": 4}, "4 channels: it denoises the latents"),
        ({"in_channels": 2}, "sees 2 channels"),
        ({"out_channels": 5}, "sees 1 channels and answers with 5"),
        ({"sample_size": None}, 'sample_size is null.*"sample_size": 32'),
        ({"_class_name": "UNet2DConditionModel"}, "UNet2DConditionModel, not UNet2DModel"),
        ({"class_embed_type": "identity"}, "classes as identity"),
        ({"block_out_channels": [16]}, "weights are not those of its config.json"),
        ({"block_out_channels": [10**6]}, "weights are not those of its config.json"),
        ({"down_block_types": ["Nothing"]}, "cannot be built"),
        ({"norm_num_groups": 3}, "cannot be built"),
    ],
    ids=str,
)
def test_networks_of_another_kind_are_refused(
    pipeline: Path, says: dict[str, Any], words: str
) -> None:
    config_of(pipeline / "unet" / "config.json", **says)
    with pytest.raises(UserError, match=words):
        open_model(pipeline)


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ({"vae": ["diffusers", "AutoencoderKL"]}, "with a vae: it denoises latents"),
        ({"unet": ["mine", "UNet2DModel"]}, "not UNet2DModel of diffusers"),
        ({"unet": ["diffusers", "UNet1DModel"]}, "whose network is UNet1DModel"),
    ],
)
def test_pipelines_of_another_kind_are_refused(
    pipeline: Path, says: dict[str, Any], words: str
) -> None:
    config_of(pipeline / "model_index.json", **says)
    with pytest.raises(UserError, match=words):
        open_model(pipeline)


def test_without_the_library_one_line_says_how_to_get_it(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)  # as Python has it where none is installed
    with pytest.raises(UserError, match=r'not installed here: pip install "diffvis\[diffusers\]"'):
        open_model(pipeline)


def test_a_script_that_is_copied_tells_their_network_of_t_from_0_on(tmp_path: Path) -> None:
    """With the network of the folder, and with the library's own put in as the script says."""
    folder = save(tmp_path / "theirs", diffusers.DDPMScheduler(num_train_timesteps=20))
    model = open_diffusers(folder)
    settings = ChainSettings(sampler="ddim", steps=5, count=2, seed=4)
    text = reverse_script(model, settings)
    (says,) = re.findall(r"^#   (net = lambda .*)$", text, re.MULTILINE)
    mine = diffusers.UNet2DModel.from_pretrained(folder / "unet", local_files_only=True)
    *_, last = run_chain(model, settings)
    for script in (text, re.sub(r"^net = \.\.\..*$", says, text, flags=re.MULTILINE)):
        space: dict[str, Any] = {"mine": mine}
        exec(script, space)
        torch.testing.assert_close(space["x"], last.x_s, rtol=0, atol=1e-4)
    told: list[int] = []
    mine.register_forward_pre_hook(lambda _net, given: told.append(int(given[1][0])))
    space["look"](torch.zeros(1, 1, SIDE, SIDE), 20)
    assert told == [19]
