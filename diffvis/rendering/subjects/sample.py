"""The samples of a model and nothing around them: the picture that ``diffvis sample`` writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from diffvis.models.model import Model
from diffvis.rendering.formats.registry import Kind
from diffvis.rendering.geometry import best_grid
from diffvis.rendering.identity import identify_model
from diffvis.rendering.pixels import Pixels, mosaic, to_uint8
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import DARK
from diffvis.rendering.subjects.subject import Content, view_of
from diffvis.sampling.chain import run_chain
from diffvis.sampling.extent import extent_of
from diffvis.sampling.settings import check_sample

SIDE = 1024  # of the picture, at most


@dataclass(frozen=True, eq=False)
class Samples:
    """What ``model`` makes of noise, once it is at t = 0."""

    model: Model

    what = "sample"
    views = {"samples": ("picture",)}  # noqa: RUF012 - nobody writes to it

    @property
    def name(self) -> str:
        return f"{self.model.name}-samples"

    def sources(self) -> dict[str, Any]:
        return {"model": identify_model(self.model), "schedule": self.model.schedule.to_json()}

    def content(self, kind: Kind, spec: ExportSpec, device: str = "cpu") -> Content:
        view_of(self, spec)
        settings = spec.chain_settings(self.model.is_points)
        settings.labels_for(self.model)
        settings.sampler_for(self.model)
        check_sample(settings, spec.sample.only)
        steps = len(settings.times(self.model.schedule)) - 1

        def pieces() -> Iterator[Pixels | None]:
            for step in run_chain(self.model, settings, self.model.device or device):
                x0 = step.x_s
                yield None
            yield draw_alone(one_of(x0, spec.sample.only).float().cpu(), self.model)

        return Content(steps + 1, pieces)


def one_of(x0: Tensor, only: int | None) -> Tensor:
    """Sample number ``only``, (1, ...), of the samples x0 (N, ...); None: all.

    It is walked with the others: the rounding of a network depends on how many it is asked about.
    """
    return x0 if only is None else x0[only : only + 1]


def draw_alone(x0: Tensor, model: Model) -> Pixels:
    """Images (N, C, H, W) in a grid, each pixel enlarged by a whole number, or points (N, 2)."""
    if model.is_points:
        return draw_samples(x0, (SIDE, SIDE), DARK, extent=extent_of(model))
    grid = best_grid(len(x0), (model.shape[1], model.shape[2]), SIDE, SIDE)
    return mosaic(to_uint8(x0, model.range), grid, DARK.panel)
