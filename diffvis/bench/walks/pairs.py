"""One picture that is two: anagrams and hybrids."""

from collections.abc import Iterator

from torch import Tensor

from diffvis.bench.board import Board, Exhibit, Row
from diffvis.bench.filters import gaussian_blur
from diffvis.bench.task import Task
from diffvis.bench.views import IDENTITY, View
from diffvis.bench.walks.reached import reached, symbol_of
from diffvis.bench.walks.steered import Hybrid, Viewed
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.reverse import ReverseStep
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.diffusion.variance import FixedVariance
from diffvis.errors import UserError
from diffvis.sampling.walk import walk


def check_classes(task: Task, *labels: int) -> None:
    """Raises UserError unless the model knows these classes."""
    model = task.model
    if not model.num_classes:
        raise UserError(f"{model.name} knows no classes", "choose a model that learned some")
    for label in labels:
        if not 0 <= label < model.num_classes:
            raise UserError(
                f"{model.name} knows no class {label}", f"choose 0 to {model.num_classes - 1}",
                field="label",
            )  # fmt: skip


def anagram(task: Task, view: View, first: int, second: int) -> Iterator[Board]:
    """Pictures that are of the class ``first`` as they are, and of ``second`` in the ``view``.

    Results: ``x0`` and ``seen``, the same in the view (N, C, H, W).
    """
    plan = task.with_chain(label=first).plan()
    denoiser = Viewed(plan.denoiser, (IDENTITY, view), (first, second))
    names = class_name(task, first), class_name(task, second)
    for step in chain_with(task, denoiser, plan.x):
        x = reached(step)
        rows: tuple[Row, ...] = (
            (
                Exhibit(rf"x_{{{step.s}}}", step.x_s),
                Exhibit(symbol_of(step), x, names[0]),
                Exhibit(view.title.lower(), view.there(x), names[1]),
            ),
        )
        yield Board(
            step.s, rows, f"ε̂ is the mean of both views: {names[0]} and {names[1]}",
            2 * step.calls, {"x0": x, "seen": view.there(x)} if step.s == 0 else {},
        )  # fmt: skip


def hybrid(task: Task, sigma: float, low: int, high: int) -> Iterator[Board]:
    """Pictures whose low frequencies are of the class ``low``, and the rest of ``high``: what is
    seen from afar, and from near. Results: ``x0``, ``low`` and ``high`` (N, C, H, W).
    """
    plan = task.with_chain(label=low).plan()
    denoiser = Hybrid(plan.denoiser, sigma, low, high)
    names = class_name(task, low), class_name(task, high)
    for step in chain_with(task, denoiser, plan.x):
        x = reached(step)
        far = gaussian_blur(x, sigma)
        rows: tuple[Row, ...] = (
            (
                Exhibit(rf"x_{{{step.s}}}", step.x_s),
                Exhibit(symbol_of(step), x),
                Exhibit("from afar", far, names[0]),
                Exhibit("the rest", x - far, names[1], "signed"),
            ),
        )
        yield Board(
            step.s, rows, f"low frequencies of {names[0]}, high ones of {names[1]}",
            2 * step.calls, {"x0": x, "low": far, "high": x - far} if step.s == 0 else {},
        )  # fmt: skip


def chain_with(task: Task, denoiser: Denoiser, x: Tensor) -> Iterator[ReverseStep]:
    """The chain with another denoiser, from the same noise."""
    plan = task.plan(x, task.schedule.T)
    sampler = task.chain.make_sampler()
    if getattr(sampler, "variance", "") == "learned":
        raise UserError(
            "the variance of two predictions is not learned", "choose small or large",
            field="variance",
        )  # fmt: skip
    fitted = sampler.fitted(_Plain(task.model.name, denoiser, task.model.variance, task.schedule))
    return walk(
        fitted, denoiser, task.schedule, x, plan.times, generator=plan.generator, clip=plan.clip
    )


class _Plain:
    """What a sampler asks of a model, of one whose denoiser is another."""

    def __init__(
        self, name: str, denoiser: Denoiser, variance: FixedVariance, schedule: NoiseSchedule
    ) -> None:
        self.name, self.denoiser, self.variance = name, denoiser, variance
        self.schedule = schedule


def class_name(task: Task, label: int) -> str:
    classes = task.model.classes
    return classes[label] if label < len(classes) else f"class {label}"
