"""Quality against time of every sampler: ``python -m recipes samplers NAME ... [--data D]``.

Writes ``docs/pictures/samplers.png`` and the table of ``docs/samplers.md``. Each row is as many
samples of the same noise; what they are compared with is that of ``diffvis evaluate``.
"""

import json
import time
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.evaluation import Evaluation, Plan, evaluate
from diffvis.files import atomic_write
from diffvis.training.model import Model, open_model
from diffvis.training.sampling import EVERY_CLASS, ChainSettings

matplotlib.use("agg")
DOCS = Path(__file__).parent.parent / "docs"
FOUND = DOCS / "samplers.json"
STEPS = (5, 10, 20, 50)
LOOKS = {"ddpm": ("#b34c00", "s"), "ddim": ("#0072b2", "o"), "dpm-solver": ("#009e73", "^")}
TITLES = {"ddpm": "ancestral, all steps", "ddim": "DDIM", "dpm-solver": "DPM-Solver++"}


def compare(names: list[str], data: str | None, count: int, whole: bool) -> None:
    """Measure the models and draw all that was ever measured again."""
    known = json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.is_file() else {}
    for name in names:
        model = open_model(name)
        dataset = open_dataset(data or model.data)
        rows = known.get(name, {}).get("rows", [])
        for settings in _settings(model, count, whole):
            row = _measure(model, dataset, settings)
            rows = [r for r in rows if (r["sampler"], r["steps"]) != (row["sampler"], row["steps"])]
            rows.append(row)
            known[name] = {"title": model.name, "rows": rows}
            _write(FOUND, json.dumps(known, indent=1) + "\n")
    draw(known)
    _write(DOCS / "samplers.md", page(known))


def _settings(model: Model, count: int, whole: bool) -> list[ChainSettings]:
    label = EVERY_CLASS if model.num_classes else None
    quick = [
        ChainSettings(sampler, steps, count=count, label=label)
        for sampler in ("ddim", "dpm-solver")
        for steps in STEPS
    ]
    return [*quick, ChainSettings(count=count, label=label)] if whole else quick


def _measure(model: Model, dataset: Dataset, settings: ChainSettings) -> dict[str, Any]:
    started = time.perf_counter()
    *_, found = evaluate(model, dataset, settings, Plan())
    assert isinstance(found, Evaluation)
    figures = {
        key: figure.mean()
        for key, figure in found.figures.items()
        if key in ("frechet", "accuracy", "sliced_wasserstein", "precision", "recall")
    }
    row = {
        "sampler": settings.sampler,
        "steps": found.settings["steps"],
        "count": settings.count,
        "ms": 1000 * found.seconds_per_sample,
        **figures,
    }
    print(f"{model.name}: {row} ({time.perf_counter() - started:.0f} s)", flush=True)
    return row


def draw(known: dict[str, Any]) -> None:
    """One panel for each model: distance over steps, both logarithmic."""
    figure = Figure(figsize=(3.6 * len(known), 3.2), layout="constrained")
    for place, found in enumerate(known.values()):
        axes = figure.add_subplot(1, len(known), place + 1)
        rows = found["rows"]
        distance = "frechet" if "frechet" in rows[0] else "sliced_wasserstein"
        for sampler, (colour, marker) in LOOKS.items():
            points = sorted((r["steps"], r[distance]) for r in rows if r["sampler"] == sampler)
            if points:
                axes.plot(
                    *zip(*points, strict=True), marker=marker, color=colour, label=TITLES[sampler]
                )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(found["title"])
        axes.set_xlabel("network calls per sample")
        words = {"frechet": "Fréchet distance (classifier features)"}
        axes.set_ylabel(words.get(distance, "sliced Wasserstein distance of pixels"))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    with atomic_write(DOCS / "pictures" / "samplers.png") as file:
        figure.savefig(file, format="png", dpi=120)


def page(known: dict[str, Any]) -> str:
    """The table as Markdown."""
    parts = [
        "# Samplers compared",
        "Made by `python -m recipes samplers`; each row is as many samples from the same noise. "
        "The distance is that of the data set's own classifier where one is shipped (not Inception "
        "FID), else of pixels. Times are those of one CPU thread on a machine that had other work.",
        "![Distance over network calls](pictures/samplers.png)",
    ]
    for found in known.values():
        rows = sorted(found["rows"], key=lambda row: (row["sampler"], row["steps"]))
        keys = [
            key
            for key in ("frechet", "sliced_wasserstein", "accuracy", "precision", "recall")
            if key in rows[0]
        ]
        names = {
            "frechet": "Fréchet distance",
            "sliced_wasserstein": "sliced Wasserstein",
            "accuracy": "as asked",
        }
        head = ["sampler", "steps", *(names.get(key, key) for key in keys), "ms each"]
        lines = [head, ["---"] * len(head)]
        lines += [
            [
                TITLES[row["sampler"]],
                str(row["steps"]),
                *(_text(key, row[key]) for key in keys),
                f"{row['ms']:.0f}",
            ]
            for row in rows
        ]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        parts.append(f"## {found['title']}\n\n{rows[0]['count']:,} samples a row.\n\n{table}")
    return "\n\n".join(parts) + "\n"


def _text(key: str, value: float) -> str:
    return f"{100 * value:.1f} %" if key in ("accuracy", "precision", "recall") else f"{value:.3f}"


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as file:
        file.write(text.encode())
