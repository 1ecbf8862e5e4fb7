"""Editing by noising and walking back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from diffvis.bench.tool import Tool, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task

USUAL = (0.2, 0.35, 0.5, 0.65, 0.8)


@register(
    "edit",
    "Edit (SDEdit)",
    "x_0 noised to t and walked back: DDIM keeps √ᾱ_t of it, DDPM ᾱ_t (Meng et al. 2022)",
    order=3,
)
class Edit(Tool):
    """From one picture, by several strengths, with the same noise."""

    fits_points: ClassVar[bool] = True

    strengths: tuple[int, ...] | None = setting(
        None,
        min_length=1,
        label="Strengths t",
        none="0.2 to 0.8 T",
        help="The times to which it is noised, with commas; five from 0.2 to 0.8 T if not given.",
        tip="The times t to which the picture is noised, in a row: little changes, or all",
    )

    def calls(self, task: Task) -> int:
        times = task.times(self.strengths, USUAL)
        return sum(task.asked(task.chain.times(task.schedule, t)) for t in times)

    def work(self, task: Task) -> Iterator[Board]:
        from diffvis.bench.walks.edit import edit

        task.plan()
        return edit(task, task.picture(), task.times(self.strengths, USUAL))
