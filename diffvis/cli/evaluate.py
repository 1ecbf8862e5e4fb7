"""``diffvis evaluate``: how good a model's samples are."""

import json
from collections.abc import Mapping
from typing import Any

import typer

from diffvis.cli.opening import open_data_of
from diffvis.cli.output import table, with_bar
from diffvis.evaluation import Evaluation, Plan, evaluate
from diffvis.models.model import open_model
from diffvis.sampling.classes import EACH, class_of
from diffvis.sampling.settings import ChainSettings
from diffvis.training.device import resolve_device


def evaluate_command(
    source: str,
    data: str | None,
    plan: Plan,
    as_json: bool,
    device: str,
    chain: Mapping[str, Any],
) -> None:
    """Print every figure of ``source``; the label of ``chain`` is as people write it."""
    where = resolve_device(device)
    model = open_model(source, where)
    dataset = open_data_of(model, data)
    settings = ChainSettings(**{**chain, "label": class_of(model, chain["label"] or EACH)})
    work = evaluate(model, dataset, settings, plan, str(where))
    for found in with_bar(work, model.name, 100, _done, _words):
        evaluation = found
    if as_json:
        typer.echo(json.dumps(evaluation.to_json()))
    else:
        _print(evaluation, dataset.title)


def _print(evaluation: Evaluation, title: str) -> None:
    typer.echo(f"{evaluation.about}; against {title}")
    table(evaluation.rows)
    for note in evaluation.notes:
        typer.echo(note)


def _done(found: object) -> float:
    return 100.0 if isinstance(found, Evaluation) else 100 * found.done / max(1, found.total)


def _words(found: object) -> str:
    return "" if isinstance(found, Evaluation) else found.what
