"""``diffvis check MODEL``: the loss by t of a model under every plausible reading."""

import json

import typer

from diffvis.bugs.misreadings import misreadings
from diffvis.cli.opening import open_data_of
from diffvis.cli.output import note, refer_to, table
from diffvis.evaluation.readings import check
from diffvis.models.model import open_model
from diffvis.training.device import resolve_device


def check_readings(
    source: str, as_json: bool, data: str | None = None, device: str = "auto"
) -> int:
    """Print how well the model ``source`` predicts under each reading, and what comes out of it.

    Returns:
        The exit status: 0 where the model is read rightly, 1 where another reading fits better, 2
        where nothing could be judged.

    Raises:
        UserError: there is no such model or data, or they do not fit together.
    """
    where = resolve_device(device)
    model = open_model(source, where)
    if model.said:
        note(f"{model.name}: {model.said}")
    readings = check(model, open_data_of(model, data))
    given, best = (row.variant.reading for row in (readings.given, readings.best))
    bugs = misreadings(given, best)
    if as_json:
        typer.echo(json.dumps({**readings.to_json(), "bugs": bugs}))
    else:
        typer.echo(f"{readings.name}: loss by t, over what predicting nothing costs")
        table(readings.table())
        typer.echo(readings.sentence)
        refer_to(bugs)
    return readings.status
