"""What a tool of the Bench does with a picture: films, stills and numbers."""

import base64
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from diffvis.bench.board import Board
from diffvis.bench.registry import tool_of
from diffvis.bench.task import Task
from diffvis.bench.tool import Tool
from diffvis.models.model import Model
from diffvis.rendering.boards import board_sheet
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.frames import chain_words, paced
from diffvis.rendering.identity import identify_model
from diffvis.rendering.markup import plain
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.palette import Palette, seen_palette
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.sheet import Sheet, draw_sheet
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.rendering.subjects.subject import Content, view_of
from diffvis.rendering.text import escape
from diffvis.rendering.told import Told
from diffvis.sampling.beginning import Beginning
from diffvis.sampling.settings import ChainSettings

POINTS = 500  # where no number is asked for
LOOKED_AT = 8  # boards, for the colours of a GIF


@dataclass(frozen=True, eq=False)
class Bench:
    """A ``tool`` at work: on ``task`` but for its chain, which an export's settings decide."""

    tool: Tool
    task: Task
    picture: str = ""
    """What people call the picture."""

    what = "bench"
    views: ClassVar[dict[str, tuple[Kind, ...]]] = {
        "steps": ("film", "picture", "drawing", "numbers")
    }

    @property
    def model(self) -> Model:
        return self.task.model

    @property
    def name(self) -> str:
        return f"{self.model.name}-{self.tool.name}"

    def sources(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "tool": self.tool.name,
            "settings": self.tool.model_dump(),
            "model": identify_model(self.model),
            "schedule": self.model.schedule.to_json(),
            "picture": self.picture,
        }
        for name in ("x0", "other", "normal"):
            given = getattr(self.task, name)
            if given is not None:
                found[name] = Beginning(given.cpu(), 0, self.picture).to_json()
        if self.task.known is not None:
            found["known"] = _packed(self.task.known)
        return found

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        view_of(self, spec)
        task = self._task(spec, device)
        self.tool.walk(task)  # raise what does not fit
        total = max(1, self.tool.calls(task))
        if kind == "film":
            parts = paced(np.linspace(0, 1, spec.film.frames), spec.film.easing)
            return Content(
                total + len(parts),
                lambda: self._frames(task, spec, parts * total),
                lambda: self._palette(task, spec, total),
                len(parts),
                lambda: Told.counted(self.words(task), "", range(1, len(parts) + 1), len(parts)),
            )

        def pieces() -> Iterator[Any]:
            last: Board | None = None
            for board in self.tool.walk(task):
                last = board
                yield None
            assert last is not None, "a tool has a step"
            if kind == "numbers":
                yield {name: value.cpu().numpy() for name, value in last.results.items()}
            else:
                yield self._draw(last, task, spec, kind)

        return Content(total + 1, pieces)

    def _task(self, spec: ExportSpec, device: str) -> Task:
        """On few samples, as each stands in several pictures."""
        usual = POINTS if self.model.is_points else self.tool.usual_count
        count = usual if spec.shown.count is None else spec.shown.count
        where = str(self.model.device or device)
        return replace(self.task, chain=spec.chain.changed(count=count), device=where)

    def _frames(
        self, task: Task, spec: ExportSpec, at: np.ndarray
    ) -> Iterator[Pixels | Scene | None]:
        """The board that is reached after each of the rising numbers of calls ``at``."""
        frame, asked = 0, 0
        for board in self.tool.walk(task):
            asked += board.calls
            drawn: Pixels | Scene | None = None
            while frame < len(at) and asked >= at[frame] - 1e-9:
                drawn = self._draw(board, task, spec) if drawn is None else drawn
                yield drawn
                frame += 1
            yield None
            last = board
        while frame < len(at):
            yield self._draw(last, task, spec)
            frame += 1

    def _palette(self, task: Task, spec: ExportSpec, total: int) -> Palette:
        at = np.linspace(0, total, LOOKED_AT)
        frames = (f for f in self._frames(task, spec, at) if f is not None)
        return seen_palette(spec.look, frames, spec.picture.levels)

    def _sheet(self, board: Board, task: Task, spec: ExportSpec, look: Style) -> Sheet:
        return board_sheet(
            board, spec.picture.size, look.showing(self.model.range), T=self.model.schedule.T,
            caption=self.words(task), footed=spec.picture.caption, title=self.words(task),
        )  # fmt: skip

    def _draw(
        self, board: Board, task: Task, spec: ExportSpec, kind: Kind = "film"
    ) -> Pixels | Scene:
        words = self.words(task)
        said = f"{plain(words).replace(' · ', ', ')}: {plain(board.words) or 'the result'}."
        return drawn_as(
            kind, lambda look: draw_sheet(self._sheet(board, task, spec, look)), spec, words, said
        )

    def words(self, task: Task) -> str:
        """Tool, model, picture and chain, in one line."""
        words = [self.tool.title, escape(self.model.name), chain_words(task.chain, self.model)]
        if self.picture and "picture" in self.tool.wants:
            words.insert(2, escape(self.picture))
        return " · ".join(words)


def bench_from(recipe: Mapping[str, Any], model: Model) -> Bench:
    """The inverse of ``Bench.sources``.

    Raises:
        UserError, KeyError, TypeError, ValueError: the recipe is not sound.
    """
    settings = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in recipe["settings"].items()
    }
    given = {
        name: Beginning.from_json(recipe[name]).x0
        for name in ("x0", "other", "normal")
        if name in recipe
    }
    known = _unpacked(recipe["known"]) if "known" in recipe else None
    task = Task(model, ChainSettings(), known=known, **given)
    return Bench(tool_of(recipe["tool"])(**settings), task, str(recipe["picture"]))


def _packed(known: Tensor) -> dict[str, Any]:
    bits = np.packbits(known.cpu().numpy().astype(bool))
    return {
        "shape": list(known.shape),
        "bits": base64.b64encode(zlib.compress(bits.tobytes())).decode("ascii"),
    }


def _unpacked(told: Mapping[str, Any]) -> Tensor:
    shape = tuple(map(int, told["shape"]))
    count = int(np.prod(shape))
    if not 1 <= count <= 2**24:
        raise ValueError(f"there is no mask of {shape}")
    room = -(-count // 8)
    bits = zlib.decompressobj().decompress(base64.b64decode(told["bits"]), room)
    values = np.unpackbits(np.frombuffer(bits, np.uint8), count=count)
    return torch.from_numpy(values.astype(bool).reshape(shape))
