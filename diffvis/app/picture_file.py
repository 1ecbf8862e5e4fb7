"""A picture file that is opened for the model in use, not as data."""

from pathlib import Path

from torch import Tensor

from diffvis.app.notices import About, Notice
from diffvis.app.session import Session
from diffvis.data.own_picture import read_x0
from diffvis.errors import UserError

PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.gif *.bmp *.tif *.tiff);;All files (*)"
"""What a dialog that asks for one offers."""


def opened_picture(path: Path, session: Session, about: About) -> tuple[str, Tensor] | None:
    """Its name, and what the session's model gets of it (C, H, W) in [-1, 1]; None where that
    cannot be, which is said in a notice of what it is ``about``.
    """
    model = session.model
    try:
        if model.is_points:
            raise UserError(
                f"{model.name} makes points, and {path.name} is a picture",
                "choose a model of pictures first",
            )
        x0 = read_x0(path, tuple(model.shape))
    except UserError as error:
        session.notice(Notice.refusing(error, about | About.MODEL))
        return None
    session.settle(about)
    return path.name, x0
