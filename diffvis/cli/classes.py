"""What --label means for a model."""

from diffvis.cli.sizes import whole_number
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.sampling.settings import EVERY_CLASS

EACH, NONE = "each", "none"


def class_of(model: Model, label: str) -> int | None:
    """The class that a name, a number, ``each`` or ``none`` stands for.

    Raises:
        UserError: the model knows no such class.
    """
    if label == NONE or (label == EACH and not model.num_classes):
        return None
    if label == EACH:
        return EVERY_CLASS
    if label in model.classes:
        return model.classes.index(label)
    if (number := whole_number(label)) is not None:
        return number
    known = ", ".join((*model.classes, EACH, NONE))
    raise UserError(f"{model.name} knows no class {label}", f"choose one of {known}")
