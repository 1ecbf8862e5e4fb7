"""New values where a mask hides the old ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from diffvis.bench.tool import Tool, Wants, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task

MOST_JUMP, MOST_RESAMPLINGS = 1_000, 100


@register(
    "inpaint",
    "Inpaint (RePaint)",
    "x_s = m (√ᾱ_s x_0 + √(1−ᾱ_s) z) + (1−m) x_s of the chain (Lugmayr et al. 2022, eq. 8)",
    order=4,
)
class Inpaint(Tool):
    """RePaint: what is known is set anew at each step, and the chain goes forward again."""

    wants: ClassVar[tuple[Wants, ...]] = ("picture", "known")
    fits_points: ClassVar[bool] = True
    usual_count: ClassVar[int] = 4

    jump: int = setting(
        10,
        ge=1,
        le=MOST_JUMP,
        label="Jump",
        spoken="Length of a jump",
        help="Steps that it goes forward again at once.",
        tip="How many steps the chain goes forward again, by q(x_t | x_s)",
    )
    resamplings: int = setting(
        5,
        ge=1,
        le=MOST_RESAMPLINGS,
        label="Resamplings",
        help="How often each stretch is walked; 1 never goes back.",
        tip="How often each stretch of the chain is walked: more makes known and new fit each "
        "other better.\n1 is the naive way, which never goes forward again",
    )
    beside: bool = setting(
        True,
        label="naive beside it",
        help="Also show it without going back.",
        tip="Walk it without resampling as well, from the same noise",
        applies=lambda others: (
            "with 1 resampling, nothing is beside it" if others["resamplings"] == 1 else ""
        ),
    )

    def calls(self, task: Task) -> int:
        from itertools import pairwise

        from diffvis.bench.walks.inpaint import repaint_places

        steps = len(task.plan().times) - 1
        places = repaint_places(steps, self.jump, self.resamplings)
        naive = steps if self.beside and self.resamplings > 1 else 0
        return sum(a > b for a, b in pairwise(places)) + naive

    def work(self, task: Task) -> Iterator[Board]:
        from diffvis.bench.walks.inpaint import inpaint, known_mask

        x0 = task.picture()
        return inpaint(task, x0, known_mask(task, x0), self.jump, self.resamplings, self.beside)
