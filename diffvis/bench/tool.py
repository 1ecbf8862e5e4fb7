"""What a tool is: settings of its own, and a walk of boards.

A tool is one file. In ``tools/``, or in a module of one's own, a class with its settings as fields
joins by a decorator; options, forms, recipes, the window's page and the command follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from pydantic import ConfigDict

from diffvis.errors import UserError
from diffvis.joining import Registry
from diffvis.settings import Settings

if TYPE_CHECKING:  # choices are offered, and settings checked, before torch is worth loading
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task
    from diffvis.models.sampleable import Model

Made = TypeVar("Made", bound="type[Tool]")
Wants = Literal["picture", "second", "known", "normal"]


class Tool(Settings):
    """Something to do with a picture. Its fields are settings of its own."""

    model_config = ConfigDict(strict=True)
    called: ClassVar[str] = "setting of a tool"

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    about: ClassVar[str] = ""
    """What it does and by which formula, with its source, in one line."""
    order: ClassVar[int] = 99
    """Tools are offered in this order."""
    wants: ClassVar[tuple[Wants, ...]] = ("picture",)
    """What of a task it looks at."""
    fits_points: ClassVar[bool] = False
    own_classes: ClassVar[tuple[str, ...]] = ()
    """Its settings that say which classes the network is told, where the chain's does not."""
    usual_count: ClassVar[int] = 1
    """Of pictures at once, where none is asked for."""

    def walk(self, task: Task) -> Iterator[Board]:
        """A board for each step; the last one holds the results.

        Raises:
            UserError: the model, the task or a setting does not fit. At once, before a step is
                taken.
        """
        self.check_fit(task.model)
        return self.work(task)

    def work(self, task: Task) -> Iterator[Board]:
        """What ``walk`` gives, for a model that fits."""
        raise NotImplementedError

    def calls(self, task: Task) -> int:
        """How often the network is asked, once for all samples together; twice if guided."""
        raise NotImplementedError

    def check_fit(self, model: Model) -> None:
        """Raises UserError where the tool is not for such a model."""
        if model.is_points and not self.fits_points:
            able = ", ".join(name for name, tool in TOOLS.items() if tool.fits_points)
            raise UserError(
                f"{self.name} is for pictures, and {model.name} makes points",
                f"choose a model of pictures, or one of {able}",
            )


TOOLS: Registry[type[Tool]] = Registry("diffvis.tools", lambda made: made.order)


def register(name: str, title: str, about: str, order: int = 99) -> Callable[[Made], Made]:
    """Decorate a ``Tool`` to offer it under a name; one given again replaces the earlier."""

    def decorate(made: Made) -> Made:
        made.name, made.title, made.about, made.order = name, title, about, order
        TOOLS.add(name, made)
        return made

    return decorate
