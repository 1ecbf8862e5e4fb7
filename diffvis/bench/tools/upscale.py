"""Enlarging a picture of which the means of blocks are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from diffvis.bench.tool import Tool, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task


@register(
    "upscale",
    "Enlarge",
    "x_s + P (y_s − x_s), P the means of blocks (Choi et al. 2021, ILVR); or x̂_0 + P (y − x̂_0)",
    order=8,
)
class Upscale(Tool):
    """Pictures whose block means are those of a small one."""

    usual_count: ClassVar[int] = 4

    scale: int = setting(
        4,
        ge=2,
        le=64,
        label="Scale",
        help="How many times larger each side becomes.",
        tip="Each pixel of the small picture is the mean of scale × scale",
    )
    by: Literal["replacement", "projection"] = setting(
        "replacement",
        choices={"replacement": "Replacement (ILVR)", "projection": "Projection (DDNM)"},
        label="By",
        spoken="How the means are kept",
        help="Replace the means in x_s, or project x0_hat.",
        tip="How the means are kept: those of x_s are replaced (Choi et al. 2021),\n"
        "or x̂_0 is projected onto pictures that have them (Wang et al. 2023)",
    )

    def calls(self, task: Task) -> int:
        return task.asked(task.plan().times)

    def work(self, task: Task) -> Iterator[Board]:
        from diffvis.bench.filters import block_mean
        from diffvis.bench.walks.upscale import check_factor, upscale

        check_factor(task, self.scale)
        x0 = task.picture()
        return upscale(task, block_mean(x0, self.scale), self.scale, self.by, x0)
