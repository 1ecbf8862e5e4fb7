"""A reverse chain as code."""

from diffvis.diffusion.seeds import fold_seed
from diffvis.errors import UserError
from diffvis.models.sampleable import Model
from diffvis.rendering.frames import chain_words
from diffvis.sampling.beginning import Beginning
from diffvis.sampling.guides import weaker_model
from diffvis.sampling.settings import EVERY_CLASS, ChainSettings, chain_settings
from diffvis.viewing.scripts.network import (
    Asking,
    guide_code,
    look_code,
    model_expression,
    network_code,
)
from diffvis.viewing.scripts.schedule import betas_code
from diffvis.viewing.scripts.writing import script

OWN_NOISE = """
def noise(draw):  # of each sample its own, by counting: Philox4x32-10 (Salmon et al. 2011)
    n = torch.arange(count * (blocks := -(-math.prod(shape) // 4)))
    a, b, c, d = n % blocks, torch.full_like(n, draw), n // blocks, torch.zeros_like(n)
    k, m, low = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF, 0xFFFFFFFF
    for _ in range(10):
        p, q = a * 0xD2511F53, c * 0xCD9E8D57
        a, b, c, d = (q >> 32 & low) ^ b ^ k, q & low, (p >> 32 & low) ^ d ^ m, p & low
        k, m = k + 0x9E3779B9 & low, m + 0xBB67AE85 & low
    u = (torch.stack([a, b, c, d], 1).double() + 0.5) / 2**32
    r, angle = (-2 * u[:, ::2].log()).sqrt(), 2 * math.pi * u[:, 1::2]
    z = torch.stack([r * angle.cos(), r * angle.sin()], 2).reshape(count, -1)
    return z[:, : math.prod(shape)].reshape(count, *shape).float()
""".strip().splitlines()
ONE_STREAM = """
generator = torch.Generator().manual_seed({seed})
def noise(draw):  # all samples draw from one stream
    return torch.randn((count, *shape), generator=generator)
""".strip().splitlines()


def reverse_script(
    model: Model, settings: ChainSettings, beginning: Beginning | None = None
) -> str:
    """The chain in plain PyTorch, with the same noise as the program's.

    Raises:
        UserError: the settings do not fit the model, it does not begin with noise, or its sampler
            comes from elsewhere and brings no code.
    """
    sampler = settings.sampler_for(model)
    step = sampler.code()
    if not step:
        raise UserError(
            f"nobody has written {sampler.title} in plain PyTorch",
            "choose another sampler, or copy the code with diffvis",
            field="sampler",
        )
    _refuse(beginning)
    labels = settings.labels_for(model)
    guide = []
    if settings.guide_by and settings.guidance != 1:
        guide = guide_code(weaker_model(model, settings.guide_by, "cpu"))
    asking = Asking(labels is not None, settings.guidance, bool(guide), settings.clip_for(model))
    times = settings.times(model.schedule)
    own = settings.noise == "each"
    stream = [line.format(seed=fold_seed(settings.seed)) for line in ONE_STREAM]
    return script(
        f"The reverse chain that diffvis shows, in plain PyTorch: {_words(model, settings)}.\n"
        "With the same network it makes the same samples, to rounding.",
        [
            f"count, shape, seed = {settings.count}, {model.shape}, {settings.seed}",
            *betas_code(model.schedule),
            f"times = {_times_code(times, model.schedule.T)}",
            f"labels = {_labels_code(model, settings)}",
            *network_code(model),
            *guide,
            "",
            *(OWN_NOISE if own else stream),
            "",
            *look_code(model, asking),
            "",
            "x, before = noise(0), None",
            "for k, (t, s) in enumerate(zip(times, times[1:]), 1):",
            "    a_t, a_s = alpha_bar[t].item(), alpha_bar[s].item()",
            f"    x0, eps{', v' if _learns(model) else ''} = look(x, t)",
            *(f"    {line}" for line in step),
            'print(f"x_0 of {count} samples: mean {x.mean():.3f}, std {x.std():.3f}")',
        ],
    )


def short_reverse_script(
    model: Model, settings: ChainSettings, beginning: Beginning | None = None
) -> str:
    """The same with diffvis.

    Raises:
        UserError: it does not begin with noise.
    """
    _refuse(beginning)
    chosen = {
        name: value
        for name, value in settings.model_dump().items()
        if name in ("sampler", "steps", "count", "seed") or value != chain_settings()[name].default
    }
    chosen["label"] = {None: None, EVERY_CLASS: "each"}.get(settings.label, settings.label)
    if not model.num_classes:
        del chosen["label"]
    named = ", ".join(f"{name}={value!r}" for name, value in chosen.items())
    return "\n".join(
        [
            "import diffvis",
            "",
            f"model = {model_expression(model)}",
            f"chain = diffvis.sample(model, {named})",
            "print(chain, chain.x0.mean(), chain.x0.std())",
            "",
        ]
    )


def _refuse(beginning: Beginning | None) -> None:
    if beginning is not None:
        raise UserError(
            f"a script cannot hold the sample that this chain begins {beginning.words}",
            "let it begin with noise, then copy its code",
        )


def _learns(model: Model) -> bool:
    return bool(getattr(model.denoiser, "learns_variance", False))


def _words(model: Model, settings: ChainSettings) -> str:
    return f"{model.name}, {chain_words(settings, model)}".replace("\\", "")


def _times_code(times: list[int], T: int) -> str:
    n = len(times) - 1
    even = [T * k // n for k in range(n, -1, -1)]
    return f"[T * k // {n} for k in range({n}, -1, -1)]" if times == even else repr(times)


def _labels_code(model: Model, settings: ChainSettings) -> str:
    if settings.label is None:
        return "None"
    if settings.label == EVERY_CLASS:
        return f"torch.arange(count) % {model.num_classes}"
    return f"torch.full((count,), {settings.label})"
