"""Quality against time of every sampler, for each ready-trained model of images.

    python -m benchmarks.samplers                                   # 200 samples a row
    python -m benchmarks.samplers mnist --count 1000 --whole --docs # the table and plot in docs/

DDIM and DPM-Solver++ in 5, 10, 20 and 50 steps, and with --whole the ancestral sampler in all: as
many samples of the same noise each, measured as diffvis evaluate does. Data that must be given is
found through DIFFVIS_TEST_DATA. --docs puts the rows into docs/samplers.json beside those of other
models, and draws docs/samplers.md and docs/pictures/samplers.png of all.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent / "docs"
FOUND = DOCS / "samplers.json"
STEPS = (5, 10, 20, 50)
LOOKS = {"ddpm": ("#b34c00", "s"), "ddim": ("#0072b2", "o"), "dpm-solver": ("#009e73", "^")}
TITLES = {"ddpm": "ancestral", "ddim": "DDIM", "dpm-solver": "DPM-Solver++"}
FIGURES = {
    "frechet": "Fréchet distance",
    "sliced_wasserstein": "sliced Wasserstein of pixels",
    "accuracy": "as asked",
    "precision": "precision",
    "recall": "recall",
}
SHARES = ("accuracy", "precision", "recall")
GIVEN = {"mnist": "mnist", "flowers": "flowers?size=32"}  # below DIFFVIS_TEST_DATA


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which models; all if none")
    parser.add_argument("--count", type=int, default=200, help="samples a row")
    parser.add_argument("--whole", action="store_true", help="the chain of all steps as well")
    parser.add_argument("--quick", action="store_true", help="40 samples a row, which say little")
    parser.add_argument("--docs", action="store_true", help="write the table and plot in docs/")
    arguments = parser.parse_args()
    count = 40 if arguments.quick else arguments.count
    known = json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.is_file() else {}
    for name, rows in measure(arguments.names, count, arguments.whole):
        known[name] = rows
        if arguments.docs:
            _write(FOUND, json.dumps(known, indent=1) + "\n")
    if arguments.docs and known:
        draw(known)
        _write(DOCS / "samplers.md", page(known))


def measure(names: list[str], count: int, whole: bool):
    """Yields the name and the rows of each model whose data are there; prints the rows."""
    import torch

    from diffvis.data.catalogue import open_dataset
    from diffvis.errors import UserError
    from diffvis.training.model import open_model, shipped_names

    torch.set_num_threads(1)
    for name in names or shipped_names():
        model = open_model(name)
        if model.is_points:
            continue
        folder = os.environ.get("DIFFVIS_TEST_DATA")
        given = f"{folder}/{GIVEN[name]}" if folder and name in GIVEN else model.data
        try:
            dataset = open_dataset(given, download=False)
        except UserError as error:
            print(f"{name}: {error}")
            continue
        print(f"{name}: {count:,} samples a row")
        yield name, [_row(model, dataset, how) for how in _settings(model, count, whole)]


def _settings(model, count: int, whole: bool) -> list:
    from diffvis.training.sampling import EVERY_CLASS, ChainSettings

    label = EVERY_CLASS if model.num_classes else None
    quick = [
        ChainSettings(sampler, steps, count=count, label=label)
        for sampler in ("ddim", "dpm-solver")
        for steps in STEPS
    ]
    return [*quick, ChainSettings(count=count, label=label)] if whole else quick


def _row(model, dataset, settings) -> dict[str, Any]:
    from diffvis.evaluation import evaluate

    started = time.perf_counter()
    *_, found = evaluate(model, dataset, settings)
    row = {
        "sampler": settings.sampler,
        "steps": found.settings["steps"],
        "count": settings.count,
        "ms": 1000 * found.seconds_per_sample,
        **{key: found.figures[key].mean() for key in FIGURES if key in found.figures},
    }
    said = ", ".join(f"{FIGURES[key]} {_text(key, row[key])}" for key in FIGURES if key in row)
    took = time.perf_counter() - started
    name = f"{TITLES[settings.sampler]} {row['steps']}"
    print(f"  {name:16} {row['ms']:7.1f} ms each  {said}  ({took:.0f} s)", flush=True)
    return row


def draw(known: dict[str, Any]) -> None:
    """One panel for each model: distance over steps."""
    import matplotlib
    from matplotlib.figure import Figure

    from diffvis.files import atomic_write

    matplotlib.use("agg")
    figure = Figure(figsize=(4.2 * len(known), 3.2), layout="constrained")
    for place, (name, rows) in enumerate(known.items()):
        axes = figure.add_subplot(1, len(known), place + 1)
        distance = next(key for key in FIGURES if key in rows[0])
        for sampler, (colour, marker) in LOOKS.items():
            points = sorted((r["steps"], r[distance]) for r in rows if r["sampler"] == sampler)
            if points:
                x, y = zip(*points, strict=True)
                axes.plot(x, y, marker=marker, color=colour, label=TITLES[sampler])
        axes.set_xscale("log")
        axes.set_ylim(0, 1.1 * max(row[distance] for row in rows))
        steps = sorted({row["steps"] for row in rows})
        axes.set_xticks(steps, [str(number) for number in steps])
        axes.minorticks_off()
        axes.set_title(name)
        axes.set_xlabel("steps")
        axes.set_ylabel(FIGURES[distance])
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    with atomic_write(DOCS / "pictures" / "samplers.png") as file:
        figure.savefig(file, format="png", dpi=120)


def page(known: dict[str, Any]) -> str:
    """The tables as Markdown."""
    parts = [
        "# Samplers compared",
        "Made by `python -m benchmarks.samplers --docs`; every row is as many samples from the "
        "same noise, measured as `diffvis evaluate` does. The Fréchet distance is that in the "
        "features of the data set's own classifier, not Inception FID. Times are those of one "
        "CPU thread.",
        "![Distance over steps](pictures/samplers.png)",
    ]
    for name, rows in known.items():
        rows = sorted(rows, key=lambda row: (row["sampler"], row["steps"]))
        keys = [key for key in FIGURES if key in rows[0]]
        head = ["sampler", "steps", *(FIGURES[key] for key in keys), "ms each"]
        lines = [head, ["---"] * len(head)]
        for row in rows:
            cells = (_text(key, row[key]) for key in keys)
            lines.append([TITLES[row["sampler"]], str(row["steps"]), *cells, f"{row['ms']:.1f}"])
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        parts.append(f"## {name}\n\n{rows[0]['count']:,} samples a row.\n\n{table}")
    return "\n\n".join(parts) + "\n"


def _text(key: str, value: float) -> str:
    return f"{100 * value:.1f} %" if key in SHARES else f"{value:.3f}"


def _write(path: Path, text: str) -> None:
    from diffvis.files import atomic_write

    with atomic_write(path) as file:
        file.write(text.encode())


if __name__ == "__main__":
    main()
