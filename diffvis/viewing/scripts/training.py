"""A training step as code."""

from typing import Any

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.training.asked import schedule_of
from diffvis.training.config import TrainConfig, bug_of, preset_for
from diffvis.viewing.scripts.schedule import factors_at, path_code
from diffvis.viewing.scripts.writing import script, wanted

TARGETS = {
    "eps": "eps",
    "x0": "x0",
    "v": "kept * eps - noisy * x0",
    "velocity": "eps - x0  # of the straight path",
    "score": "-eps / noisy",
}
PER_X0 = {"eps": "snr", "x0": "1", "v": "(snr + 1)"}
"""What |x_0 - x0_hat|^2 is multiplied by to give the squared error of each prediction."""
GAMMA = 5  # of min-snr


def training_script(config: TrainConfig, dataset: Dataset) -> str:
    """A run as a loop of plain PyTorch: the step is that of the program, batches are drawn anew.

    Raises:
        UserError: the loss, or what its targets are, takes more than a page; or it has a bug.
    """
    _refuse_bug(config)
    _refuse(config)
    schedule = schedule_of(config)
    signal, noise = factors_at(schedule)
    labelled = config.conditional and dataset.num_classes > 0
    labels = ", labels" if labelled else ""
    optimiser = {"adam": "Adam", "adamw": "AdamW"}[config.optimizer]
    shape, known = tuple(dataset.shape), f'diffvis.open_dataset("{dataset.source}")'
    return script(
        f"A training step as diffvis takes it, in plain PyTorch: {dataset.title}, "
        f"{config.network}, predicts {config.predict}.\n"
        "With the same network, batch, t and noise it makes the same weights, to rounding.",
        [
            *path_code(schedule),
            *wanted(
                "data",
                f"float32 (N, *{shape}): the training set in the units of the model",
                f"(known := {known}).x0(known.train)",
            ),
            *(_classes(dataset, known) if labelled else []),
            *wanted(
                "net", f"your nn.Module: net(x, t{labels}) -> {config.predict}, t int64 in 1..T"
            ),
            f"steps, batch, lr = {config.steps}, {config.batch_size}, {config.lr!r}",
            "ema = copy.deepcopy(net).eval()  # what is sampled from",
            f"optimiser = torch.optim.{optimiser}(net.parameters(), lr=lr, "
            f"weight_decay={config.weight_decay!r})",
            "",
            f"def train_step(number, x0, t, eps{labels}):",
            "    shape = -1, *[1] * (x0.ndim - 1)",
            f"    kept = {signal}.float().reshape(shape)",
            f"    noisy = {noise}.float().reshape(shape)",
            f"    answer = net(kept * x0 + noisy * eps, t{labels})",
            f"    target = {TARGETS[config.predict]}",
            "    loss = (target - answer).square().flatten(1).mean(1)",
            *(_min_snr(config) if config.loss == "min-snr" else []),
            "    loss.mean().backward()",
            *_clipped(config),
            f"    warm = min(1, (number + 1) / ({config.warmup} + 1))",
            f"    optimiser.param_groups[0]['lr'] = lr * warm{_falling(config)}",
            "    optimiser.step()",
            "    optimiser.zero_grad()",
            f"    decay = min({config.ema_decay!r}, (2 + number) / (11 + number))",
            "    for average, weight in zip(ema.parameters(), net.parameters()):",
            "        average.data.lerp_(weight.data, 1 - decay)",
            "    return loss.mean().item()",
            "",
            "for number in range(steps):",
            "    index = torch.randint(len(data), (batch,))",
            "    t = torch.randint(1, T + 1, (batch,))",
            *_hidden(config, dataset, labelled),
            "    x0 = data[index]",
            f"    loss = train_step(number, x0, t, torch.randn(x0.shape){labels})",
            "    if number % 100 == 0:",
            '        print(f"step {number}: loss {loss:.4f}")',
        ],
    )


def short_training_script(config: TrainConfig, dataset: Dataset) -> str:
    """The same with diffvis.

    Raises:
        UserError: it has a bug.
    """
    _refuse_bug(config)
    usual = preset_for(dataset).model_dump()
    told: dict[str, Any] = {
        name: value
        for name, value in config.model_dump().items()
        if value != usual[name] and name not in ("data", "data_options")
    }
    named = "".join(f", {name}={value!r}" for name, value in told.items())
    return "\n".join(
        [
            "import diffvis",
            "",
            f'run = diffvis.train("{dataset.source}"{named})',
            "model = run.finish()",
            "print(model, run.loss[-1])",
            "",
        ]
    )


def _classes(dataset: Dataset, known: str) -> list[str]:
    says = f"int64 (N,) in 0..{dataset.num_classes - 1}: the class of each"
    return wanted("classes", says, f"(known := {known}).labels[known.train].long()")


def _refuse_bug(config: TrainConfig) -> None:
    if bug := bug_of(config):
        raise UserError(
            f"code to copy is right, and this run has the bug {bug}",
            f"see diffvis bugs {bug} for its wrong line, or choose no bug",
        )


def _refuse(config: TrainConfig) -> None:
    reason = "loss = hybrid" if config.loss == "hybrid" else ""
    reason = reason or ("a stable target batch" if config.references else "")
    reason = reason or ("Muon" if config.optimizer == "muon" else "")
    schedule = schedule_of(config)
    if config.predict == "velocity" and schedule.kind != "flow":
        reason = reason or f"the velocity of a {schedule.kind} path"
    if config.loss == "min-snr":
        known = config.predict in PER_X0 and schedule.preserves_variance
        reason = reason or ("" if known else "min-snr on such a path")
    if reason:
        raise UserError(
            f"the code of {reason} takes more than a page",
            "copy the code with diffvis, or see docs/mathematics.md",
        )


def _min_snr(config: TrainConfig) -> list[str]:
    share = PER_X0[config.predict]
    return [
        "    snr = (alpha_bar[t] / (1 - alpha_bar[t])).float()",
        f"    loss = loss * snr.clamp(max={GAMMA}) / {share}  # min-SNR (Hang et al. 2023)",
    ]


def _clipped(config: TrainConfig) -> list[str]:
    if config.gradient_clip <= 0:
        return []
    limit = config.gradient_clip
    return [f"    torch.nn.utils.clip_grad_norm_(net.parameters(), {limit!r})"]


def _falling(config: TrainConfig) -> str:
    return (
        " * (1 + math.cos(math.pi * number / steps)) / 2" if config.lr_schedule == "cosine" else ""
    )


def _hidden(config: TrainConfig, dataset: Dataset, labelled: bool) -> list[str]:
    if not labelled:
        return []
    return [
        f"    hidden = torch.rand(batch) < {config.label_dropout!r}  # for guidance: no class",
        f"    labels = torch.where(hidden, {dataset.num_classes}, classes[index])",
    ]
