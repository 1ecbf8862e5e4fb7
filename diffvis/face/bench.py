"""``diffvis.inpaint``, ``edit`` and the other tools of the Bench, from Python."""

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diffvis.bench.board import Board
from diffvis.bench.pictures import SAMPLE, mask_of, normal_pictures, picture_of
from diffvis.bench.registry import tool_of
from diffvis.bench.task import Task
from diffvis.bench.tool import Tool
from diffvis.data.dataset import Dataset, to_model_units
from diffvis.data.scaling import IMAGES
from diffvis.errors import UserError
from diffvis.face.pictures import board_picture, png, small_svg
from diffvis.face.subjects import AnyData, AnyModel, data_of, model_of, where
from diffvis.models.sampleable import Model
from diffvis.rendering.export import export as written
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.bench import POINTS, Bench
from diffvis.sampling.classes import NONE, class_of
from diffvis.sampling.settings import ChainSettings, chain_settings
from diffvis.settings import settings_of
from diffvis.training.device import resolve_device

__all__ = ["Work"]

Picture = Tensor | np.ndarray | str | int | os.PathLike[str]
"""In model units, or bytes (C, H, W) or (N, ...); a number of the data; a file; or ``sample``."""


class Work(Mapping[str, Tensor]):
    """What a tool has made: its results by name, such as ``work["x0"]`` or ``work.x0``.

    ``for board in work.steps()`` does it again, step by step. In a notebook the last board shows
    itself.
    """

    def __init__(self, bench: Bench, last: Board) -> None:
        self._bench, self._last = bench, last

    @property
    def tool(self) -> Tool:
        """The tool with its settings."""
        return self._bench.tool

    @property
    def board(self) -> Board:
        """The last board: rows of pictures with their notes."""
        return self._last

    def steps(self) -> Iterator[Board]:
        """Every board, from the first step on."""
        return self.tool.walk(self._bench.task)

    def export(self, out: str | os.PathLike[str], **settings: Any) -> Path:
        """Write it as a film, a picture, a drawing or numbers, as ``diffvis.export`` does.

        Raises:
            UserError: a setting is unknown, does not fit, or the file cannot be written.
        """
        task = self._bench.task
        spec = ExportSpec(**{**task.chain.model_dump(), **settings})
        for _ in written(out, self._bench, spec, task.device):
            pass
        return Path(out)

    def __getitem__(self, name: str) -> Tensor:
        return self._last.results[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._last.results)

    def __len__(self) -> int:
        return len(self._last.results)

    def __getattr__(self, name: str) -> Tensor:
        if name.startswith("_") or name not in self._last.results:
            raise AttributeError(f"{self.tool.name} has no result {name}")
        return self._last.results[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._last.results})

    def __repr__(self) -> str:
        made = ", ".join(
            f"{name} {tuple(v.shape)}" if v.ndim else f"{name} = {v.item():.4g}"
            for name, v in self.items()
        )
        return f"<{self.tool.title} by {self._bench.model.name}: {made}>"

    def _repr_png_(self) -> bytes:
        return png(board_picture(self._last, self._bench.model))

    def _repr_svg_(self) -> str | None:
        return small_svg(lambda: board_picture(self._last, self._bench.model), repr(self))


def _tool_function(name: str) -> Callable[..., Work]:
    tool = tool_of(name)

    def run(
        model: AnyModel,
        picture: Picture | None = None,
        *,
        other: Picture | None = None,
        mask: Tensor | np.ndarray | str | None = None,
        normal: Tensor | int | None = None,
        data: AnyData | None = None,
        device: str | None = None,
        **settings: Any,
    ) -> Work:
        own = {n: settings.pop(n) for n in settings_of(tool) if n in settings}
        made = tool(**{n: tuple(v) if isinstance(v, list) else v for n, v in own.items()})
        chain = {n: settings.pop(n) for n in list(settings) if n in chain_settings()}
        known = model_of(model, settings, device)
        made.check_fit(known)
        task, words = _task(known, made, picture, other, mask, normal, data)
        there = resolve_device(device) if device is not None else where(known)
        task = replace(task, chain=_chain(known, made, chain), device=str(there))
        last: Board | None = None
        for board in made.walk(task):
            last = board
        assert last is not None, "a tool has a step"
        return Work(Bench(made, task, words), last)

    run.__name__ = run.__qualname__ = name.replace("-", "_")
    run.__module__ = __name__
    run.__doc__ = _described(tool)
    parameters = list(inspect.signature(run).parameters.values())
    kind = inspect.Parameter.KEYWORD_ONLY
    named = [
        inspect.Parameter(
            setting.name, kind, default=setting.default,
            annotation=setting.kind | None if setting.optional else setting.kind,
        )
        for setting in settings_of(tool).values()
    ]  # fmt: skip
    told = [*parameters[:-1], *named, parameters[-1]]
    run.__signature__ = inspect.Signature(told, return_annotation=Work)  # type: ignore[attr-defined]
    run.__annotations__ |= {each.name: each.annotation for each in named}
    return run


def _described(tool: type[Tool]) -> str:
    lines = [f"    {s.name}: {s.help}" for s in settings_of(tool).values()]
    return "\n".join([
        f"{tool.title}: {tool.about}.",
        "",
        "Args:",
        "    model: a ``Model``, the name or path of one, or a network of your own.",
        "    picture: in model units or bytes (C, H, W) or (N, ...), a number of the data, a file, "
        "or ``sample``, one of the model's own.",
        "    other: a second picture, of ``interpolate``.",
        "    mask: of ``inpaint``: True where values are known, (H, W); or what is hidden: left, "
        "right, top, bottom, middle, quarter, ``x,y,width,height``, a file.",
        "    normal: of ``anomaly``: pictures without a fault, or how many of the data.",
        "    data: of the numbers; None: those that the model learned.",
        *lines,
        "    settings: those of the chain, such as ``sampler``, ``steps``, ``seed``, ``count``.",
        "",
        "Raises:",
        "    UserError: something is unknown, or does not fit the model.",
    ])  # fmt: skip


def _chain(model: Model, tool: Tool, given: Mapping[str, Any]) -> ChainSettings:
    label = given.get("label", NONE)
    if tool.own_classes and "label" in given:
        raise UserError(
            f"{tool.name} is told two classes, not one",
            f"give {' and '.join(tool.own_classes)} instead of label",
            field="label",
        )
    if not isinstance(label, int):
        label = class_of(model, NONE if label is None else label)
    usual = POINTS if model.is_points else tool.usual_count
    return ChainSettings(**{"sampler": "ddim", "count": usual, **given, "label": label})


def _task(
    model: Model,
    tool: Tool,
    picture: Picture | None,
    other: Picture | None,
    mask: Tensor | np.ndarray | str | None,
    normal: Tensor | int | None,
    data: AnyData | None,
) -> tuple[Task, str]:
    dataset: Dataset | None = None
    given: dict[str, Tensor | None] = {}
    words = []
    wanted = {"picture": ("x0", picture, 0), "second": ("other", other, 1)}
    for want, (name, value, usual) in wanted.items():
        if want not in tool.wants:
            continue
        if isinstance(value, Tensor | np.ndarray):
            x0 = torch.as_tensor(value)
            is_bytes = x0.dtype == torch.uint8
            given[name] = model.seen(to_model_units(x0), IMAGES) if is_bytes else x0.float()
            continue
        named = f"{SAMPLE} {usual}" if value is None else str(value)
        if named.isdecimal() and dataset is None:
            dataset = data_of(model.data if data is None else data)
        given[name], title = picture_of(model, named, dataset)
        words.append(title)
    if "known" in tool.wants:
        shape = tuple(model.shape)
        if isinstance(mask, Tensor | np.ndarray):
            given["known"] = torch.as_tensor(mask).bool()
        else:
            given["known"] = mask_of(mask or ("y" if model.is_points else "bottom"), shape)
    if "normal" in tool.wants and normal is not None:
        if isinstance(normal, int):
            normal = normal_pictures(model, data_of(model.data if data is None else data), normal)
        given["normal"] = normal.float()
    task = Task(
        model, ChainSettings(), given.get("x0"), given.get("other"), given.get("known"),
        given.get("normal"),
    )  # fmt: skip
    return task, " and ".join(words)


one_step = _tool_function("one-step")
denoise = _tool_function("denoise")
edit = _tool_function("edit")
inpaint = _tool_function("inpaint")
interpolate = _tool_function("interpolate")
invert = _tool_function("invert")
anomaly = _tool_function("anomaly")
upscale = _tool_function("upscale")
anagram = _tool_function("anagram")
hybrid = _tool_function("hybrid")
guide = _tool_function("guide")
