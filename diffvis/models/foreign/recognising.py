"""Whose weights these are, by their names and shapes, and how such a network is brought here."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from diffvis.errors import UserError
from diffvis.models.foreign.schedules import in_tensors
from diffvis.models.foreign.torch_file import Kept

Tensors = Mapping[str, Kept]
_SCHEDULES = ("betas", "alphabar_t", "alphas_cumprod", "loss_weight")
_CLASSES = re.compile(r"(label|class|cls|y_|cond)[a-z_]*emb|emb[a-z_]*\.?(label|class)", re.I)
_TIMES = re.compile(r"(time|step|^t_|\.t_|temb)[a-z_]*emb|temb|time_mlp|timestep", re.I)


@dataclass(frozen=True)
class Recognised:
    """What weights are, what is known of how they are read, and the lines that bring them here.

    In ``next``, ``{file}`` stands for the name of the file and ``{state}`` for its weights.
    """

    what: str
    lines: tuple[str, ...]
    next: tuple[str, ...]


def recognise(tensors: Tensors) -> Recognised:
    """By the names of the weights; anything else is a network of somebody's own."""
    names = set(tensors)
    for begins, made in _KNOWN:
        if all(any(name.startswith(begin) for name in names) for begin in begins):
            return made(tensors)
    return _own(tensors)


def schedule_lines(tensors: Tensors) -> list[str]:
    """The schedule that comes with the weights, in words."""
    try:
        found = in_tensors(values_of(tensors))
    except UserError as error:
        return [f"schedule: {error.problem}"]
    except ValueError as error:
        return [f"schedule: none that can be used ({error})"]
    if found is None:
        return []
    schedule = found.schedule
    words = f"schedule: T = {schedule.T}, beta {schedule.beta[1]:.3g}..{schedule.beta[-1]:.3g}"
    lines = [f"{words}, alpha_bar_T = {schedule.alpha_bar[-1]:.3g} (its own {schedule.kind})"]
    if "predicts" in found.told:
        lines.append(f"predicts: {found.told['predicts']} (as loss_weight tells)")
    return lines


def values_of(tensors: Tensors) -> dict[str, Tensor]:
    """The vectors among the tensors that a schedule is made of."""
    wanted = ((n, kept) for n, kept in tensors.items() if n.rpartition(".")[2] in _SCHEDULES)
    read = ((name, kept.read()) for name, kept in wanted)
    return {name: values for name, values in read if values is not None}


def shape_of(tensors: Tensors, *names: str) -> tuple[int, ...]:
    """The shape of the first of the tensors that is there; empty where none is."""
    return next((tensors[name].shape for name in names if name in tensors), ())


def class_lines(tensors: Tensors) -> list[str]:
    """How many classes and times the embeddings have rows for."""
    classes = [
        f"classes: {name} has {rows} rows (one may be the null class)"
        for name, rows in _tables(tensors, _CLASSES)
    ]
    times = [
        f"time: {name} has {rows} rows: T = {rows}, time='index'"
        for name, rows in _tables(tensors, _TIMES)
        if not _CLASSES.search(name)
    ]
    return [*classes, *times]


def _tables(tensors: Tensors, named: re.Pattern[str]) -> list[tuple[str, int]]:
    """The embeddings of such a name, and how many rows each has."""
    return [
        (name, kept.shape[0])
        for name, kept in tensors.items()
        if _is_table(name, kept, tensors) and named.search(name)
    ]


def _is_table(name: str, kept: Kept, tensors: Tensors) -> bool:
    """Whether it is the matrix of an embedding: so named, and without the bias of a layer."""
    module, _, last = name.rpartition(".")
    named = last == "weight" and "emb" in module.rpartition(".")[2].lower()
    return named and len(kept.shape) == 2 and f"{module}.bias" not in tensors


def _ends(tensors: Tensors) -> tuple[int, int] | None:
    """Channels of the first and the last convolution."""
    convolutions = [kept.shape for kept in tensors.values() if len(kept.shape) == 4]
    return (convolutions[0][1], convolutions[-1][0]) if convolutions else None


def _channels(count: int) -> str:
    return "1 channel" if count == 1 else f"{count} channels"


def _image_lines(channels: int, out: int) -> list[str]:
    lines = [f"images of {_channels(channels)}"]
    if out == 2 * channels:
        lines.append("answers twice the channels: learned variance (learns_variance=True)")
    if channels == 4:
        lines.append("4 channels are those of a latent: its pictures need the decoder as well")
    return lines


def _lucidrains(tensors: Tensors) -> Recognised:
    first = shape_of(tensors, "model.init_conv.weight")
    last = shape_of(tensors, "model.final_conv.weight")
    dim, seen = (first[0], first[1]) if first else (64, 3)
    channels = last[0] if last else seen
    if channels == 2 * seen:
        channels = seen
    lines = _image_lines(channels, last[0] if last else channels)
    more = f", channels={channels}" if channels != 3 else ""
    if seen == 2 * channels:
        lines.append("self-conditioned")
        more += ", self_condition=True"
    found = _carried(tensors)
    T, predicts = found
    classes = shape_of(tensors, "model.classes_emb.weight")
    if classes:
        lines.append(f"classes: {classes[0]}, told by classifier-free guidance")
        more += f", num_classes={classes[0]}"
    widths = (
        shape_of(tensors, f"model.downs.{i}.3.1.weight", f"model.downs.{i}.3.weight")
        for i in range(12)
    )
    mults = tuple(width[0] // dim for width in widths if width) or (1, 2, 4, 8)
    objective = {"eps": "pred_noise", "x0": "pred_x0", "v": "pred_v"}[predicts]
    package = "classifier_free_guidance" if classes else ""
    source = "denoising_diffusion_pytorch" + (f".{package}" if package else "")
    labelled = f", classes={classes[0]}" if classes else ""
    return Recognised(
        "a GaussianDiffusion of lucidrains' denoising-diffusion-pytorch",
        (*lines, "time: t = 0..T-1; images in [-1, 1] within, [0, 1] outside"),
        (
            f"from {source} import GaussianDiffusion, Unet",
            f"unet = Unet(dim={dim}, dim_mults={mults}{more})  # as it was trained",
            f"diffusion = GaussianDiffusion(unet, image_size=32, timesteps={T}, "
            f'objective="{objective}")',
            "diffusion.load_state_dict({state})",
            f"diffvis.view(diffusion{labelled})",
        ),
    )


def _carried(tensors: Tensors) -> tuple[int, str]:
    try:
        found = in_tensors(values_of(tensors))
    except (UserError, ValueError):
        found = None
    if found is None:
        return 1000, "eps"
    return found.schedule.T, str(found.told.get("predicts", "eps"))


def _mini(tensors: Tensors) -> Recognised:
    ends = _ends(tensors) or (3, 3)
    T, _ = _carried(tensors)
    if any(name.startswith("eps_model.conv.") for name in tensors):
        imports: tuple[str, ...] = ("from superminddpm import DDPM, DummyEpsModel",)
        net, seen = f"DummyEpsModel({ends[0]})", "28, 28), range=(-0.5, 0.5)"
    else:
        imports = (
            "from mindiffusion.ddpm import DDPM",
            "from mindiffusion.unet import NaiveUnet",
        )
        features = shape_of(tensors, "eps_model.init_conv.main.0.weight") or (128,)
        net = f"NaiveUnet({ends[0]}, {ends[1]}, n_feat={features[0]})"
        seen = "32, 32)"
    return Recognised(
        "a DDPM of minDiffusion",
        (*_image_lines(*ends), "time: t / T; predicts eps; sampled with large variance, no clip"),
        (
            *imports,
            f"ddpm = DDPM({net}, betas=(1e-4, 0.02), n_T={T})",
            "ddpm.load_state_dict({state})",
            f"diffvis.view(ddpm, shape=({ends[0]}, {seen})",
        ),
    )


def _conditional(tensors: Tensors) -> Recognised:
    context = shape_of(tensors, "nn_model.contextembed1.model.0.weight")
    first = shape_of(tensors, "nn_model.init_conv.conv1.0.weight")
    features, channels = (first[0], first[1]) if first else (128, 1)
    classes = context[1] if context else 10
    T, _ = _carried(tensors)
    return Recognised(
        "a DDPM of Conditional_Diffusion_MNIST",
        (
            f"images of {channels} channels, in [0, 1]",
            f"classes: {classes}; called as (x, c, t, mask), mask 1 = no class; guide_w is w - 1",
            "time: t / T; predicts eps; sampled with large variance, no clip",
        ),
        (
            "from script import DDPM, ContextUnet",
            f"unet = ContextUnet({channels}, n_feat={features}, n_classes={classes})",
            f'ddpm = DDPM(unet, betas=(1e-4, 0.02), n_T={T}, device="cpu")',
            "ddpm.load_state_dict({state})",
            f"diffvis.view(ddpm, shape=({channels}, 28, 28), classes={classes})",
        ),
    )


def _small(tensors: Tensors) -> Recognised:
    first = shape_of(tensors, "conv_in.weight", "x_embed.proj.weight")
    channels = first[1] if first else 3
    kind = "Unet" if "conv_in.weight" in tensors else "DiT"
    return Recognised(
        f"a {kind} of smalldiffusion",
        (f"images of {_channels(channels)}", "time: sigma, and it sees x_0 + sigma eps"),
        (
            f"from smalldiffusion import ScheduleDDPM, {kind}",
            f"net = {kind}(28, ...)  # in Scaled(...), PredV(...) if it was so",
            "net.load_state_dict({state})",
            f"diffvis.view(net, shape=({channels}, 28, 28), schedule=ScheduleDDPM(...), "
            'time="sigma")',
        ),
    )


def _small_points(tensors: Tensors) -> Recognised:
    hidden = tuple(kept.shape[0] for kept in tensors.values() if len(kept.shape) == 2)[:-1]
    return Recognised(
        "a TimeInputMLP of smalldiffusion, or another MLP of points and two numbers for the time",
        ("points of 2 numbers", "of smalldiffusion: time: sigma, and it sees x_0 + sigma eps"),
        (
            "from smalldiffusion import ScheduleLogLinear, TimeInputMLP",
            f"net = TimeInputMLP(hidden_dims={hidden})  # in PredX0(...), PredV(...) if it was so",
            "net.load_state_dict({state})",
            "schedule = ScheduleLogLinear(N=200, sigma_min=0.005, sigma_max=10)  # as in training",
            "diffvis.view(net, schedule=schedule)",
        ),
    )


def _diffusers(tensors: Tensors) -> Recognised:
    ends = _ends(tensors) or (3, 3)
    lines = _image_lines(shape_of(tensors, "conv_in.weight")[1], ends[1])
    if any("attn2" in name for name in tensors):
        lines.append("it reads a text as well (cross attention), which diffvis cannot give it")
    return Recognised(
        "the UNet2DModel of a diffusers pipeline",
        (*lines, "its schedule is in scheduler/scheduler_config.json, its sizes in config.json"),
        (
            "# put it into a folder unet/ beside its config.json, and open that folder:",
            "diffvis --model FOLDER",
        ),
    )


def _guided(tensors: Tensors) -> Recognised:
    first, last = shape_of(tensors, "input_blocks.0.0.weight"), shape_of(tensors, "out.2.weight")
    channels, out = (first[1] if first else 3), (last[0] if last else 3)
    labels = shape_of(tensors, "label_emb.weight")
    lines = _image_lines(channels, out)
    given = ", learns_variance=True" if out == 2 * channels else ""
    if labels:
        lines.append(f"classes: {labels[0]} (label_emb)")
        given += f", classes={labels[0]}"
    return Recognised(
        "the UNetModel of OpenAI's improved-diffusion or guided-diffusion",
        (*lines, "time: t = 0..T-1"),
        (
            "net = ...  # the UNetModel, as it was trained",
            "net.load_state_dict({state})",
            f'diffvis.view(net, shape=({channels}, 64, 64), schedule="linear", T=1000{given})',
        ),
    )


def _own(tensors: Tensors) -> Recognised:
    ends = _ends(tensors)
    lines = _image_lines(*ends) if ends else []
    shape = f"({ends[0]}, 28, 28)" if ends else "(2,)"
    matrices = [kept.shape for kept in tensors.values() if len(kept.shape) == 2]
    if not ends and _is_small_mlp(tensors, matrices):
        return _small_points(tensors)
    if not ends and matrices:
        lines.append(f"layers of numbers: {matrices[0][1]} in, {matrices[-1][0]} out")
    carried = any(name.rpartition(".")[2] in _SCHEDULES for name in tensors)
    times = [rows for name, rows in _tables(tensors, _TIMES) if not _CLASSES.search(name)]
    T = times[0] if times else 1000
    schedule = "schedule=state" if carried else f'schedule="linear-unscaled", T={T}'
    if classes := _tables(tensors, _CLASSES):
        schedule += f", classes={classes[0][1]}"
    return Recognised(
        "the weights of a network that is not in the file",
        tuple(lines),
        (
            "net = Net(...)  # your class, as it was trained",
            "net.load_state_dict({state})",
            f'diffvis.view(net, shape={shape}, {schedule}, predicts="eps", time="index")',
        ),
    )


def _is_small_mlp(tensors: Tensors, matrices: Sequence[tuple[int, ...]]) -> bool:
    """Whether it sees a point and two numbers for sigma, as TimeInputMLP does."""
    named = all(name.startswith("net.") for name in tensors)
    return named and bool(matrices) and matrices[0][1] == matrices[-1][0] + 2


_KNOWN: Sequence[tuple[tuple[str, ...], Callable[[Tensors], Recognised]]] = (
    (("betas", "model.init_conv"), _lucidrains),
    (("alphabar_t", "eps_model."), _mini),
    (("alphabar_t", "nn_model."), _conditional),
    (("conv_in.", "sig_embed."), _small),
    (("x_embed.", "sig_embed."), _small),
    (("conv_in.", "time_embedding.", "down_blocks."), _diffusers),
    (("input_blocks.", "time_embed.", "out.2."), _guided),
)
"""What the names of weights begin with."""
