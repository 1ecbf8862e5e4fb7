"""What a figure of a paper or a course is, and which there are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.models.run_files import is_run
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.training.folder import RunFolder

Table = dict[str, np.ndarray]
"""Columns of equal length."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """``draw`` fills a width and a height, or is as high as it needs. ``caption`` states what is
    seen, with its numbers; ``table`` is what is drawn.
    """

    draw: Callable[[tuple[int, int], Style], Pixels]
    caption: str
    table: Callable[[], Table]


@dataclass(frozen=True, eq=False)
class Sources:
    """What a figure is made of; ``data`` are those that the model learned, or others that it fits.

    None where they are not needed.
    """

    given: Model | None
    data: Dataset | None
    device: str = "cpu"

    @property
    def model(self) -> Model:
        """The model.

        Raises:
            UserError: there is none.
        """
        if self.given is None:
            raise UserError("the model is missing", "name one")
        return self.given

    @property
    def images(self) -> Model:
        """The model, if it makes images.

        Raises:
            UserError: it makes points.
        """
        if self.model.is_points:
            raise UserError(f"{self.model.name} makes points", "choose a model of images")
        return self.model

    @property
    def run(self) -> RunFolder:
        """The run that the model is of.

        Raises:
            UserError: it is of none.
        """
        path = self.model.path
        if path is None or not is_run(path):
            raise UserError(
                f"{self.model.name} is no run", "give the folder of a run: diffvis train makes one"
            )
        return RunFolder.open(path)

    @property
    def known(self) -> Dataset:
        """The data.

        Raises:
            UserError: they are not here.
        """
        if self.data is None:
            raise UserError(
                f"the data of {self.model.name} are not here", "give --data with their place"
            )
        return self.data


Made = Iterator["Drawn | None"]
Make = Callable[[Sources, ExportSpec], Made]
"""One bounded piece of work with each ``next``; the last gives the figure.

Raises:
    UserError: the settings do not fit. At once.
"""


def any_model(_model: Model) -> bool:
    """What a figure needs that needs nothing more of a model."""
    return True


@dataclass(frozen=True, eq=False)
class CourseFigure:
    """``source`` says whose figure it is, ``about`` what it shows, ``usual`` which model is taken
    where none is named.
    """

    name: str
    title: str
    source: str
    about: str
    make: Make = field(repr=False)
    work: Callable[[Sources, ExportSpec], int] = field(repr=False)
    usual: str = "digits"
    data: bool = True
    """Whether the data are needed."""
    images: bool = False
    """Whether it is of images alone."""
    needs: Callable[[Model], bool] = field(default=any_model, repr=False)
    """Whether a model has what else is shown."""
    timed: bool = True
    """Whether the moments that are asked for are of the chain."""

    @property
    def alone(self) -> bool:
        """Whether it is of schedules, and needs no model."""
        return not self.usual and self.needs is any_model

    def fits(self, model: Model, data: Dataset | None) -> bool:
        """Whether it can be made of them."""
        shown = not (self.images and model.is_points) and not (self.data and data is None)
        return shown and self.needs(model)


FIGURES: dict[str, CourseFigure] = {}


def register(
    name: str, title: str, source: str, *, about: str,
    work: Callable[[Sources, ExportSpec], int] = lambda of, spec: 1,
    usual: str = "digits", data: bool = True, images: bool = False,
    needs: Callable[[Model], bool] = any_model, timed: bool = True,
) -> Callable[[Make], Make]:  # fmt: skip
    """The function below makes the figure ``name``."""

    def known(make: Make) -> Make:
        FIGURES[name] = CourseFigure(
            name, title, source, about, make, work, usual, data, images, needs, timed
        )
        return make

    return known
