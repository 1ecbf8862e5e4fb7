"""What people call the class of a sample: its name, its number, each in turn, or none."""

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
    if label.isdecimal() and len(label) < 20:  # longer than any number here
        return int(label)
    known = ", ".join((*model.classes, EACH, NONE))
    raise UserError(f"{model.name} knows no class {label}", f"choose one of {known}")
