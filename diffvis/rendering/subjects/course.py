"""A figure of a paper or a course over its caption."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from diffvis.rendering.course.figure import CourseFigure, Drawn, Sources
from diffvis.rendering.course.page import draw_page
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.identity import identify_data, identify_model
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.subject import Content, limit_times, view_of


@dataclass(frozen=True, eq=False)
class Course:
    """A ``figure``, made of a model and data."""

    figure: CourseFigure
    of: Sources
    _kept: list[tuple[ExportSpec, Drawn]] = field(default_factory=list, repr=False)
    """What was drawn last: a file of its numbers needs no second run."""

    what = "figure"
    views = {"figure": ("picture", "drawing", "table")}  # noqa: RUF012 - nobody writes to it

    @property
    def name(self) -> str:
        return "-".join(filter(None, [self.of.given and self.of.given.name, self.figure.name]))

    @property
    def caption(self) -> str:
        """Of what was drawn last; "" before."""
        return self._kept[0][1].caption if self._kept else ""

    def sources(self) -> dict[str, Any]:
        found: dict[str, Any] = {"figure": self.figure.name}
        if self.of.given is not None:
            found["model"] = identify_model(self.of.given)
            found["schedule"] = self.of.given.schedule.to_json()
        if self.of.data is not None:
            found["data"] = identify_data(self.of.data)
        return found

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        view_of(self, spec)
        if self.of.given is not None and self.figure.timed:
            limit_times(spec, self.of.given.schedule.T)
        kept = [drawn for of, drawn in self._kept if of == spec]
        if kept:
            return Content(1, lambda: iter([self._drawn(kept[0], kind, spec)]))
        of = replace(self.of, device=device)
        pieces = self.figure.make(of, spec)
        first = next(pieces)  # raise what does not fit

        def made() -> Iterator[Any]:
            for piece in chain([first], pieces):
                if piece is None:
                    yield None
                    continue
                self._kept[:] = [(spec, piece)]
                yield self._drawn(piece, kind, spec)

        return Content(self.figure.work(of, spec), made)

    def work(self, spec: ExportSpec) -> int:
        """The pieces of work of a figure that is not drawn yet; 1 of one that is."""
        if any(of == spec for of, _ in self._kept):
            return 1
        return self.figure.work(self.of, spec)

    def _drawn(self, drawn: Drawn, kind: Kind, spec: ExportSpec) -> Any:
        if kind == "table":
            return drawn.table()
        return drawn_as(
            kind,
            lambda look: draw_page(drawn, spec.picture.size, look, spec.picture.caption),
            spec,
            self.figure.title,
            drawn.caption,
        )
