"""A picture's own noise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from diffvis.bench.tool import Tool, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task

USUAL = (5, 10, 20, 50)
MOST_ITERATIONS = 20


@register(
    "invert",
    "Invert (DDIM)",
    "DDIM's steps solved for x_s, up to x_T, and down again (Song et al. 2021, section 5.4)",
    order=6,
)
class Invert(Tool):
    """From a picture to the noise that DDIM makes it of, and back."""

    fits_points: ClassVar[bool] = True

    step_counts: tuple[int, ...] | None = setting(
        None,
        min_length=1,
        label="Steps",
        spoken="Numbers of steps",
        none="5, 10, 20, 50",
        help="Numbers of steps, with commas; 5, 10, 20 and 50 if not given.",
        tip="In how many steps, one after the other: the error falls as they grow",
    )
    iterations: int = setting(
        1,
        ge=1,
        le=MOST_ITERATIONS,
        label="Iterations",
        rare=True,
        help="Of the fixed point in each step up.",
        tip="How often each step up asks the network: 1 is the usual inversion; more come nearer "
        "to the exact one\n(Pan et al. 2023)",
    )
    class_back: int | None = setting(
        None,
        ge=0,
        label="Class back",
        none="the same",
        help="The class told on the way back, by number.",
        tip="Another class on the way back keeps the layout and changes what it is",
    )

    def calls(self, task: Task) -> int:
        return sum((1 + self.iterations) * steps for steps in self._counts(task))

    def work(self, task: Task) -> Iterator[Board]:
        from diffvis.bench.walks.invert import UNCLIPPED, invert
        from diffvis.bench.walks.pairs import check_classes

        x0 = task.picture()
        if self.class_back is not None:
            check_classes(task, self.class_back)
        for steps in self._counts(task):
            task.with_chain(steps=steps, **UNCLIPPED).plan()
        return invert(task, x0, self._counts(task), self.iterations, self.class_back)

    def _counts(self, task: Task) -> tuple[int, ...]:
        if self.step_counts is not None:
            return self.step_counts
        return tuple(n for n in USUAL if n <= task.schedule.T) or (task.schedule.T,)
