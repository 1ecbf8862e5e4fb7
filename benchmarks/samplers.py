"""Quality against time of every sampler, for each ready-trained model of images.

    python -m benchmarks.samplers                                             # 200 samples a row
    python -m benchmarks.samplers mnist --count 500 --seeds 3 --whole --docs  # a table in docs/
    python -m benchmarks.samplers mnist --guidance 1.2 --steps 20 --whole     # of guided samples
    python -m benchmarks.samplers mnist --guidance 1.2 --steps 20 --clip none # x0_hat as it is
    python -m benchmarks.samplers mnist --guidance 1.2 --steps 20 --shift 2   # nearer to the noise

Every sampler that adds no noise (or --samplers) in 5, 10, 20 and 50 steps, and with --whole the
ancestral one in all: as many samples of the same noise each, measured as diffvis evaluate does.
Samples with guidance, of shifted steps, and those whose x0_hat is not clipped, have tables of their
own. Data that must be
given is found through DIFFVIS_TEST_DATA. Times are processor time of one thread, so that other work
on the machine counts little. --docs puts the rows into docs/samplers.json beside others, and draws
docs/samplers.md and docs/pictures/samplers.png of all; a row that was not measured this time stays.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from diffvis.sampling.registry import SAMPLERS

DOCS = Path(__file__).parent.parent / "docs"
FOUND = DOCS / "samplers.json"
STEPS = (5, 10, 20, 50)
COLOURS = ("#b34c00", "#0072b2", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
MARKERS = "so^Dv*"
TITLES = {name: sampler.title for name, sampler in SAMPLERS.items()} | {"ddpm": "ancestral"}
LOOKS = dict(zip(TITLES, zip(COLOURS, MARKERS, strict=True), strict=False))
QUIET = [name for name, sampler in SAMPLERS.items() if not sampler().adds_noise]
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
    parser.add_argument("--seeds", type=int, default=1, help="for error bars")
    parser.add_argument(
        "--samplers", nargs="+", choices=TITLES, default=QUIET, help="the quick ones"
    )
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS, help="of the quick samplers")
    parser.add_argument("--guidance", type=float, default=1.0, help="of models that know classes")
    parser.add_argument("--shift", type=float, default=1.0, help="of the quick samplers' steps")
    parser.add_argument("--clip", choices=("auto", "none"), default="auto", help="of x0_hat")
    parser.add_argument("--whole", action="store_true", help="the chain of all steps as well")
    parser.add_argument("--quick", action="store_true", help="40 samples a row, which say little")
    parser.add_argument("--docs", action="store_true", help="write the table and plot in docs/")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.count = 40
    for name, row in measure(arguments):
        if arguments.docs:
            known = _known()  # again, since another table may be measured at the same time
            rows = known.setdefault(name, [])
            rows[:] = [old for old in rows if _place(old) != _place(row)] + [row]
            _write(FOUND, json.dumps(known, indent=1) + "\n")
    if arguments.docs and (known := _known()):
        draw(known)
        _write(DOCS / "samplers.md", page(known))


def _known() -> dict[str, Any]:
    """The rows of each table in docs/."""
    return json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.is_file() else {}


def measure(arguments: argparse.Namespace):
    """Yields the table and each row of the models whose data are there; prints the rows."""
    import torch

    from diffvis.data.catalogue import open_dataset
    from diffvis.errors import UserError
    from diffvis.evaluation import Plan
    from diffvis.evaluation.sweeping.sweep import Measured, evaluate_each
    from diffvis.models.model import open_model, shipped_names

    torch.set_num_threads(1)
    for name in [name for name in arguments.names if name not in shipped_names()]:
        raise UserError(f"there is no model {name}", f"choose from {', '.join(shipped_names())}")
    guidance = arguments.guidance
    for name in arguments.names or shipped_names():
        model = open_model(name)
        if model.is_points or (guidance != 1 and not model.num_classes):
            continue
        folder = os.environ.get("DIFFVIS_TEST_DATA")
        given = f"{folder}/{GIVEN[name]}" if folder and name in GIVEN else model.data
        try:
            dataset = open_dataset(given, download=False)
        except UserError as error:
            print(f"{name}: {error}")
            continue
        table = name if guidance == 1 else f"{name} with guidance {guidance:g}"
        table += f", shift {arguments.shift:g}" * (arguments.shift != 1)
        table += ", not clipped" * (arguments.clip == "none")
        print(f"{table}: {arguments.count:,} samples a row")
        chains, plan = _settings(model, arguments), Plan(seeds=arguments.seeds)
        started = time.perf_counter()
        for found in evaluate_each(model, dataset, chains, plan, clock=time.process_time):
            if isinstance(found, Measured):
                yield table, _row(found.evaluation, time.perf_counter() - started)
                started = time.perf_counter()


def _settings(model, arguments: argparse.Namespace) -> list:
    from diffvis.sampling.settings import EVERY_CLASS, ChainSettings

    common = {
        "count": arguments.count,
        "label": EVERY_CLASS if model.num_classes else None,
        "guidance": arguments.guidance,
        "clip": arguments.clip,
    }
    quick = [
        ChainSettings(sampler=sampler, steps=steps, shift=arguments.shift, **common)
        for sampler in arguments.samplers
        for steps in arguments.steps
    ]
    return [*quick, ChainSettings(**common)] if arguments.whole else quick


def _place(row: dict[str, Any]) -> tuple[str, int]:
    return row["sampler"], row["steps"]


def _row(found, took: float) -> dict[str, Any]:
    figures = {key: found.figures[key] for key in FIGURES if key in found.figures}
    how = {name: found.settings[name] for name in ("sampler", "steps", "count", "seeds")}
    row = {
        **how,
        "ms": 1000 * found.seconds_per_sample,
        **{key: figure.mean() for key, figure in figures.items()},
        "sd": {key: figure.error() for key, figure in figures.items() if how["seeds"] > 1},
    }
    said = ", ".join(f"{FIGURES[key]} {_text(key, row)}" for key in figures)
    name = f"{TITLES[row['sampler']]} {row['steps']}"
    print(f"  {name:16} {row['ms']:7.1f} ms each  {said}  ({took:.0f} s)", flush=True)
    return row


def draw(known: dict[str, Any]) -> None:
    """One panel for each table that has more than one number of steps: distance over steps."""
    import matplotlib
    from matplotlib.figure import Figure

    from diffvis.files import atomic_write

    matplotlib.use("agg")
    shown = {name: rows for name, rows in known.items() if len({row["steps"] for row in rows}) > 1}
    figure = Figure(figsize=(4.2 * len(shown), 3.2), layout="constrained")
    for place, (name, rows) in enumerate(shown.items()):
        axes = figure.add_subplot(1, len(shown), place + 1)
        distance = next(key for key in FIGURES if key in rows[0])
        for sampler, (colour, marker) in LOOKS.items():
            points = sorted(
                (r["steps"], r[distance], r["sd"].get(distance, 0))
                for r in rows
                if r["sampler"] == sampler
            )
            if points:
                x, y, error = zip(*points, strict=True)
                look = {"marker": marker, "color": colour, "capsize": 3}
                axes.errorbar(x, y, error, label=TITLES[sampler], **look)
        axes.set_xscale("log")
        axes.set_ylim(0, 1.05 * max(row[distance] + row["sd"].get(distance, 0) for row in rows))
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
        "Made by `python -m benchmarks.samplers NAME --count N --seeds S --whole --docs`, with "
        "`--guidance G`, `--shift S` or `--clip none` where a table says so; every row is as many "
        "samples from the same noise, measured as `diffvis evaluate` does, with the standard "
        "deviation over the seeds. The Fréchet distance is that in the features of the data set's "
        "own classifier, not Inception FID, and shrinks with the number of samples. Times are "
        "processor time of one thread.",
        "![Distance over steps](pictures/samplers.png)",
    ]
    for name, rows in known.items():
        rows = sorted(rows, key=lambda row: (row["sampler"], row["steps"]))
        keys = [key for key in FIGURES if key in rows[0]]
        head = ["sampler", "steps", *(FIGURES[key] for key in keys), "ms each"]
        lines = [head, ["---"] * len(head)]
        for row in rows:
            cells = (_text(key, row) for key in keys)
            lines.append([TITLES[row["sampler"]], str(row["steps"]), *cells, f"{row['ms']:.1f}"])
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        parts.append(f"## {name}\n\n{_counts(rows)}\n\n{table}")
    return "\n\n".join(parts) + "\n"


def _counts(rows: list[dict[str, Any]]) -> str:
    """How many samples the rows are of; ancestral chains, which take long, may be fewer."""
    counts = {row["sampler"]: _count(row) for row in rows}
    if len(set(counts.values())) == 1:
        return f"{counts.popitem()[1]} a row."
    return "; ".join(f"{TITLES[name]}: {said}" for name, said in counts.items()) + "."


def _count(row: dict[str, Any]) -> str:
    return f"{row['count']:,} samples × {row['seeds']} seed{'s' * (row['seeds'] > 1)}"


def _text(key: str, row: dict[str, Any]) -> str:
    scale, form, unit = (100, ".1f", " %") if key in SHARES else (1, ".3f", "")
    error = f" ± {scale * row['sd'][key]:{form}}" if key in row["sd"] else ""
    return f"{scale * row[key]:{form}}{error}{unit}"


def _write(path: Path, text: str) -> None:
    from diffvis.files import atomic_write

    with atomic_write(path) as file:
        file.write(text.encode())


if __name__ == "__main__":
    from diffvis.cli.outcome import outcome

    sys.exit(outcome(main))
