"""One step of denoising against many, and against a blur."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from diffvis.bench.tool import Tool, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task

USUAL = (0.1, 0.3, 0.5, 0.7)  # parts of the way to T


@register(
    "one-step",
    "One step or many",
    "x̂_0 = (x_t − √(1−ᾱ_t) ε̂) / √ᾱ_t at once, by a chain, and by the best Gaussian blur",
    order=1,
)
class OneStep(Tool):
    """x_0 noised to several t, and found again."""

    strengths: tuple[int, ...] | None = setting(
        None,
        min_length=1,
        label="Times t",
        none="up to 0.7 T",
        help="The times to which the picture is noised, with commas; up to 0.7 T if not given.",
    )

    def calls(self, task: Task) -> int:
        times = task.times(self.strengths, USUAL)
        return sum(task.asked(task.chain.times(task.schedule, t)) for t in times)

    def work(self, task: Task) -> Iterator[Board]:
        from diffvis.bench.walks.one_step import one_step

        task.plan()
        return one_step(task, task.picture(), task.times(self.strengths, USUAL))
