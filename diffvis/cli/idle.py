"""What the command line says of options that change nothing."""

from diffvis.cli.output import note
from diffvis.models.model import Model
from diffvis.sampling.idle import idle_settings
from diffvis.sampling.settings import ChainSettings


def note_idle(model: Model, settings: ChainSettings) -> None:
    """A line for each of the ``settings`` that changes nothing of the model's chain."""
    for words in idle_settings(settings, model.schedule.T).values():
        note(words)
