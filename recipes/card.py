"""The card of a shipped model, for people: every number in it comes from figures.json."""

from pathlib import Path
from typing import Any

from diffvis.files import atomic_write
from diffvis.models.shipped import GRID
from diffvis.training.config import TrainConfig
from recipes.models import Recipe
from recipes.pictures import GUIDED_GRID

CURVE, CURVE_BEFORE = "curve.png", "curve-before.png"
HEADINGS = {
    "quick": "A quick sampler",
    "guided": "With guidance",
    "full": "All steps",
    "unconditional": "Without a class",
    "autoguided": "Without a class, guided by a weaker model",
}


def write_card(folder: Path, recipe: Recipe, about: dict[str, Any], config: TrainConfig) -> None:
    """Write ``card.md`` into the folder of the model."""
    parts = [
        f"# {recipe.title}",
        _introduction(about, config),
        *_samples(about),
        _how(folder.name, recipe, about, config),
        *_curves(about),
        *(_evaluation(key, found) for key, found in about["evaluations"].items()),
        "## Where it falls short\n\n" + recipe.weaknesses,
    ]
    with atomic_write(folder / "card.md") as file:
        file.write(("\n\n".join(parts) + "\n").encode())


def _introduction(about: dict[str, Any], config: TrainConfig) -> str:
    classes = about["classes"]
    knows = f"that knows {len(classes)} classes" if classes else "without classes"
    options = ", ".join(f"{name} {_plain(value)}" for name, value in config.network_options.items())
    what = "A flow" if config.schedule == "flow" else "A DDPM"
    return (
        f"{what} {knows}: `{config.network}` of {about['weights']:,} weights"
        f"{f' ({options})' if options else ''}, predicts {config.predict}, "
        f"T = {config.timesteps:,}, {config.schedule} schedule. `config.json` has all settings."
    )


def _samples(about: dict[str, Any]) -> list[str]:
    plain = f"![Samples, as they came]({GRID})"
    if "guided" not in about["evaluations"]:
        return [plain]
    guidance = about["evaluations"]["guided"]["guidance"]
    return [
        "Samples as they came, of all classes in turn; then of the same noise with guidance "
        f"{guidance:g}:",
        plain,
        f"![Samples with guidance, as they came]({GUIDED_GRID})",
    ]


def _curves(about: dict[str, Any]) -> list[str]:
    if len(about["trainings"]) == 1:
        return [f"![Training curve]({CURVE})"]
    return [
        f"The training before the last, then the last, which began with its weights:"
        f"\n\n![Training curve before]({CURVE_BEFORE})\n\n![Training curve]({CURVE})"
    ]


def _how(name: str, recipe: Recipe, about: dict[str, Any], config: TrainConfig) -> str:
    rounding = 100 * about["rounding"]
    device = "a CPU" if about["device"] == "cpu" else about["device"]
    steps = about["trainings"][-1]["steps"]
    stopped = ""
    if steps < config.steps and config.lr_schedule != "constant":
        planned, stopped = config.steps, f" stopped after step {steps:,}"
    else:
        planned = steps
    first, *later = about["trainings"]
    done = f"{first['steps']:,} steps of {first['batch_size']} samples"
    done += "".join(f", then {part['steps']:,} of {part['batch_size']}" for part in later)
    seconds = sum(training["seconds"] for training in about["trainings"])
    given = f' --data "{recipe.given}"' if recipe.given else ""
    asked = "" if config.minutes else f" --steps {planned}"
    rows = [
        (
            "made by",
            f"`python -m recipes train {name} --out RUN{asked}{given}`{stopped}, then "
            f"`python -m recipes ship RUN {name}{given}`",
        ),
        ("data", recipe.about),
        ("licence", "of the weights: MIT, as diffvis"),
        ("training", f"{done}, {_time(seconds)} on {device}, which had other work as well"),
    ]
    if about["validation_loss"]:
        rows.append(("best validation loss", f"{about['validation_loss']:.4f}"))
    rows.append(
        (
            "weights",
            f"half precision, which moves what the network predicts by {rounding:.2g} %; all "
            "figures are those of these weights",
        )
    )
    return _table(("", ""), rows)


def how_measured(found: dict[str, Any]) -> str:
    """``1,000 samples of DDIM in 20 steps, 3 seeds (mean ± sd)`` of an evaluation."""
    seeds = f", {found['seeds']} seeds (mean ± sd)" if found["seeds"] > 1 else ""
    sampler = {"ddpm": "the ancestral sampler", "ddim": "DDIM", "heun": "Heun"}.get(
        found["sampler"], found["sampler"]
    )
    words = [f"{found['steps']:,} steps"]
    if found.get("shift", 1) != 1:
        words.append(f"shift {found['shift']:g}")
    if found.get("clip") == "none":
        words.append("not clipped")
    if found["guidance"] != 1:
        by = f" by {found['guide_by']}" if found.get("guide_by") else ""
        words.append(f"guidance {found['guidance']:g}{by}")
    return f"{found['count']:,} samples of {sampler} in {', '.join(words)}{seeds}"


def _evaluation(key: str, found: dict[str, Any]) -> str:
    classes = "" if found["label"] is None else " of the same classes"
    said = f"{how_measured(found)}. *Data* is what as many real samples{classes} measure, "
    said += "*noise* what noise does."
    rows = [
        (figure["title"], *(value_of(figure, column) for column in ("samples", "data", "noise")))
        for figure in found["figures"].values()
    ]
    table = _table(("", "samples", "data", "noise"), rows)
    return f"## {HEADINGS.get(key, key)}\n\n{said}\n\n{table}"


def value_of(figure: dict[str, Any], column: str, deviates: bool = True) -> str:
    """``98.9 ± 0.2 %`` or ``0.0062 ± 0.0004``, with or without how much it deviates; nothing where
    nothing was measured."""
    if column not in figure:
        return ""
    mean, deviation = figure[column]["mean"], figure[column]["sd"]
    percent = figure["unit"] == "%"
    scale, form = (100, ".1f") if percent else (1, ".4f" if abs(mean) < 1 else ".2f")
    text = f"{scale * mean:{form}}"
    if deviation and deviates:
        text += f" ± {scale * deviation:{form}}"
    return f"{text} %" if percent else text


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _time(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"


def _plain(value: object) -> str:
    return "-".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
