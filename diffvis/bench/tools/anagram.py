"""One picture that is of two classes, by the view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from diffvis.bench.tool import Tool, Wants, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task


@register(
    "anagram",
    "Anagram",
    "ε̂ = (ε̂(x_t, a) + V⁻¹ ε̂(V x_t, b)) / 2, V orthogonal (Geng et al. 2024, Visual Anagrams)",
    order=9,
)
class Anagram(Tool):
    """Of one class as it is, of another upside down."""

    wants: ClassVar[tuple[Wants, ...]] = ()
    own_classes: ClassVar[tuple[str, ...]] = ("upright", "turned")
    usual_count: ClassVar[int] = 4

    view: Literal["upside-down", "mirror", "flip", "rotate", "transpose", "negative"] = setting(
        "upside-down",
        choices={
            "upside-down": "Upside down",
            "mirror": "Mirrored",
            "flip": "Top to bottom",
            "rotate": "A quarter turned",
            "transpose": "Rows as columns",
            "negative": "Negative",
        },
        label="View",
        help="In which view the picture is of the second class.",
    )
    upright: int = setting(6, ge=0, label="As it is", help="The class, by number, as it is.")
    turned: int = setting(9, ge=0, label="In the view", help="The class, by number, in the view.")

    def calls(self, task: Task) -> int:
        return 2 * task.asked(task.plan().times)

    def work(self, task: Task) -> Iterator[Board]:
        from diffvis.bench.views import VIEWS, check_view
        from diffvis.bench.walks.pairs import anagram, check_classes

        check_view(VIEWS[self.view], tuple(task.model.shape))
        check_classes(task, self.upright, self.turned)
        task.with_chain(label=self.upright).plan()
        return anagram(task, VIEWS[self.view], self.upright, self.turned)
