"""What the command line says of options that change nothing, or will not serve."""

from diffvis.cli.output import note
from diffvis.models.model import Model
from diffvis.sampling.idle import notes_on
from diffvis.sampling.settings import ChainSettings


def note_idle(model: Model, settings: ChainSettings) -> None:
    """A line for each of the ``settings`` that changes nothing of the model's chain, or will not
    serve it.
    """
    for words in notes_on(settings, model.schedule).values():
        note(words)
