"""Calling a function of a student's: arguments by what they stand for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion.prediction import Prediction
from diffvis.grading.loading import TooLong, in_words, limited
from diffvis.grading.noise import Drawn, known_noise
from diffvis.grading.student import Function, Student

CALL_S = 20
SHAPES = ((3, 1, 6, 5), (64, 2), (12, 7))  # images, points, rows: 3 does not broadcast with 5
STYLES = ("batch", "whole", "batch-column", "scalar")
"""How t is given: a tensor (N,), a number, (N, 1), or ()."""


class CallError(Exception):
    """No way of calling the function was taken; why, for people."""


@dataclass(frozen=True)
class Style:
    """How a function wants to be called: found out once, then kept."""

    shape: tuple[int, ...]
    t: str
    numpy: bool


@dataclass(frozen=True)
class Answer:
    """What a call gave back, and what was drawn and asked on the way."""

    value: Any
    drawn: Drawn
    told: list[float | None]
    asked: list[tuple[Any, ...]]
    modes: list[bool]

    @property
    def tensors(self) -> list[Tensor]:
        """All tensors among the values, float64."""
        return [*_tensors(self.value)]


class Caller:
    """Calls one function with what it asks for."""

    def __init__(self, student: Student, function: Function) -> None:
        self.student = student
        self.function = function
        self.style: Style | None = None
        self.predicts: Prediction = "eps"
        """What the network that stands in answers."""

    def styles(self) -> list[Style]:
        if self.style is not None:
            return [self.style]
        kinds = (False, True) if "torch" in self.student.names else (True, False)
        return [
            Style(shape, t, numpy)
            for numpy in kinds for shape in SHAPES for t in STYLES
        ]  # fmt: skip

    def try_styles(self, values: Any) -> Answer:
        """The answer to the first way of calling that is taken; ``values(style)`` are the arguments
        by what they stand for.

        Raises:
            CallError: none is.
        """
        first: BaseException | None = None
        for style in self.styles():
            given = values(style)
            try:
                answer = self.call(given, style)
                shaped = [each for each in answer.tensors if tuple(each.shape) == style.shape]
                if not shaped and self.function.paper not in ("p_losses",):
                    raise CallError("it returns nothing of the shape of x")
            except (Exception, TooLong) as error:  # noqa: BLE001 - any of a student's
                first = first or error
                if isinstance(error, TooLong):
                    break
                continue
            self.style = style
            return answer
        assert first is not None
        raise CallError(str(first) if isinstance(first, CallError) else in_words(first))

    def call(self, values: Mapping[str, Any], style: Style) -> Answer:
        """Call it once.

        Raises:
            CallError: it has a parameter that nobody knows.
        """
        stub, given = self.student.stub, {}
        tables = self.student.tables()
        for name, role, optional in self.function.roles:
            if role in values:
                given[name] = self._as(values[role], role, style)
            elif role in tables:
                given[name] = tables[role].numpy() if style.numpy else tables[role]
            elif role == "model":
                given[name] = stub
            elif role == "device":
                given[name] = "cpu"
            elif role == "T":
                given[name] = self.student.T
            elif role == "labels" and not optional:
                given[name] = torch.zeros(style.shape[0], dtype=torch.int64)
            elif not optional:
                raise CallError(
                    f"what its parameter {name} stands for is not known: say it with --args "
                    f"{self.function.paper}=..."
                )
        stub.forget()
        stub.in_numpy = style.numpy
        stub.answer = values.get("answer")
        with known_noise() as drawn, torch.no_grad(), limited(CALL_S):
            value = self.function.call(**given)
        return Answer(value, drawn, stub.told, list(stub.asked), list(stub.modes))

    def _as(self, value: Any, role: str, style: Style) -> Any:
        """An argument as the style has it. An index beside t is a number, and t a batch."""
        indexed = self.function.has("t") and self.function.has("t_index")
        if role == "t_index" and indexed:
            return value
        if role == "t" and indexed:
            return torch.full((style.shape[0],), value, dtype=torch.int64)
        if role in ("t", "s", "t_index"):
            return _styled(value, style)
        if isinstance(value, Tensor):
            return value.numpy() if style.numpy else value.clone()
        return value


def _styled(value: int, style: Style) -> Any:
    """A time as the style has it."""
    count = style.shape[0]
    made = {
        "whole": value,
        "batch": torch.full((count,), value, dtype=torch.int64),
        "batch-column": torch.full((count, 1), value, dtype=torch.int64),
        "scalar": torch.tensor(value),
    }[style.t]
    return made.numpy() if style.numpy and isinstance(made, Tensor) else made


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor | np.ndarray | np.floating | float):
        yield torch.as_tensor(value).detach().double()
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _tensors(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _tensors(each)
