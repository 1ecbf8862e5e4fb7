"""``diffvis code``: a chain as a script of plain PyTorch, or a shorter one with diffvis."""

from collections.abc import Mapping
from typing import Any

import typer

from diffvis.models.model import open_model
from diffvis.sampling.classes import EACH, class_of
from diffvis.sampling.settings import ChainSettings
from diffvis.viewing.scripts import reverse_script, short_reverse_script


def code_command(source: str, chain: Mapping[str, Any], short: bool) -> None:
    """Print the script; the label of ``chain`` is as people write it."""
    model = open_model(source)
    settings = ChainSettings(**{**chain, "label": class_of(model, chain["label"] or EACH)})
    make = short_reverse_script if short else reverse_script
    typer.echo(make(model, settings), nl=False)
