"""The frames of the forward process, one by one: its equation, or x_t alone."""

from collections.abc import Iterator, Sequence

from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.cloud import draw_cloud, draw_large
from diffvis.rendering.factors import reach
from diffvis.rendering.footer import Foot
from diffvis.rendering.forward import draw_forward
from diffvis.rendering.heat_scenes import calm_ways, forward_scene
from diffvis.rendering.heat_ways import some_ways
from diffvis.rendering.heatmap import HeatScene, draw_heatmap
from diffvis.rendering.markup import plain
from diffvis.rendering.origin import Origin, apparent_noise, choose_samples, forward_moments
from diffvis.rendering.paint import drawn_as
from diffvis.rendering.paths import Paths, forward_paths, path_colours, some_points
from diffvis.rendering.phrases import noising_phrases
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.scene.marks import Scene
from diffvis.rendering.space import Camera, draw_space
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.style import Style
from diffvis.rendering.text import escape


def forward_frames(
    dataset: Dataset,
    schedule: NoiseSchedule,
    spec: ExportSpec,
    times: Sequence[int],
    span: tuple[float, float] = (-1.0, 1.0),
    kind: str = "film",
) -> Iterator[Pixels | Scene | None]:
    """The noising at ascending ``times``, a frame for each; of the kind drawing, a scene.

    Images lie in ``span``. With ``spec.forward.chain`` there is None for each step of the chain
    that has no frame.
    """
    count = spec.samples(dataset.is_points)
    of, seed = spec.forward, spec.shown.seed
    origin = choose_samples(dataset, count, of.first, seed, of.of_class, of.spread, span)
    caption = forward_words(dataset, schedule, spec, origin) if spec.picture.caption else None
    said = plain(forward_words(dataset, schedule, spec, origin)).replace(" · ", ", ")
    draw = _Moments(dataset, schedule, origin, spec, caption, span)
    for made in forward_moments(
        schedule, origin, times, spec.shown.seed if spec.forward.chain else None
    ):
        yield None if made is None else draw.at(*made, kind, said)


def forward_words(
    dataset: Dataset, schedule: NoiseSchedule, spec: ExportSpec, origin: Origin
) -> str:
    """What decides the noising (markup): ``Digits · cosine schedule · seed 0``."""
    words = [escape(dataset.title), f"{schedule.kind} schedule", f"seed {spec.shown.seed}"]
    if spec.forward.spread and origin.share:
        words.insert(1, origin.share)
    if spec.forward.chain:
        words.append("true chain")
    return " · ".join(words)


class _Moments:
    """Draws one moment after the other as ``spec`` says."""

    def __init__(
        self,
        dataset: Dataset,
        schedule: NoiseSchedule,
        origin: Origin,
        spec: ExportSpec,
        caption: str | None,
        span: tuple[float, float],
    ) -> None:
        self._schedule, self._origin, self._spec, self._caption = schedule, origin, spec, caption
        self._span = span
        self._paths: Paths | None = None
        if spec.points.paths and spec.shown.view in ("cloud", "density"):
            index = some_points(len(origin.x0), spec.forward.kernel)
            colours = path_colours(index, origin.colours, spec.look)
            walk_seed = spec.shown.seed if spec.forward.chain else None
            self._paths = forward_paths(schedule, origin, index, colours, walk_seed)
        self._scene: HeatScene | None = None
        if spec.shown.view == "heatmap":
            assert origin.extent is not None
            walked = spec.forward.chain
            index = some_ways(len(origin.x0), None)
            colours = path_colours(index, origin.colours, spec.look)
            seed = spec.shown.seed if walked else None
            paths = forward_paths(schedule, origin, index, colours, seed)
            calm = calm_ways(dataset, schedule, origin.x0)
            self._scene = forward_scene(dataset, schedule, paths, calm, origin.extent, walked)

    def at(self, t: int, x_t: Tensor, kind: str, said: str) -> Pixels | Scene:
        formula = plain("".join(words for words, _, _ in noising_phrases(self._schedule, t)))
        said = f"{said}. At t = {t} of {self._schedule.T}: {formula}."
        return drawn_as(
            kind, lambda look: self._draw(t, x_t, look), self._spec, "Forward process", said
        )

    def _draw(self, t: int, x_t: Tensor, look: Style) -> Pixels:
        schedule, origin, spec = self._schedule, self._origin, self._spec
        look = look.showing(self._span)
        foot = None if self._caption is None else Foot(t, schedule.T, self._caption)
        if spec.shown.view == "large":
            return draw_large(schedule, t, x_t, spec.picture.size, look, foot)
        if spec.shown.view == "space":
            assert origin.extent is not None
            points = spec.points
            return draw_space(
                to_numpy(x_t), Camera(points.turn, points.tilt), spec.picture.size, look,
                extent=origin.extent * reach(schedule, t), colours=origin.colours, foot=foot,
            )  # fmt: skip
        if self._scene is not None:
            x = to_numpy(x_t)[:, 0]
            return draw_heatmap(self._scene, t, x, spec.picture.size, look, foot=foot)
        if spec.shown.view in ("cloud", "density"):
            assert origin.extent is not None
            return draw_cloud(
                schedule, t, origin.x0, x_t, spec.picture.size, look,
                colours=origin.colours, extent=origin.extent, density=spec.shown.view == "density",
                selected=spec.forward.kernel, paths=self._paths, foot=foot,
                eps=self._eps(t, x_t) if spec.forward.velocity else None,
            )  # fmt: skip
        return draw_forward(
            schedule, t, origin.x0, self._eps(t, x_t), x_t, spec.picture.size, look,
            colours=origin.colours, extent=origin.extent, caption=self._caption,
            walked=spec.forward.chain, roomy=spec.forward.roomy,
        )  # fmt: skip

    def _eps(self, t: int, x_t: Tensor) -> Tensor:
        if not self._spec.forward.chain:
            return self._origin.eps
        return apparent_noise(self._schedule, self._origin.x0, x_t, t)
