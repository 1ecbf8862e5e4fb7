"""A sample of a model beside the training images that are nearest to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.rendering.footer import Foot
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.frames import chain_words
from diffvis.rendering.identity import identify_data, identify_model
from diffvis.rendering.markup import plain
from diffvis.rendering.nearest import draw_nearest, nearest_images
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.rendering.subjects.subject import Content, limit_times, view_of
from diffvis.rendering.text import escape
from diffvis.sampling.beginning import Beginning, begin_of, run_chain_from
from diffvis.sampling.settings import check_sample, shown_time


@dataclass(frozen=True, eq=False)
class Nearest:
    """x0_hat of one sample of a chain, seen from some t, and its neighbours in ``data``.

    Raises:
        UserError: the model makes no images, or the data has none of their size.
    """

    model: Model
    data: Dataset
    beginning: Beginning | None = None
    """None: noise."""

    what = "nearest"
    views = {"nearest": ("picture", "drawing")}  # noqa: RUF012 - nobody writes to it

    def __post_init__(self) -> None:
        if self.model.is_points:
            raise UserError(f"{self.model.name} makes points", "choose a model of images")
        if tuple(self.model.shape) != tuple(self.data.shape):
            raise UserError(
                f"{self.data.title} has no images of the size that {self.model.name} makes",
                "name the data that it learned",
            )

    @property
    def name(self) -> str:
        return f"{self.model.name}-nearest"

    def sources(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "model": identify_model(self.model),
            "schedule": self.model.schedule.to_json(),
            "data": identify_data(self.data),
        }
        if self.beginning is not None:
            found["beginning"] = self.beginning.to_json()
        return found

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        view_of(self, spec)
        settings, T = spec.chain_settings(is_points=False), self.model.schedule.T
        visited = settings.times(self.model.schedule, begin_of(self.beginning))  # falling
        settings.labels_for(self.model)
        settings.sampler_for(self.model)
        limit_times(spec, T)
        check_sample(settings, spec.sample.selected)
        t = shown_time(visited, spec.shown.t or 0)

        def pieces() -> Iterator[Pixels | Scene | None]:
            for step in run_chain_from(self.beginning, self.model, settings, device):
                if step.t == t or step.s == t == 0:
                    found = step.x_s if t == 0 else step.x0_hat
                    yield self._draw(found[spec.sample.selected], t, kind, spec)
                    return
                yield None

        walked = sum(v > t for v in visited) + (1 if t > 0 else 0)
        return Content(walked, pieces)

    def _draw(self, x0: Tensor, t: int, kind: Kind, spec: ExportSpec) -> Pixels | Scene:
        x0 = self.model.stored(x0.cpu(), self.data.scaling)
        found = nearest_images(x0, self.data.values, self.data.train)
        symbol = "x_{0}" if t == 0 else rf"\hat{{x}}_{{0}} at t = {t}"
        settings = spec.chain_settings(is_points=False)
        words = [
            escape(self.model.name),
            chain_words(settings, self.model, self.beginning),
            f"nearest of {len(self.data.train):,} images",
        ]
        foot = Foot(t, self.model.schedule.T, " · ".join(words)) if spec.picture.caption else None

        def draw(look: Style) -> Pixels:
            return draw_nearest(found, spec.picture.size, look, symbol, foot)

        away = ", ".join(
            f"no. {number:,} at {distance:.3f}"
            for number, distance in zip(found.numbers, found.distances, strict=True)
        )
        said = f"{plain(', '.join(words))}: a sample at t = {t} beside {away}."
        return drawn_as(kind, draw, spec, "Nearest training images", said)
