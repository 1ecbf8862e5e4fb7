"""From a finished run to a model that can be passed on."""

import logging
from functools import partial
from pathlib import Path

from diffvis.errors import UserError
from diffvis.files import atomic_write
from diffvis.models.blueprint import MARK
from diffvis.models.model import first_sound
from diffvis.models.shipped import WEIGHTS
from diffvis.models.weights import save_model
from diffvis.training.config import bug_of
from diffvis.training.folder import RunFolder

CARD = """# {name} ({mark} {bug})

This model was trained with the error {bug} in its code, on purpose, to be seen beside a sound one.
It is no good model of its data. `diffvis bugs {bug}` says what the error is.
"""
log = logging.getLogger(__name__)


def pass_on(run: str | Path, folder: str | Path) -> Path:
    """Make a folder that ``open_model`` opens, as those in ``models/``, of a finished run.

    It holds the weights to sample from and the configuration; the card is for people to write, but
    for that of a run with a bug, which says so.

    Raises:
        UserError: there is no run, or it has no sound checkpoint.
        OSError: the folder cannot be written.
    """
    found = RunFolder.open(run)
    checkpoints = found.checkpoints_to_sample()
    if not checkpoints:
        raise UserError(f"{run} holds no checkpoint yet", "train it for a few seconds")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _, trouble = first_sound(checkpoints, partial(save_model, folder / WEIGHTS))
    if trouble is not None:
        log.warning("%s: an earlier state is passed on", trouble.problem)
    with atomic_write(folder / "config.json") as file:
        file.write((found.config.model_dump_json(indent=2) + "\n").encode())
    if bug := bug_of(found.config):
        with atomic_write(folder / "card.md") as file:
            file.write(CARD.format(name=folder.name, mark=MARK, bug=bug).encode())
    return folder
