"""Between two pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from diffvis.bench.tool import Tool, Wants, register
from diffvis.errors import UserError
from diffvis.settings import setting

if TYPE_CHECKING:
    from diffvis.bench.board import Board
    from diffvis.bench.task import Task

MOST = 64


@register(
    "interpolate",
    "Interpolate",
    "(1−λ) x_t + λ y_t, walked back (Ho et al. 2020, section 4.4); or between two x_T",
    order=5,
)
class Interpolate(Tool):
    """Mixtures of two pictures at some t, or of their noises."""

    wants: ClassVar[tuple[Wants, ...]] = ("picture", "second")
    fits_points: ClassVar[bool] = True

    between: Literal["x_t", "linear", "spherical"] = setting(
        "x_t",
        choices={
            "x_t": "x_t, at some t",
            "linear": "x_T, straight",
            "spherical": "x_T, on the sphere",
        },
        label="Between",
        help="Mix x_t, or the noises of DDIM: straight, or on the sphere.",
        tip="Mix both pictures noised to t, or the two x_T that DDIM makes them of, by inversion:\n"
        "straight, which makes the noise too short half way, or on the sphere",
    )
    strengths: tuple[int, ...] | None = setting(
        None,
        min_length=1,
        label="Times t",
        none="half of T",
        help="The times at which they are mixed, with commas: a row for each; T / 2 if not given.",
        applies=lambda others: (
            "between two x_T, no t is chosen" if others["between"] != "x_t" else ""
        ),
    )
    mixtures: int = setting(
        7, ge=2, le=MOST, label="Mixtures", help="How many shares λ from 0 to 1."
    )

    def calls(self, task: Task) -> int:
        path = task.schedule
        if self.between == "x_t":
            times = task.times(self.strengths, (0.5,))
            return sum(task.asked(task.chain.times(path, t)) for t in times)
        return task.asked(task.chain.times(path)) + len(task.chain.times(path)) - 1

    def work(self, task: Task) -> Iterator[Board]:
        import torch

        from diffvis.bench.walks.interpolate import interpolate_noise, interpolate_noised

        a, b = task.alone()
        task.plan()
        shares = torch.linspace(0, 1, self.mixtures, device=a.device)
        if self.between == "x_t":
            return interpolate_noised(task, a, b, shares, task.times(self.strengths, (0.5,)))
        if task.chain.adds_noise:
            raise UserError(
                "a chain that adds noise does not come back to the pictures",
                "choose DDIM with eta 0",
                field="sampler",
            )
        return interpolate_noise(task, a, b, shares, self.between)
