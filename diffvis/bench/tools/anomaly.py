"""What a model would not have made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from diffvis.bench.tool import Tool, Wants, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task


@register(
    "anomaly",
    "Anomaly",
    "|x_0 − x̂|, where x̂ is x_0 noised to t and walked back (Wyatt et al. 2022, AnoDDPM)",
    order=7,
)
class Anomaly(Tool):
    """A picture, its healthy twin, and where they differ."""

    wants: ClassVar[tuple[Wants, ...]] = ("picture", "normal")
    usual_count: ClassVar[int] = 4

    strength: int | None = setting(
        None,
        ge=1,
        label="Strength t",
        none="0.4 T",
        help="The time to which it is noised; 0.4 T if not given.",
        tip="How much may change: DDIM keeps √ᾱ_t of the picture, DDPM ᾱ_t",
    )
    plant: bool = setting(
        False,
        label="plant a stroke",
        help="Draw a stroke into the picture first, to be found.",
        tip="Draw a stroke into the picture first, somewhere: a fault that is known",
    )

    def calls(self, task: Task) -> int:
        t = task.time(self.strength, 0.4)
        each = task.asked(task.chain.times(task.schedule, t))
        return each * (2 if task.normal is not None and len(task.normal) else 1)

    def work(self, task: Task) -> Iterator[Board]:
        from diffvis.bench.walks.anomaly import anomaly, plant_stroke

        x0, normal = task.one(), task.normals()
        if self.plant:
            planted = plant_stroke(x0[0].cpu(), task.chain.seed, task.model.range[1])
            x0 = replace(task, x0=planted).picture()
        task.plan()
        return anomaly(task, x0, task.time(self.strength, 0.4), normal)
