"""One picture that is of two classes, by the distance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from diffvis.bench.tool import Tool, Wants, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task


@register(
    "hybrid",
    "Hybrid",
    "ε̂ = G ε̂(x_t, a) + (1 − G) ε̂(x_t, b), G a Gaussian blur (Geng et al. 2024)",
    order=10,
)
class Hybrid(Tool):
    """Low frequencies of one class, high ones of another."""

    wants: ClassVar[tuple[Wants, ...]] = ()
    own_classes: ClassVar[tuple[str, ...]] = ("low", "high")
    usual_count: ClassVar[int] = 4

    low: int = setting(0, ge=0, label="From afar", help="The class, by number, seen from afar.")
    high: int = setting(1, ge=0, label="From near", help="The class, by number, seen from near.")
    sigma: float = setting(
        2.0,
        gt=0,
        le=64,
        label="Blur σ",
        unit="px",
        help="Of the blur that parts the two, in pixels.",
    )

    def calls(self, task: Task) -> int:
        return 2 * task.asked(task.plan().times)

    def work(self, task: Task) -> Iterator[Board]:
        from diffvis.bench.walks.pairs import check_classes, hybrid

        check_classes(task, self.low, self.high)
        task.with_chain(label=self.low).plan()
        return hybrid(task, self.sigma, self.low, self.high)
