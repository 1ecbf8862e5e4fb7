"""A denoiser as code: what the network is asked, and x0_hat and eps_hat that follow."""

from dataclasses import dataclass

from diffvis.diffusion.clipping import Clip, Clipping
from diffvis.diffusion.ideal import ExactDenoiser
from diffvis.errors import UserError
from diffvis.files import shipped_models
from diffvis.models.foreign.diffusers_folder import is_diffusers
from diffvis.models.sampleable import Model
from diffvis.viewing.scripts.schedule import schedule_expression
from diffvis.viewing.scripts.writing import wanted

EXACT = [
    "def net(x, t, labels=None):  # the exact denoiser: E[x_0 | x_t] of the data, by Bayes",
    "    a, rows = alpha_bar[t[0]], data.flatten(1).double()",
    "    distance = torch.cdist(x.flatten(1).double() / a.sqrt(), rows) ** 2",
    "    weights = torch.softmax(-distance * a / (1 - a) / 2, 1)",
    "    return (weights @ rows).reshape(x.shape).float()",
]
X0 = {"eps": "(x - noisy * out) / signal", "x0": "out", "v": "signal * x - noisy * out"}
EPS = {"eps": "out", "x0": "(x - signal * x0) / noisy", "v": "noisy * x + signal * out"}
TIMES = {"index": "t - 1", "count": "t", "unit": "t / T"}
"""What a network of one's own is told, from t = 1..T."""


@dataclass(frozen=True)
class Asking:
    """How the denoiser is asked in a chain."""

    labelled: bool
    guidance: float
    guided: bool
    """By another network."""
    clip: Clip | Clipping | None


def network_code(model: Model) -> list[str]:
    """Lines after which ``net(x, t, labels)`` is there: a person's own, or the one on screen."""
    if isinstance(model.denoiser, ExactDenoiser):
        known = len(model.denoiser.x0)
        where = f"of {model.data} in the units of the model" if model.data else ""
        says = f"float32 ({known}, *shape): the samples {where}".rstrip()
        here = f"{model_expression(model)}.denoiser.x0" if model.data else ""
        return [*wanted("data", says, here), *EXACT]
    returns = model.denoiser.predicts
    if getattr(model.denoiser, "learns_variance", False):
        returns += " and the variance, twice the channels"
    says = f"your network: net(x, t, labels) -> {returns}, with t int64 in 1..T"
    here = "" if model.path is None else f"{model_expression(model)}.denoiser.network"
    return [*_told_as(model), *wanted("net", says, here)]


def guide_code(weaker: Model) -> list[str]:
    """Lines after which ``weak(x, t, labels)`` is there, which guides ``net``."""
    says = "a network as net that learned less, such as an earlier checkpoint of its training"
    return wanted("weak", says, f"{model_expression(weaker)}.denoiser.network")


def _told_as(model: Model) -> list[str]:
    """What a network of one's own must be given that is told of t as the one on screen is."""
    reading = model.reading
    if reading is None:
        return []
    if not isinstance(reading.time, str) or reading.time not in TIMES:
        return ["# The one on screen: net = model.denoiser.network, of the model given to diffvis"]
    told = TIMES[reading.time]
    told += ", labels" if model.num_classes else ""
    kind, answer = "", ""
    if model.path is not None and is_diffusers(model.path):
        kind, answer = "a UNet2DModel of diffusers, ", ".sample"
    return [
        f"# Of {kind}mine, told as the one on screen: ",
        f"#   net = lambda x, t, labels: mine(x, {told}){answer}",
    ]


def look_code(model: Model, asking: Asking) -> list[str]:
    """The function ``look(x, t)``: x0_hat, eps_hat, and v where the variance is learned.

    Raises:
        UserError: for such a path, or such a prediction, there is none.
    """
    predicts = model.denoiser.predicts
    if predicts not in X0 or not model.schedule.preserves_variance:
        what = f"of {predicts} on a {model.schedule.kind} path"
        raise UserError(
            f"nobody has written a chain {what} in plain PyTorch", "copy the code with diffvis"
        )
    learns = bool(getattr(model.denoiser, "learns_variance", False))
    out = "net(x, torch.full((len(x),), t), labels)"
    lines = [
        "@torch.no_grad()",
        f"def look(x, t):  # what a network that predicts {predicts} says of x_0 and of the noise",
        "    signal, noisy = alpha_bar[t].sqrt().item(), (1 - alpha_bar[t]).sqrt().item()",
        f"    out{', v' if learns else ''} = {out}{'.chunk(2, 1)' if learns else ''}",
    ]
    if (asking.labelled or asking.guided) and asking.guidance != 1:
        other = f"weak{out.removeprefix('net')}" if asking.guided else out.replace("labels", "None")
        bare = other + (".chunk(2, 1)[0]" if learns else "")
        whose = "Karras et al. 2024" if asking.guided else "Ho & Salimans 2022"
        lines += [
            f"    bare = {bare}",
            f"    out = bare + {asking.guidance} * (out - bare)  # {whose}",
        ]
    lines.append(f"    x0 = {X0[predicts]}")
    if asking.clip is None:
        lines.append(f"    eps = {EPS[predicts]}")
    else:
        lines += [*_clip_code(asking.clip), "    eps = (x - signal * x0) / noisy"]
    return [*lines, f"    return x0, eps{', v' if learns else ''}"]


def model_expression(model: Model) -> str:
    """What makes the model with diffvis; of a network that is nowhere kept, from ``net``."""
    schedule = schedule_expression(model.schedule)
    if isinstance(model.denoiser, ExactDenoiser):
        limit = len(model.denoiser.x0)
        data = f'diffvis.open_dataset("{model.data}")'
        return f"diffvis.exact_model({data}, {schedule}, limit={limit})"
    if model.path is not None:
        return f'diffvis.open_model("{_source(model)}")'
    reading = model.reading
    if reading is None:
        return "model  # it is nowhere kept: the one that was given to diffvis"
    named = {"predicts": reading.predicts, "time": reading.time, "range": reading.range}
    said = [f"shape={model.shape}", f"schedule={schedule}"]
    said += [f"{key}={value!r}" for key, value in named.items() if not callable(value)]
    if reading.classes:
        said += [f"classes={reading.classes!r}", f"null={reading.null!r}"]
    return f"diffvis.wrap(net, {', '.join(said)})  # net: your network"


def _source(model: Model) -> str:
    assert model.path is not None
    return model.path.name if model.path.parent == shipped_models() else str(model.path)


def _clip_code(clip: Clip | Clipping) -> list[str]:
    made = clip if isinstance(clip, Clipping) else Clipping(clip)
    if made.kind == "static":
        return [f"    x0 = x0.clamp({made.low:g}, {made.high:g})"]
    middle, half = (made.low + made.high) / 2, (made.high - made.low) / 2
    inside, back = ("x0", "") if (middle, half) == (0, 1) else (
        f"((x0 - {middle:g}) / {half:g})", f" * {half:g} + {middle:g}",
    )  # fmt: skip
    most = "" if made.most == float("inf") else f", {made.most:g}"
    return [
        f"    size = {inside}.flatten(1).abs().quantile({made.quantile:g}, 1).clamp(1{most})",
        "    size = size.reshape(-1, *[1] * (x.ndim - 1))  # dynamic thresholding (Saharia 2022)",
        f"    x0 = {inside}.clamp(-size, size) / size{back}",
    ]
