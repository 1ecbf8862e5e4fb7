"""A wish about x0_hat that steers the chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from diffvis.bench.tool import Tool, Wants, register
from diffvis.errors import UserError
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task
    from diffvis.bench.walks.steered import Loss
    from diffvis.evaluation.classifier import Classifier


@register(
    "guide",
    "Guide by a loss",
    "ε̂ + w √(1−ᾱ_t) ∇ loss(x̂_0) (Dhariwal & Nichol 2021, algorithm 2, asked about x̂_0)",
    order=11,
)
class Guide(Tool):
    """Brighter, more symmetric, or more of a class."""

    wants: ClassVar[tuple[Wants, ...]] = ()
    usual_count: ClassVar[int] = 4

    wish: Literal["brightness", "symmetry", "class"] = setting(
        "brightness",
        choices={
            "brightness": "A brightness",
            "symmetry": "Its mirror image",
            "class": "A class, by the classifier",
        },
        label="Wish",
        help="What is wished for: a mean brightness, symmetry, or a class by the classifier.",
    )
    weight: float = setting(
        1.0, ge=0, le=1_000, label="Weight", symbol="w", help="How much the wish counts."
    )
    brightness: float = setting(
        -0.5,
        ge=-1,
        le=1,
        label="Brightness",
        help="The mean that is wished for: -1 black, 1 white.",
        applies=lambda others: (
            "" if others["wish"] == "brightness" else "brightness is of another wish"
        ),
    )
    target: int = setting(
        0,
        ge=0,
        label="Class",
        help="The class that is wished for, by number.",
        applies=lambda others: "" if others["wish"] == "class" else "the class is of another wish",
    )

    def calls(self, task: Task) -> int:
        return 2 * task.asked(task.plan().times)

    def work(self, task: Task) -> Iterator[Board]:
        from diffvis.bench.walks.guide import guide

        task.plan()
        loss, words = self._wished(task)
        return guide(task, loss, self.weight, words)

    def _wished(self, task: Task) -> tuple[Loss, str]:
        """What is to become small, and where that leads."""
        from diffvis.bench.walks.guide import brightness, logit, symmetry

        if self.wish == "brightness":
            low, high = task.model.range
            wanted = low + (self.brightness + 1) / 2 * (high - low)
            return brightness(wanted), f"towards a mean brightness of {self.brightness:g}"
        if self.wish == "symmetry":
            return symmetry, "towards its mirror image"
        judge = self._judge(task)
        loss = logit(judge.network.to(task.device), self.target, task.model.range)
        wanted_class = judge.classes[self.target]
        return loss, f"towards {wanted_class}, as the classifier of {judge.name} sees it"

    def _judge(self, task: Task) -> Classifier:
        from diffvis.evaluation.classifier import classifier_of_shape

        judge = classifier_of_shape(tuple(task.model.shape))
        if judge is None:
            raise UserError(
                f"no classifier is shipped for what {task.model.name} makes",
                "choose brightness or symmetry",
                field="wish",
            )
        if self.target >= len(judge.classes):
            raise UserError(
                f"the classifier knows no class {self.target}",
                f"choose 0 to {len(judge.classes) - 1}",
                field="target",
            )
        return judge
